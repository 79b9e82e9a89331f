import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { arrives, finds, keepsKeys, page, visiting } from "./page.testing";
import type { Desk } from "./visit";
import { Writing } from "./writing";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const MINE = { name: "李雷", contact: "lilei@example.com", content: "first" };
const contents = (all: Map<string, { said: string }>) => [...all.values()].map(({ said }) => JSON.parse(said).content);

/** Until the try that is under way has ended without an answer. */
async function waits(writing: Writing): Promise<void> {
  await vi.waitFor(() => expect(writing.waiting).not.toBeNull());
}

test("two pages that share a draft send two messages", async () => {
  const desk = keepsKeys();
  const shop = page(desk.answer);
  const one = new Writing(await visiting(shop));
  one.write(MINE);
  const other = new Writing(await visiting(shop));
  expect(other.draft.key).toBe(one.draft.key);
  expect((await one.submit())?.kind).toBe("sent");
  other.write({ content: "second" });
  expect((await other.submit())?.kind).toBe("sent");
  expect(contents(desk.had)).toEqual(["first", "second"]);
});

test("what is only filled in by the page is no draft of the visitor's", async () => {
  const shop = page(() => new Error());
  const visit = await visiting(shop);
  const writing = new Writing(visit);
  writing.prefill({ name: "李雷", content: "about a chair" });
  expect(writing.draft.content).toBe("about a chair");
  expect(visit.memory.get("draft")).toBeNull();
});

test("only the words are new after an answer was lost: they wait below the message", async () => {
  const desk = keepsKeys((times) => times === 1);
  const shop = page(desk.answer);
  const visit = await visiting(shop);
  const writing = new Writing(visit);
  writing.write(MINE);
  const first = writing.submit();
  await waits(writing);
  writing.stop();
  expect(await first).toBeNull();
  writing.write({ content: "first and more" });
  const outcome = await writing.submit();
  expect(outcome?.kind).toBe("sent");
  expect(contents(desk.had)).toEqual(["first"]);
  expect(visit.memory.get(`addition:${outcome?.kind === "sent" && outcome.id}`)).toMatchObject({ content: "first and more" });
});

test("a contact that was mended after an answer was lost stands as a message of its own", async () => {
  const desk = keepsKeys((times) => times === 1);
  const shop = page(desk.answer);
  const writing = new Writing(await visiting(shop));
  writing.write({ ...MINE, contact: "lilei@example.con" });
  const first = writing.submit();
  await waits(writing);
  writing.stop();
  await first;
  const { key } = writing.draft;
  writing.write({ contact: "lilei@example.com" });
  expect(await writing.submit()).toEqual({ kind: "earlier" });
  expect(writing.earlier).toBe(true);
  expect(writing.draft).toMatchObject({ ...MINE, pending: false, tried: [], relatedTo: { reference: expect.stringMatching(/^LW-/) } });
  expect(writing.draft.key).not.toBe(key);
  expect((await writing.submit())?.kind).toBe("sent");
  expect([...desk.had.values()].map(({ said }) => JSON.parse(said).contact)).toEqual(["lilei@example.con", "lilei@example.com"]);
});

test("what is typed while the first version arrives is kept", async () => {
  let arrive = () => {};
  const held = new Promise<void>((resolve) => (arrive = resolve));
  const shop = page(async () => {
    await held;
    return arrives("first");
  });
  const writing = new Writing(await visiting(shop));
  writing.write(MINE);
  const outcome = writing.submit();
  await vi.waitFor(() => expect(shop.asked).toHaveLength(1));
  writing.stop();
  writing.write({ content: "first and more" });
  arrive();
  expect(await outcome).toEqual({ kind: "earlier" });
  expect(writing.draft).toMatchObject({ content: "first and more", pending: false, relatedTo: { reference: expect.any(String) } });
});

test("one message is sent however often it is asked for", async () => {
  const desk = keepsKeys();
  const shop = page(desk.answer);
  const writing = new Writing(await visiting(shop));
  writing.write(MINE);
  await Promise.all([writing.submit(), writing.submit()]);
  expect(shop.asked).toHaveLength(1);
});

test("what was on its way is sent as it was, on another page and before the desk is known", async () => {
  const desk = keepsKeys((times) => times === 1);
  const shop = page(desk.answer);
  const visit = await visiting(shop);
  visit.desk = { form: { version: 7, fields: [] }, categories: [], privacyNotice: "…", privacyNoticeVersion: 3 } as unknown as Desk;
  const writing = new Writing(visit);
  writing.write(MINE);
  void writing.submit();
  await waits(writing);
  writing.end();
  vi.stubGlobal("location", { origin: "https://shop.example", pathname: "/elsewhere" });
  const after = new Writing(await visiting(shop));
  expect((await after.submit())?.kind).toBe("sent");
  expect(shop.asked.at(-1)!.input).toEqual(shop.asked[0]!.input);
  expect(shop.asked[0]!.input).toMatchObject({ formVersion: 7, privacyNoticeVersion: 3 });
});

test("what the desk does not ask any more is not answered", async () => {
  const shop = page((_, { content }) => arrives(content));
  const visit = await visiting(shop);
  const writing = new Writing(visit);
  writing.write({ ...MINE, categoryId: "gone", answers: { order: "A-1", gone: "x" } });
  visit.desk = { form: { version: 2, fields: [{ id: "order" }] }, categories: [{ id: "other" }] } as unknown as Desk;
  await writing.submit();
  expect(shop.asked[0]!.input).toMatchObject({ categoryId: null, fields: [{ fieldId: "order", value: "A-1" }] });
});

test("a desk that is busy is asked again when it says so", async () => {
  let times = 0;
  const shop = page((_, { content }) =>
    times++ ? arrives(content) : { errors: [{ extensions: { code: "RATE_LIMITED", retryAfter: 40 } }] },
  );
  const writing = new Writing(await visiting(shop));
  writing.write(MINE);
  const outcome = writing.submit();
  await waits(writing);
  expect(writing.waiting).toBe("busy");
  await vi.advanceTimersByTimeAsync(39_000);
  expect(times).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await outcome)?.kind).toBe("sent");
});

test("what the desk has refused has not arrived", async () => {
  const shop = page(() => finds("INVALID", ["contact"]));
  const writing = new Writing(await visiting(shop));
  writing.write(MINE);
  expect((await writing.submit())?.kind).toBe("errors");
  expect(writing.draft).toMatchObject({ ...MINE, tried: [], pending: false });
});

test("who becomes somebody else in another tab does not send what the first one wrote", async () => {
  const shop = page((_, { content }) => arrives(content));
  const visit = await visiting(shop);
  const writing = new Writing(visit);
  writing.write(MINE);
  const stored = visit.memory.get("draft");
  shop.kept.set(visit.memory.name("token"), '"lwv_2"');
  expect(await writing.submit()).toBeNull();
  expect(writing.draft).toMatchObject({ name: "", contact: "", content: "" });
  expect(shop.asked.filter(({ query }) => query.includes("submitMessage"))).toEqual([]);
  expect(visit.memory.get("draft")).toMatchObject({ content: (stored as typeof MINE).content });
});
