import { describe, expect, test } from "vitest";
import ar from "./ar";
import de from "./de";
import en, { type Plural, type Words } from "./en";
import es from "./es";
import fr from "./fr";
import ja from "./ja";
import ko from "./ko";
import { Language, choose, fill } from "./language";
import zhCN from "./zh-CN";
import zhTW from "./zh-TW";

const ALL: Record<string, Words> = { "zh-CN": zhCN, "zh-TW": zhTW, en, ja, ko, de, fr, es, ar };

const gaps = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
const forms = (said: string | Plural) => (typeof said === "string" ? [said] : Object.values(said));

describe.each(Object.entries(ALL))("%s", (lang, words) => {
  test("says all that English says, and nothing else", () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort());
  });

  test.each(Object.entries(words))("%s", (key, said) => {
    const english = en[key as keyof Words];
    expect(typeof said).toBe(typeof english);
    for (const text of forms(said)) {
      expect(text.trim()).toBe(text);
      expect(text).not.toBe("");
      expect(text).not.toBe(key);
    }
    if (typeof said === "string") {
      expect(gaps(said)).toEqual(gaps(english as string));
      return;
    }
    // Every form that the language has; one or two of something may be said without a number.
    const categories = new Intl.PluralRules(lang).resolvedOptions().pluralCategories;
    expect(Object.keys(said).sort()).toEqual([...categories].sort());
    expect(gaps(said.other)).toEqual(gaps((english as Plural).other));
  });

  test("is not English under another name", () => {
    if (lang === "en") return;
    const same = Object.entries(words).filter(([key, said]) => typeof said === "string" && said === en[key as keyof Words]);
    expect(same).toEqual([]);
  });

  test("is what a visitor of this language gets", async () => {
    expect(choose([lang])).toBe(lang);
    const language = await Language.load(lang);
    expect(language.words).toBe(words);
    expect(language.dir).toBe(lang === "ar" ? "rtl" : "ltr");
  });
});

test.each([
  [["zh-Hant-HK"], "zh-TW"],
  [["zh-MO"], "zh-TW"],
  [["zh"], "zh-CN"],
  [["zh-Hans-TW"], "zh-CN"],
  [["de-AT", "en"], "de"],
  [["nl-NL", "fr-CA"], "fr"],
  [["den", "eso"], "en"],
  [["nl"], "en"],
  [["constructor"], "en"],
  [[], "en"],
])("%j reads %s", (wanted, lang) => {
  expect(choose(wanted)).toBe(lang);
});

test("what is filled in is never looked through for gaps", () => {
  expect(fill("{name} is larger than {size}.", { name: "{size}.png", size: "2 MB" })).toBe("{size}.png is larger than 2 MB.");
  expect(fill("{toString}", {})).toBe("{toString}");
});

test("plurals and figures are the language's own", async () => {
  const arabic = await Language.load("ar");
  expect(arabic.many(arabic.words.newReplies, 2)).toBe("ردّان جديدان");
  const english = await Language.load("en");
  expect(english.many(english.words.newReplies, 1)).toBe("1 new reply");
  expect(english.many(english.words.newReplies, 1200)).toBe("1,200 new replies");
  expect(english.bytes(2 * 1024 * 1024)).toBe("2 MB");
});

test("a moment is told as shortly as it is clear", async () => {
  const english = await Language.load("en");
  const now = new Date(2026, 10, 29, 12, 0);
  const at = (...parts: [number, number, number, number]) => english.moment(new Date(parts[0], parts[1], parts[2], parts[3]).toISOString(), now);
  expect(at(2026, 10, 29, 9)).toMatch(/^9:00\sAM$/);
  expect(at(2026, 11, 1, 9)).toMatch(/^Tuesday/);
  expect(at(2026, 10, 27, 9)).toMatch(/^Nov 27/);
  expect(at(2025, 10, 27, 9)).toMatch(/2025/);
});
