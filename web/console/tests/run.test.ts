import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Command, inverse } from "../src/commands/commands";
import { row } from "./rows";

const asked = vi.fn();
vi.stubGlobal("WebSocket", class {});
vi.mock("../src/graph/ask", async (original) => ({ ...(await original<object>()), ask: asked }));

const { attempt, run } = await import("../src/commands/run");
const { happened, inbox } = await import("../src/inbox/store");
const { toasts } = await import("../src/told/toasts");

const done = (id: string, version: number, code?: string) => ({
  done: { userErrors: code ? [{ code, message: code }] : [], receipt: code ? null : { id, version, position: "1" }, conflict: null, message: row(id, { version }) },
});
const versions = () => asked.mock.calls.map(([, { input }]) => input.expectedVersion);

beforeEach(() => {
  vi.useFakeTimers();
  asked.mockReset();
});
afterEach(() => vi.useRealTimers());

describe("one thing after the other", () => {
  test("of the same message waits for the first, and goes by the version that it made", async () => {
    let answer = (_: unknown) => {};
    asked.mockReturnValueOnce(new Promise((done) => (answer = done))).mockResolvedValueOnce(done("a", 6));
    const seen = row("a", { version: 4 });
    const claiming = attempt({ name: "claim", me: { id: "me", name: "Me" } }, [seen]);
    const resolving = attempt({ name: "resolve" }, [seen]);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveBeenCalledTimes(1);
    answer(done("a", 5));
    await Promise.all([claiming, resolving]);
    expect(versions()).toEqual([undefined, 5]);
  });

  test("stays a conflict when somebody else came between", async () => {
    asked.mockResolvedValueOnce(done("b", 9)).mockResolvedValueOnce(done("b", 10));
    const seen = row("b", { version: 4 });
    await attempt({ name: "claim", me: { id: "me", name: "Me" } }, [seen]);
    await attempt({ name: "resolve" }, [seen]);
    expect(versions()).toEqual([undefined, 4]);
  });
});

describe("taking back", () => {
  test("is not offered for what was so before", async () => {
    asked.mockResolvedValueOnce(done("c", 4, "ALREADY_SO"));
    await run({ name: "spam" }, [row("c")]);
    expect(toasts().at(-1)).toMatchObject({ tone: "plain" });
    expect(toasts().at(-1)!.action).toBeUndefined();
    asked.mockResolvedValueOnce(done("d", 4));
    await run({ name: "spam" }, [row("d")]);
    expect(toasts().at(-1)!.action).toBeDefined();
  });

  test("of tags goes by what the message had", () => {
    const had = row("a", { tags: ["vip", "late"] });
    const command: Command = { name: "tag", add: ["vip", "refund"], remove: ["late", "none"] };
    expect(inverse(command, had)).toEqual([{ name: "tag", add: ["late"], remove: ["refund"] }]);
    expect(inverse({ name: "tag", add: ["vip"], remove: [] }, had)).toEqual([]);
  });

  test("of resolving a parked message parks it again", () => {
    const dueAt = new Date(Date.now() + 60_000).toISOString();
    const parked = row("a", { status: "FOLLOW_UP", followUp: { dueAt, note: "call" } });
    expect(inverse({ name: "resolve" }, parked)).toEqual([{ name: "reopen" }, { name: "followUp", dueAt, note: "call" }]);
    expect(inverse({ name: "close" }, row("a"))).toEqual([{ name: "reopen" }]);
  });

  test("that is refused takes the row out again that it had put back", async () => {
    happened({ kind: "opened", list: "open" });
    happened({ kind: "page", list: "open", as: "replace", rows: [row("x"), row("y")], cursor: null, more: false, total: 2 });
    happened({ kind: "guess", key: "k", id: "x", patch: { status: "RESOLVED" }, leaves: true });
    happened({ kind: "settled", key: "k", message: row("x", { version: 2, status: "RESOLVED" }) });
    asked.mockResolvedValueOnce(done("x", 3, "FORBIDDEN"));
    const undoing = run({ name: "reopen" }, [inbox().rows.x!]);
    expect(inbox().ids).toEqual(["x", "y"]);
    await undoing;
    expect(inbox()).toMatchObject({ ids: ["y"], total: 1 });
  });
});
