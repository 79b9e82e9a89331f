import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { en } from "../src/words/en";
import { fill } from "../src/words/words";
import { zhCN } from "../src/words/zh-CN";

const SOURCE = fileURLToPath(new URL("../src", import.meta.url));
const files = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return ["generated", "words"].includes(name) ? [] : files(path);
    return /\.tsx?$/.test(name) ? [readFileSync(path, "utf8")] : [];
  });
const source = files(SOURCE).join("\n");
const gaps = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort();

describe("the dictionaries", () => {
  test("have the same keys, and say something at each", () => {
    expect(Object.keys(zhCN).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of [...Object.entries(en), ...Object.entries(zhCN)]) expect(text.trim(), key).not.toBe("");
  });

  test("say nothing twice as it is: Chinese has Chinese in it", () => {
    for (const [key, text] of Object.entries(zhCN)) expect(text, key).toMatch(/\p{Script=Han}/u);
    for (const [key, text] of Object.entries(en)) if (key !== "start.testWords") expect(text, key).not.toMatch(/\p{Script=Han}/u);
  });

  test("have no gap in Chinese that English does not have", () => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) for (const gap of gaps(zhCN[key])) expect(gaps(en[key]), key).toContain(gap);
  });

  test("have no key that nobody says", () => {
    const built = [...source.matchAll(/t\(\s*`([\w.]+\.)\$\{/g)].map(([, prefix]) => prefix!);
    const unsaid = Object.keys(en).filter((key) => !source.includes(`"${key}"`) && !built.some((prefix) => key.startsWith(prefix)));
    expect(unsaid).toEqual([]);
  });
});

test("gaps are filled, and one is not many", () => {
  expect(fill("{n} new {n|message|messages}", { n: 1 })).toBe("1 new message");
  expect(fill("{n} new {n|message|messages}", { n: 3 })).toBe("3 new messages");
  expect(fill("{n|{reference} is|{n} messages are} yours", { n: 1, reference: "LW-1" })).toBe("LW-1 is yours");
  expect(fill("{n|{reference} is|{n} messages are} yours", { n: 2, reference: "LW-1" })).toBe("2 messages are yours");
  expect(fill("$& {name}", { name: "$1 {n}" })).toBe("$& $1 {n}");
  expect(fill("{name}")).toBe("{name}");
});
