// Which language a visitor reads, and what is said in it. Each is a file of its own, fetched when it is needed.
import type { Plural, Words } from "./en";

const LOAD: Record<string, () => Promise<{ default: Words }>> = {
  "zh-CN": () => import("./zh-CN"),
  "zh-TW": () => import("./zh-TW"),
  en: () => import("./en"),
  ja: () => import("./ja"),
  ko: () => import("./ko"),
  de: () => import("./de"),
  fr: () => import("./fr"),
  es: () => import("./es"),
  ar: () => import("./ar"),
};

const TRADITIONAL = /^zh-(hant|tw|hk|mo)/i;
const TWO_LETTERS = /^[a-z]{2}($|-)/;

/** The first of these that we speak; English when there is none. */
export function choose(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const short = tag.slice(0, 2).toLowerCase();
    if (!TWO_LETTERS.test(tag.toLowerCase())) continue;
    if (short === "zh") return TRADITIONAL.test(tag) ? "zh-TW" : "zh-CN";
    if (short in LOAD) return short;
  }
  return "en";
}

export class Language {
  readonly dir: "ltr" | "rtl";

  private constructor(
    readonly lang: string,
    readonly words: Words,
  ) {
    this.dir = lang === "ar" ? "rtl" : "ltr";
  }

  static async load(lang: string): Promise<Language> {
    return new Language(lang, (await LOAD[lang]!()).default);
  }

  many(plural: Plural, n: number): string {
    return fill(plural[new Intl.PluralRules(this.lang).select(n)] ?? plural.other, { n: this.number(n) });
  }

  number(n: number, options?: Intl.NumberFormatOptions): string {
    return new Intl.NumberFormat(this.lang, options).format(n);
  }

  bytes(n: number): string {
    return this.number(Math.floor(n / 104_857.6) / 10, { style: "unit", unit: "megabyte" });
  }

  /** A time of today, else with its day; of the coming days the weekday says more than a date. In the visitor's zone. */
  moment(at: string, now = new Date()): string {
    const date = new Date(at);
    const time = { hour: "numeric", minute: "2-digit" } as const;
    const soon = date > now && +date - +now < 6 * 86_400_000;
    const day = soon ? { weekday: "long" as const } : { month: "short" as const, day: "numeric" as const };
    const year = date.getFullYear() === now.getFullYear() || soon ? {} : { year: "numeric" as const };
    const today = date.toDateString() === now.toDateString();
    return new Intl.DateTimeFormat(this.lang, today ? time : { ...year, ...day, ...time }).format(date);
  }
}

/** Names of files and the like are given as they are: whatever stands in them is no gap. */
export function fill<Gaps extends object>(text: string, gaps: Gaps): string {
  return text.replace(/\{(\w+)\}/g, (gap, name) => (Object.hasOwn(gaps, name) ? String(gaps[name as keyof Gaps]) : gap));
}
