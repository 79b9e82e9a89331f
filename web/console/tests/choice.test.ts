import { expect, test } from "vitest";
import { type Choice, NOTHING, kept, moved, ranged, successor, toggled } from "../src/inbox/choice";
import { NOBODY, filterOf, isNarrowed, orderOf, readSearch } from "../src/inbox/folders";
import { SHORTCUTS, usualTimes } from "../src/message/dates";
import { readSession } from "../src/session/session";

const ids = ["a", "b", "c", "d"];
const at = (cursor: string | null): Choice => ({ ...NOTHING, cursor, anchor: cursor });

test("the cursor begins at an end, stops at the ends, and a range takes both of its own", () => {
  expect(moved(NOTHING, ids, 1).cursor).toBe("a");
  expect(moved(NOTHING, ids, -1).cursor).toBe("d");
  expect(moved(at("d"), ids, 1).cursor).toBe("d");
  expect([...moved(moved(at("b"), ids, 1, true), ids, 1, true).selected]).toEqual(["b", "c", "d"]);
  expect(moved(at("a"), [], 1)).toEqual(at("a"));
});

test("a click selects one, and with the shift key all up to it", () => {
  const one = toggled(NOTHING, "b");
  expect([...one.selected]).toEqual(["b"]);
  expect([...toggled(one, "b").selected]).toEqual([]);
  expect([...ranged(one, ids, "d").selected]).toEqual(["b", "c", "d"]);
  expect([...ranged(NOTHING, ids, "c").selected]).toEqual(["c"]);
});

test("after a message comes the one below it, or else the one above", () => {
  expect(successor("b", ids, ["a", "c", "d"])).toBe("c");
  expect(successor("d", ids, ["a", "b", "c"])).toBe("c");
  expect(successor("b", ids, ["a", "d"])).toBe("d");
  expect(successor("a", ["a"], [])).toBeNull();
});

test("what has gone is not chosen any more", () => {
  const choice = { cursor: "b", anchor: "b", selected: new Set(["a", "b"]) };
  const after = kept(choice, ids, ["a", "c", "d"]);
  expect(after.cursor).toBe("c");
  expect([...after.selected]).toEqual(["a"]);
  expect(kept(choice, ids, ids)).toBe(choice);
});

test("an address tells a list, and what is not understood counts for nothing", () => {
  const search = readSearch({ folder: "mine", q: 4711, tag: "vip", priority: "MOST", order: "DUE_FIRST", category: { x: 1 } });
  expect(search).toMatchObject({ folder: "mine", q: "4711", tag: "vip", priority: undefined, order: "DUE_FIRST", category: undefined });
  expect(filterOf(search, "me")).toEqual({ status: ["OPEN", "FOLLOW_UP"], assigneeId: ["me"], search: "4711", tag: ["vip"] });
  expect(filterOf({ q: "!?" }, "me")).toEqual({ status: ["OPEN"] });
  expect(orderOf({ folder: "closed" })).toBe("LAST_ACTIVITY");
});

test("what says it best comes first only where something is looked for", () => {
  const search = readSearch({ folder: "closed", q: "退款", order: "BEST_FIRST" });
  expect(orderOf(search)).toBe("BEST_FIRST");
  expect(orderOf({ ...search, q: undefined })).toBe("LAST_ACTIVITY");
});

test("a list can be narrowed to whoever has it, where the folder does not say so already", () => {
  expect(filterOf({ assignee: "m-2" }, "m-1")).toEqual({ status: ["OPEN"], assigneeId: ["m-2"] });
  expect(filterOf({ assignee: "me" }, "m-1")).toEqual({ status: ["OPEN"], assigneeId: ["m-1"] });
  expect(filterOf({ folder: "all", assignee: NOBODY }, "m-1")).toEqual({ unassigned: true });
  expect(filterOf({ folder: "mine", assignee: "m-2" }, "m-1")).toEqual({ status: ["OPEN", "FOLLOW_UP"], assigneeId: ["m-1"] });
  expect(filterOf({ folder: "unassigned", assignee: "m-2" }, "m-1")).toEqual({ status: ["OPEN"], unassigned: true });
  expect(isNarrowed({ folder: "mine", assignee: "m-2" })).toBe(false);
  expect(isNarrowed({ folder: "all", assignee: "m-2" })).toBe(true);
});

test("the usual times lie ahead: Monday is never today", () => {
  for (const day of [1, 4, 7]) {
    const now = new Date(2026, 10, 22 + day, 23, 50);
    for (const { name, at } of SHORTCUTS) expect(at(now).getTime(), name).toBeGreaterThan(now.getTime());
    const monday = SHORTCUTS.find(({ name }) => name === "monday")!.at(now);
    expect([monday.getDay(), monday.getHours()]).toEqual([1, 9]);
  }
  expect(usualTimes(new Date(2026, 10, 29, 10)).map(({ name }) => name)).toEqual(["soon", "tomorrow", "days"]);
});

test("a session that has ended, or is none, signs nobody in", () => {
  const now = Date.parse("2026-11-29T00:00:00Z");
  expect(readSession('{"token":"t","expiresAt":"2026-11-30T00:00:00Z"}', now)?.token).toBe("t");
  expect(readSession('{"token":"t","expiresAt":"2026-11-28T00:00:00Z"}', now)).toBeNull();
  for (const text of [null, "", "{", "3", '{"token":7}']) expect(readSession(text, now)).toBeNull();
});
