import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { newKey } from "../../client/key";

afterEach(() => vi.unstubAllGlobals());

test("a key is made where the page came without https", () => {
  const { getRandomValues } = crypto;
  vi.stubGlobal("crypto", { getRandomValues: getRandomValues.bind(crypto) });
  const keys = Array.from({ length: 100 }, newKey);
  expect(new Set(keys).size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("nothing else makes keys", () => {
  const sources = fileURLToPath(new URL("../src/", import.meta.url));
  const asks = readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes("generated"))
    .filter((name) => readFileSync(sources + name, "utf8").includes("crypto.randomUUID("));
  expect(asks).toEqual([]);
});
