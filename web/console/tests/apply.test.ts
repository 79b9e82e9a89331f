import { describe, expect, test } from "vitest";
import { type Event, applyEvent } from "../src/inbox/apply";
import { type Book, EMPTY, current, finds, shown } from "../src/inbox/book";
import { row } from "./rows";

const after = (...events: Event[]): Book => events.reduce(applyEvent, EMPTY);
const ids = (book: Book) => shown(book).map(({ id }) => id);
const opened: Event = { kind: "opened", list: "open" };
const page = (rows: ReturnType<typeof row>[], some: Partial<Extract<Event, { kind: "page" }>> = {}): Event => ({
  kind: "page",
  list: "open",
  as: "replace",
  rows,
  cursor: "c",
  more: false,
  total: rows.length,
  ...some,
});
const told = (messageId: string, message: ReturnType<typeof row> | null, type = "MessageSubmitted"): Event => ({ kind: "told", list: "open", type, messageId, message });
const three = [opened, page([row("a"), row("b"), row("c")])];

describe("pages", () => {
  test("follow each other, and a message that is on both of them stands once", () => {
    const book = after(opened, page([row("a"), row("b")], { more: true }), page([row("b"), row("c")], { as: "more" }));
    expect(ids(book)).toEqual(["a", "b", "c"]);
    expect(book.more).toBe(false);
  });

  test("of a list that is not shown any more change nothing", () => {
    const book = after(...three);
    expect(applyEvent(book, page([row("z")], { list: "spam" }))).toBe(book);
  });

  test("that are read again behind what is shown move nothing: what is new arrives", () => {
    const book = after(...three, page([row("n"), row("a", { version: 4, status: "REPLIED" })], { as: "heal", total: 4 }));
    expect(ids(book)).toEqual(["a", "b", "c"]);
    expect(book.arrived).toEqual(["n"]);
    expect(current(book, "a")?.status).toBe("REPLIED");
  });

  test("that are read again mark what they lack: all of it when there is no more, else as far down as they go", () => {
    const whole = after(...three, page([row("a"), row("c")], { as: "heal", total: 2 }));
    expect(ids(whole)).toEqual(["a", "b", "c"]);
    expect(whole.gone).toEqual({ b: true });
    const none = after(...three, page([], { as: "heal", total: 0 }));
    expect(none.gone).toEqual({ a: true, b: true, c: true });
    const part = after(...three, page([row("b")], { as: "heal", more: true, total: 90 }));
    expect(part.gone).toEqual({ a: true });
    const upwards = after(...three, page([row("c"), row("a")], { as: "heal", more: true, total: 90 }));
    expect(upwards.gone).toEqual({});
    expect(applyEvent(part, page([row("a"), row("b")], { as: "heal", more: true, total: 90 })).gone).toEqual({});
  });

  test("that are empty fill by themselves: where nothing is shown nothing can jump", () => {
    const empty = after(opened, page([], { total: 0 }));
    const filled = applyEvent(empty, told("n", row("n"), "MessageSubmitted"));
    expect([ids(filled), filled.arrived, filled.total]).toEqual([["n"], [], 1]);
    const healed = applyEvent(empty, page([row("a"), row("b")], { as: "heal", total: 2 }));
    expect([ids(healed), healed.arrived]).toEqual([["a", "b"], []]);
  });

  test("an older telling never replaces a newer one", () => {
    const book = after(opened, page([row("a", { version: 7, content: "now" })]), { kind: "seen", message: row("a", { version: 3, content: "then" }) });
    expect(current(book, "a")?.content).toBe("now");
  });
});

