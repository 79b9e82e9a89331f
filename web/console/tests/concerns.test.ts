import { describe, expect, test } from "vitest";
import { concerns, isNews } from "../src/told/concerns";
import { row } from "./rows";

const change = (type: string, some: Parameters<typeof row>[1] = {}) => ({ position: "1", type, messageId: "a", message: row("a", some) });
const mine = { assignee: { id: "me", name: "Me" } };
const theirs = { assignee: { id: "you", name: "You" } };

describe("whom a change concerns", () => {
  test("what is new concerns everybody who wants to hear of it", () => {
    expect(concerns(change("MessageSubmitted"), "me", "all", false)).toBe("new");
    expect(concerns(change("MessageSubmitted"), "me", "mine", false)).toBeNull();
    expect(concerns(change("MessageSubmitted", mine), "me", "mine", false)).toBe("new");
  });
  test("more words concern whoever has the message, and everybody while nobody has", () => {
    expect(concerns(change("MessageContinued", mine), "me", "mine", true)).toBe("more");
    expect(concerns(change("MessageContinued", theirs), "me", "all", false)).toBeNull();
    expect(concerns(change("MessageContinued"), "me", "all", false)).toBe("more");
    expect(concerns(change("MessageContinued"), "me", "mine", false)).toBeNull();
  });
  test("that it is mine is news only when it was not", () => {
    expect(concerns(change("MessageAssigned", mine), "me", "mine", false)).toBe("assigned");
    expect(concerns(change("MessageAssigned", mine), "me", "mine", true)).toBeNull();
    expect(concerns(change("MessageAssigned", theirs), "me", "all", false)).toBeNull();
  });
  test("nothing else does, nor what is not seen any more", () => {
    expect(concerns(change("MessageTagged", mine), "me", "all", true)).toBeNull();
    expect(concerns({ ...change("MessageSubmitted"), message: null }, "me", "all", false)).toBeNull();
  });
});

test("what a visitor wrote an hour ago is no news any more", () => {
  const now = Date.parse("2026-11-01T12:00:00Z");
  expect(isNews("new", { lastActivityAt: "2026-11-01T11:59:30Z" }, now)).toBe(true);
  expect(isNews("more", { lastActivityAt: "2026-11-01T11:00:00Z" }, now)).toBe(false);
  expect(isNews("assigned", { lastActivityAt: "2026-11-01T11:00:00Z" }, now)).toBe(true);
});
