import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Locks, Place, browser } from "./browser";
import { row } from "./rows";

const asked = vi.hoisted(() => vi.fn());
vi.mock("../src/graph/ask", async (original) => ({ ...(await original<object>()), ask: asked }));
vi.mock("../src/session/session", () => ({ session: () => ({ token: "lws" }), signedOut() {}, onSession() {}, useSession() {} }));

let place: Place;
let locks: Locks;
beforeEach(() => {
  vi.useFakeTimers();
  asked.mockReset();
  place = new Place();
  locks = new Locks();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A tab that has just been opened. */
async function tab(coarse = false, at: Locks | undefined = locks) {
  const { wrote, hide } = browser(place, at, coarse);
  vi.resetModules();
  const box = await import("../src/message/outbox");
  const { outbox } = await import("../src/message/outgoing");
  const { Fault } = await import("../src/graph/ask");
  const { tab } = await import("../src/message/tabs");
  box.resume("me");
  return { ...box, outbox, gone: new Fault("UNREACHABLE", "gone"), name: tab, wrote, hide };
}

const reply = (content: string, some = {}) => ({ member: "me", messageId: "m", content, uploads: [], version: 4, resolves: false, ...some });
const done = (version: number, some = {}) => ({ done: { userErrors: [], receipt: { id: "m", version, position: "1" }, conflict: null, message: row("m", { version }), ...some } });
const inputs = () => asked.mock.calls.map(([, { input }]) => input);
const stored = () => Array.from({ length: place.length }, (_, at) => JSON.parse(place.getItem(place.key(at)!)!)).filter((one) => one.content);

describe("a reply that another tab is to send", () => {
  test("is shown, and sent by that one alone", async () => {
    const one = await tab();
    one.send(reply("once"));
    const other = await tab();
    expect(other.outbox().map(({ content }) => content)).toEqual(["once"]);
    asked.mockResolvedValue(done(5));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(stored()).toEqual([]);
  });

  test("is not sent once it was taken back here", async () => {
    const one = await tab();
    const key = one.send(reply("never"));
    const other = await tab();
    expect(other.takeBack(key)).toMatchObject({ content: "never" });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).not.toHaveBeenCalled();
    expect(one.takeBack(key)).toBe("gone");
  });

  test("is gone here when it was taken back there", async () => {
    const one = await tab();
    const key = one.send(reply("never"));
    const other = await tab();
    one.takeBack(key);
    other.wrote(`leaveword.outbox.${key}`);
    expect(other.outbox()).toEqual([]);
  });

  test("is sent from here when that tab is not there any more", async () => {
    const one = await tab();
    one.send(reply("left behind"));
    const [{ owner }] = stored();
    one.rest();
    locks.held.splice(0, locks.held.length, ...locks.held.filter(({ name }) => !name.endsWith(owner)));
    await tab();
    asked.mockResolvedValue(done(5));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(inputs()).toMatchObject([{ content: "left behind" }]);
  });

  test("without locks is known by what that tab writes down", async () => {
    const one = await tab(false, undefined);
    one.send(reply("plain"));
    one.rest();
    const other = await tab(false, undefined);
    asked.mockResolvedValue(done(5));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).not.toHaveBeenCalled();
    expect(other.outbox()).toHaveLength(1);
    const { living } = await import("../src/message/tabs");
    place.setItem("leaveword.tab.ended", String(Date.now() - 100_000));
    const lives = await living();
    expect([one.name, other.name, "ended", "unheard of", undefined].map(lives)).toEqual([true, true, false, false, false]);
  });
});

test("two replies within eight seconds are no conflict with oneself", async () => {
  const { send } = await tab();
  asked.mockResolvedValueOnce(done(5)).mockResolvedValueOnce(done(6));
  send(reply("one"));
  await vi.advanceTimersByTimeAsync(1_000);
  send(reply("two"));
  await vi.advanceTimersByTimeAsync(9_000);
  expect(inputs().map(({ expectedVersion }) => expectedVersion)).toEqual([4, 5]);
});