describe("what the server tells", () => {
  test("a new message arrives without moving a row, once, however often it is told", () => {
    const book = after(...three, told("n", row("n")), told("n", row("n")), told("n", row("n", { version: 2 }), "MessageTagged"));
    expect(ids(book)).toEqual(["a", "b", "c"]);
    expect(book.arrived).toEqual(["n"]);
  });

  test("a change is shown where the row stands", () => {
    const book = after(...three, told("b", row("b", { version: 2, assignee: { id: "m", name: "小明" } }), "MessageClaimed"));
    expect(ids(book)).toEqual(["a", "b", "c"]);
    expect(shown(book)[1]?.assignee?.name).toBe("小明");
  });

  test("what somebody else takes out stays in its place, marked, and is no longer once it is back", () => {
    const gone = after(...three, told("b", null, "MessageResolved"));
    expect(ids(gone)).toEqual(["a", "b", "c"]);
    expect(gone.gone).toEqual({ b: true });
    expect(applyEvent(gone, told("b", row("b", { version: 3 }), "MessageReopened")).gone).toEqual({});
  });

  test("of a list that is not read to its end only what comes in arrives, not what stands further down", () => {
    const long = after(opened, page([row("a")], { more: true, total: 90 }));
    expect(applyEvent(long, told("x", row("x"), "MessageTagged")).arrived).toEqual([]);
    expect(applyEvent(long, told("x", row("x"), "MessageReopened")).arrived).toEqual(["x"]);
  });

  test("into a list of one state comes what gets into that state", () => {
    const long = after(opened, page([row("a")], { more: true, total: 90 }));
    const into = (type: string, filter: object) => applyEvent(long, { ...told("x", row("x"), type), filter } as Event).arrived;
    for (const [type, filter] of [
      ["FollowUpCameDue", { status: ["OPEN"] }],
      ["FollowUpCompleted", { status: ["OPEN"] }],
      ["ReplyBecameOverdue", { status: ["OPEN"], overdue: true }],
      ["MessageReplied", { status: ["REPLIED"] }],
      ["MessageResolved", { status: ["RESOLVED"] }],
      ["MessageClosed", { status: ["CLOSED"] }],
      ["FollowUpScheduled", { status: ["FOLLOW_UP"] }],
      ["MessageArchived", { archived: true }],
    ] as const) {
      expect(into(type, filter), type).toEqual(["x"]);
      expect(into(type, {}), `${type} into all`).toEqual([]);
    }
    expect(into("FollowUpCompleted", { status: ["OPEN", "FOLLOW_UP"] })).toEqual([]);
  });

  test("counts, and counts nothing twice", () => {
    const book = after(...three);
    const gone = applyEvent(book, told("b", null, "MessageResolved"));
    expect(gone.total).toBe(2);
    expect(applyEvent(gone, told("b", null, "MessageTagged")).total).toBe(2);
    expect(applyEvent(gone, told("b", row("b", { version: 2 }), "MessageReopened")).total).toBe(3);
    const more = applyEvent(book, told("n", row("n")));
    expect(more.total).toBe(4);
    expect(applyEvent(more, told("n", row("n", { version: 2 }))).total).toBe(4);
    expect(applyEvent(more, told("n", null, "MessageResolved")).total).toBe(3);
    const mine: Event[] = [{ kind: "guess", key: "k", id: "b", patch: { status: "RESOLVED" }, leaves: true }, told("b", null, "MessageResolved"), { kind: "settled", key: "k", message: row("b", { version: 2, status: "RESOLVED" }) }];
    expect(after(...three, ...mine).total).toBe(2);
    expect(after(...three, mine[0]!, mine[2]!, mine[1]!).total).toBe(2);
  });

  test("the same events in whatever order and number end the same", () => {
    const events = [told("a", row("a", { version: 2 })), told("a", row("a", { version: 3, status: "FOLLOW_UP" })), told("n", row("n", { version: 1 })), told("n", row("n", { version: 2 }))];
    const orders = [events, events.toReversed(), [...events, ...events], [events[1]!, events[3]!, events[0]!, events[2]!]];
    for (const order of orders) {
      const book = after(...three, ...order);
      expect([current(book, "a")?.status, current(book, "n")?.version, book.arrived]).toEqual(["FOLLOW_UP", 2, ["n"]]);
    }
  });
});

test("of what is in no list only so much is kept, and all of the list", () => {
  let book = after(...three, told("n", row("n")));
  for (let at = 0; at < 3_000; at += 1) {
    book = applyEvent(book, { kind: "seen", message: row(`other ${at}`) });
    expect(Object.keys(book.rows).length).toBeLessThanOrEqual(504);
  }
  expect(ids(book)).toEqual(["a", "b", "c"]);
  expect(current(book, "n")).toBeDefined();
  expect(current(book, "other 2999")).toBeDefined();
});

describe("what is done here", () => {
  const resolve: Event = { kind: "guess", key: "k", id: "b", patch: { status: "RESOLVED" }, leaves: true };

  test("is on the screen at once, and back when it is refused", () => {
    const guessing = after(...three, resolve);
    expect(ids(guessing)).toEqual(["a", "c"]);
    expect(ids(applyEvent(guessing, { kind: "refused", key: "k" }))).toEqual(["a", "b", "c"]);
  });

  test("stays done, whether the stream or the answer comes first", () => {
    const done = row("b", { version: 2, status: "RESOLVED" });
    const settled: Event = { kind: "settled", key: "k", message: done };
    const streamed = told("b", null, "MessageResolved");
    for (const order of [[streamed, settled], [settled, streamed]]) {
      const book = after(...three, resolve, ...order);
      expect(ids(book)).toEqual(["a", "c"]);
      expect(book.arrived).toEqual([]);
      expect(book.gone).toEqual({});
    }
  });

  test("stands where it stood when it is taken back", () => {
    const book = after(...three, resolve, { kind: "settled", key: "k", message: row("b", { version: 2, status: "RESOLVED" }) }, { kind: "guess", key: "u", id: "b", patch: { status: "OPEN" }, leaves: false, returns: true });
    expect(ids(book)).toEqual(["a", "b", "c"]);
    expect(current(book, "b")?.status).toBe("OPEN");
  });

  test("lies on top of what is told meanwhile, and gives way to the answer", () => {
    const mine: Event = { kind: "guess", key: "p", id: "a", patch: { priority: "URGENT" }, leaves: false };
    const meanwhile = after(...three, mine, told("a", row("a", { version: 2, tags: ["vip"] }), "MessageTagged"));
    expect(current(meanwhile, "a")).toMatchObject({ priority: "URGENT", tags: ["vip"] });
    const book = applyEvent(meanwhile, { kind: "settled", key: "p", message: row("a", { version: 3, tags: ["vip"], priority: "HIGH" }) });
    expect(current(book, "a")?.priority).toBe("HIGH");
  });
});

test("a filter finds what the server's would", () => {
  expect(finds({ status: ["OPEN"] }, row("a"))).toBe(true);
  expect(finds({ status: ["OPEN"] }, row("a", { status: "RESOLVED" }))).toBe(false);
  expect(finds({ status: ["OPEN"], unassigned: true }, row("a", { team: { id: "t", name: "T" } }))).toBe(false);
  expect(finds({}, row("a", { spam: true }))).toBe(false);
  expect(finds({ spam: true }, row("a", { spam: true }))).toBe(true);
  expect(finds({ archived: true }, row("a"))).toBe(false);
  expect(finds({ assigneeId: ["m"], tag: ["vip"] }, row("a", { assignee: { id: "m", name: "M" }, tags: ["vip"] }))).toBe(true);
  expect(finds({}, row("a", { deleted: true }))).toBe(false);
});
