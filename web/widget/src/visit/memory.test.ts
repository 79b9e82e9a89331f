import { afterEach, expect, test, vi } from "vitest";
import { Memory } from "./memory";

afterEach(() => vi.unstubAllGlobals());

function browser(): Map<string, string> {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  return kept;
}

test("what is kept for one desk is not another's", () => {
  browser();
  const [one, other] = [new Memory("https://one.example"), new Memory("https://two.example")];
  one.set("token", "lwv_1");
  expect(one.get("token")).toBe("lwv_1");
  expect(other.get("token")).toBeNull();
});

test("what is forgotten is gone", () => {
  const kept = browser();
  const memory = new Memory("https://one.example");
  memory.set("token", "lwv_1");
  memory.set("token", null);
  expect(memory.get("token")).toBeNull();
  expect(kept.size).toBe(0);
});

test("where a browser keeps nothing it lasts as long as the page", () => {
  const refuses = () => {
    throw new DOMException("denied", "SecurityError");
  };
  vi.stubGlobal("localStorage", { getItem: refuses, setItem: refuses, removeItem: refuses });
  const memory = new Memory("https://one.example");
  expect(memory.get("token")).toBeNull();
  memory.set("draft", { content: "half a sentence" });
  expect(memory.get("draft")).toEqual({ content: "half a sentence" });
  memory.set("draft", null);
  expect(memory.get("draft")).toBeNull();
});

test("what somebody else has written there is nothing", () => {
  const kept = browser();
  const memory = new Memory("https://one.example");
  kept.set(memory.name("draft"), "{not json");
  expect(memory.get("draft")).toBeNull();
});
