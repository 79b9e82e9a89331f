import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Locks, Place, browser } from "./browser";

const rang = vi.fn();
const shown: string[] = [];
vi.mock("../src/told/ring", () => ({ ring: rang }));
vi.mock("../src/settings/settings", () => ({ settings: () => ({ sound: true, desktop: true, locale: "en" }), useSettings() {} }));

class Notice {
  static permission = "granted";
  constructor(title: string) {
    shown.push(title);
  }
}
const message = (id: string) => ({ id, reference: `LW-${id}`, content: "words", visitor: { name: `Visitor ${id}` } });

beforeEach(() => {
  vi.useFakeTimers();
  rang.mockReset();
  shown.length = 0;
  browser(new Place(), undefined);
  Object.assign(window, { Notification: Notice });
  vi.stubGlobal("Notification", Notice);
  vi.stubGlobal("document", { visibilityState: "hidden" });
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("what comes at once rings once, and much of it is one notice", async () => {
  const { beTeller, notify } = await import("../src/told/notices");
  beTeller();
  for (const id of ["a", "b", "c"]) notify("new", message(id));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rang).toHaveBeenCalledTimes(1);
  expect(shown).toEqual(["New message from Visitor a", "New message from Visitor b", "New message from Visitor c"]);
  for (let at = 0; at < 40; at += 1) notify("new", message(String(at)));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rang).toHaveBeenCalledTimes(2);
  expect(shown.slice(3)).toEqual(["40 new"]);
});

test("of several tabs one tells", async () => {
  const { beTeller, notify } = await import("../src/told/notices");
  // The lock is another tab's.
  vi.stubGlobal("navigator", { locks: { request: () => new Promise(() => {}) } });
  beTeller();
  notify("new", message("a"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rang).not.toHaveBeenCalled();
  vi.stubGlobal("navigator", { locks: new Locks() });
  beTeller();
  notify("new", message("b"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shown).toEqual(["New message from Visitor b"]);
});

test("whose a message was goes by what was told here and done here", async () => {
  const { becomes, unknown } = await import("../src/told/owners");
  expect(becomes("m", "me")).toBeUndefined();
  expect(becomes("m", "me")).toBe("me");
  expect(becomes("m", null)).toBe("me");
  expect(becomes("m", "me")).toBeNull();
  unknown("m");
  expect(becomes("m", "me")).toBeUndefined();
});
