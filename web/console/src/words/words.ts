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

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

export function wordsIn(locale: "zh-CN" | "en") {
  const dictionary = DICTIONARIES[locale] ?? en;
  // Each is made when it is first needed: to make one takes the browser milliseconds.
  const dates = (options: Intl.DateTimeFormatOptions) => once(() => new Intl.DateTimeFormat(locale, options));
  const short = dates({ hour: "2-digit", minute: "2-digit", hour12: false });
  const day = dates({ month: "short", day: "numeric" });
  const year = dates({ year: "numeric", month: "short", day: "numeric" });
  const whole = dates({ dateStyle: "full", timeStyle: "short", hour12: false });
  const number = once(() => new Intl.NumberFormat(locale));
  const span = (unit: "minute" | "hour" | "day") => once(() => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }));
  const [minutely, hourly, daily] = [span("minute"), span("hour"), span("day")];
  const when = (at: string, now = new Date()): string => {
    const date = new Date(at);
    if (date.toDateString() === now.toDateString()) return short().format(date);
    return (date.getFullYear() === now.getFullYear() ? day : year)().format(date);
  };
  return {
    locale,
    t: (key: Key, gaps?: Gaps) => fill(dictionary[key], gaps),
    number: (value: number) => number().format(value),
    /** The time today, the day this year, the date before. */
    when,
    /** The day and the time, for what lies ahead or stands in a conversation. */
    moment(at: string, now = new Date()): string {
      const date = new Date(at);
      const time = short().format(date);
      return date.toDateString() === now.toDateString() ? time : `${when(at, now)} ${time}`;
    },
    whole: (at: string) => whole().format(new Date(at)),
    /** How long, in its largest unit. */
    lasts(milliseconds: number): string {
      const minutes = Math.max(1, Math.round(Math.abs(milliseconds) / 60_000));
      if (minutes < 60) return minutely().format(minutes);
      if (minutes < 48 * 60) return hourly().format(Math.round(minutes / 60));
      return daily().format(Math.round(minutes / 1440));
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
