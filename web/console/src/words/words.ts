// What is said, in the member's language: two dictionaries, and dates and numbers by Intl.
import { settings, useSettings } from "../settings/settings";
import { en } from "./en";
import { zhCN } from "./zh-CN";

export type Key = keyof typeof en;
export type Gaps = Record<string, string | number>;
export type Words = ReturnType<typeof wordsIn>;

const DICTIONARIES: Record<string, Record<Key, string>> = { en, "zh-CN": zhCN };

/** Fills the gaps. `{n|one|many}` says one of two by a number; what it says may have gaps itself. */
export function fill(text: string, gaps: Gaps = {}): string {
  const chosen = text.replace(/\{(\w+)\|((?:[^{}|]|\{\w+\})*)\|((?:[^{}|]|\{\w+\})*)\}/g, (_, name: string, one: string, many: string) =>
    gaps[name] === 1 ? one : many,
  );
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string) => String(gaps[name] ?? whole));
}

export function wordsIn(locale: "zh-CN" | "en") {
  const dictionary = DICTIONARIES[locale] ?? en;
  const short = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false });
  const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });
  const year = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", day: "numeric" });
  const whole = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short", hour12: false });
  const number = new Intl.NumberFormat(locale);
  const span = (unit: "minute" | "hour" | "day", value: number) =>
    new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(value);
  const when = (at: string, now = new Date()): string => {
    const date = new Date(at);
    if (date.toDateString() === now.toDateString()) return short.format(date);
    return (date.getFullYear() === now.getFullYear() ? day : year).format(date);
  };
  return {
    locale,
    t: (key: Key, gaps?: Gaps) => fill(dictionary[key], gaps),
    number: (value: number) => number.format(value),
    /** The time today, the day this year, the date before. */
    when,
    /** The day and the time, for what lies ahead or stands in a conversation. */
    moment(at: string, now = new Date()): string {
      const date = new Date(at);
      const time = short.format(date);
      return date.toDateString() === now.toDateString() ? time : `${when(at, now)} ${time}`;
    },
    whole: (at: string) => whole.format(new Date(at)),
    /** How long, in its largest unit. */
    lasts(milliseconds: number): string {
      const minutes = Math.max(1, Math.round(Math.abs(milliseconds) / 60_000));
      if (minutes < 60) return span("minute", minutes);
      if (minutes < 48 * 60) return span("hour", Math.round(minutes / 60));
      return span("day", Math.round(minutes / 1440));
    },
  };
}

let known: Words | undefined;

/** The words of now, outside of components. */
export function words(): Words {
  const { locale } = settings();
  if (known?.locale !== locale) known = wordsIn(locale);
  return known!;
}

export function useWords(): Words {
  useSettings();
  return words();
}