test("what somebody else did in between is one", async () => {
  const { send } = await tab();
  asked.mockResolvedValueOnce(done(6)).mockResolvedValueOnce(done(7));
  send(reply("one"));
  send(reply("two"));
  await vi.advanceTimersByTimeAsync(9_000);
  expect(inputs().map(({ expectedVersion }) => expectedVersion)).toEqual([4, 4]);
});

test("what may have arrived cannot be taken back; what was refused can", async () => {
  const { send, takeBack, outbox, gone } = await tab();
  asked.mockRejectedValueOnce(gone);
  const key = send(reply("once"));
  await vi.advanceTimersByTimeAsync(8_500);
  expect(outbox()[0]?.state).toBe("retries");
  expect(takeBack(key)).toBe("sent");
  asked.mockResolvedValueOnce({ done: { userErrors: [{ code: "INVALID", message: "no" }], receipt: null, conflict: null, message: null } });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(outbox()[0]?.state).toBe("refused");
  expect(takeBack(key)).toMatchObject({ content: "once" });
});

test("a phone sends what waits when another app is looked at; a desk does not", async () => {
  const phone = await tab(true);
  asked.mockResolvedValue(done(5));
  phone.send(reply("from a phone"));
  phone.hide();
  expect(asked).toHaveBeenCalledTimes(1);
  expect(asked.mock.calls[0]![2]).toEqual({ keepalive: true });
  await vi.advanceTimersByTimeAsync(100);
  const desk = await tab();
  desk.send(reply("from a desk"));
  desk.hide();
  expect(asked).toHaveBeenCalledTimes(1);
});

test("whoever signs out sends what any tab has waiting, as long as it is theirs", async () => {
  const one = await tab();
  one.send(reply("of the other tab"));
  one.send(reply("of somebody else", { member: "you" }));
  const other = await tab();
  asked.mockResolvedValue(done(5));
  await other.leaveAll();
  expect(inputs().map(({ content }) => content)).toEqual(["of the other tab"]);
});

test("what was refused is said again by a page that comes later", async () => {
  const one = await tab();
  asked.mockResolvedValueOnce({ done: { userErrors: [{ code: "CONFLICT", message: "moved on" }], receipt: null, conflict: { version: 9, eventsSince: [], eventsSinceTruncated: false }, message: null } });
  one.send(reply("refused"));
  await vi.advanceTimersByTimeAsync(9_000);
  browser(place, locks);
  vi.resetModules();
  const later = await import("../src/message/outbox");
  const said = vi.fn();
  later.onRefused(said);
  later.resume("me");
  later.resume("me");
  expect(said).toHaveBeenCalledTimes(1);
  expect(said.mock.calls[0]![0]).toMatchObject({ content: "refused", state: "conflict" });
});

describe("send and resolve", () => {
  test("resolves as of the reply, also when the answer has no message", async () => {
    const { send, outbox } = await tab();
    asked.mockResolvedValueOnce(done(5, { message: null })).mockResolvedValueOnce({ message: row("m", { version: 5 }) }).mockResolvedValueOnce(done(6));
    send(reply("and done", { resolves: true }));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(inputs().at(-1)).toMatchObject({ messageId: "m", expectedVersion: 5 });
    expect(outbox()).toEqual([]);
  });

  test("is kept until the resolving is answered, and asks under one key", async () => {
    const { send, outbox, gone } = await tab();
    asked.mockResolvedValueOnce(done(5)).mockRejectedValueOnce(gone);
    send(reply("and done", { resolves: true }));
    await vi.advanceTimersByTimeAsync(8_500);
    expect(outbox()[0]?.state).toBe("resolves");
    expect(stored()[0]).toMatchObject({ state: "resolves", version: 5 });
    asked.mockResolvedValueOnce(done(6));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stored()).toEqual([]);
    const [, first, second] = inputs();
    expect(second.idempotencyKey).toBe(first.idempotencyKey);
  });
});
