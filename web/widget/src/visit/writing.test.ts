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

/** A desk that asks these and has these categories, in a form of this version. */
const asking = (version: number, asked: string[], categories: string[] = []) =>
  ({ form: { version, fields: asked.map((id) => ({ id })) }, categories: categories.map((id) => ({ id })) }) as unknown as Desk;
const refuses = (...errors: [code: string, ...field: string[]][]) => {
  const userErrors = errors.map(([code, ...field]) => ({ code, field, message: code }));
  return { data: { submitMessage: { receipt: null, visitorMessage: null, userErrors } } };
};

/** One who answers a form that asks for a shoe; `submitted`: what the desk says to what they send, with another form by then. */
async function answering(desk: Desk, submitted: (input: any) => ReturnType<typeof arrives>) {
  const shop = page((query, input) => (query.includes("submitMessage") ? submitted(input) : { data: { desk } }));
  const visit = await visiting(shop);
  visit.desk = asking(1, ["shoe"], ["gone", "other"]);
  const writing = new Writing(visit);
  writing.write({ ...MINE, categoryId: "other", answers: { shoe: "42" } });
  const sent = () => shop.asked.filter(({ query }) => query.includes("submitMessage")).map(({ input }) => input);
  return { visit, writing, sent };
}

test("what the desk asked once is sent by the form that was answered, over a reload as well", async () => {
  const { visit, writing, sent } = await answering(asking(3, []), ({ content }) => arrives(content));
  visit.desk = asking(2, ["order"], ["other"]);
  writing.write({ answers: { ...writing.draft.answers, order: "A-1" } });
  writing.end();
  const after = new Writing(visit);
  await visit.readDesk();
  expect((await after.submit())?.kind).toBe("sent");
  const fields = [{ fieldId: "shoe", value: "42" }, { fieldId: "order", value: "A-1" }];
  expect(sent()).toMatchObject([{ formVersion: 1, categoryId: "other", fields }]);
  expect(after.draft).toMatchObject({ formVersion: null, answers: {} });
});

test("a category that is no more is asked for again, and the answers stay", async () => {
  const changed = asking(2, [], ["other"]);
  const { visit, writing } = await answering(changed, () => refuses(["CONFLICT", "formVersion"], ["UNKNOWN", "categoryId"]));
  writing.write({ categoryId: "gone" });
  const outcome = await writing.submit();
  expect(outcome).toMatchObject({ kind: "errors", errors: [{ code: "UNKNOWN", field: ["categoryId"] }] });
  expect(visit.desk).toEqual(changed);
  expect(writing.draft).toMatchObject({ ...MINE, formVersion: 1, categoryId: "", answers: { shoe: "42" } });
});

test("when there are no categories any more, it is told that the form has changed", async () => {
  const { writing } = await answering(asking(2, []), () => refuses(["CONFLICT", "formVersion"], ["UNKNOWN", "categoryId"]));
  expect(await writing.submit()).toMatchObject({ kind: "errors", errors: [{ code: "CONFLICT" }] });
  expect(writing.draft.categoryId).toBe("");
});

test("an answer that is refused and that nobody can see any more stands among the words", async () => {
  const { writing } = await answering(asking(2, ["order"]), () => refuses(["CONFLICT", "formVersion"], ["INVALID", "fields", "shoe"]));
  writing.write({ answers: { shoe: "forty-two", order: "A-1" } });
  expect(await writing.submit()).toMatchObject({ kind: "errors", errors: [{ code: "CONFLICT" }] });
  expect(writing.draft).toMatchObject({ content: "first\nforty-two", answers: { order: "A-1" } });
});

test("what the visitor can see, they mend themselves", async () => {
  const { writing } = await answering(asking(2, ["shoe"]), () => refuses(["CONFLICT", "formVersion"], ["UNKNOWN", "fields", "shoe"]));
  expect(await writing.submit()).toMatchObject({ kind: "errors", errors: [{ code: "UNKNOWN", field: ["fields", "shoe"] }] });
  expect(writing.draft).toMatchObject({ content: "first", answers: { shoe: "42" } });
});

test("what the page has filled in and the desk never asked is left out", async () => {
  const asked = asking(1, ["shoe"], ["other"]);
  const { writing, sent } = await answering(asked, ({ content, categoryId }) =>
    categoryId ? refuses(["UNKNOWN", "categoryId"], ["UNKNOWN", "fields", "plan"]) : arrives(content),
  );
  writing.write({ categoryId: "" });
  writing.prefill({ categoryId: "never", answers: { plan: "gold" } });
  expect((await writing.submit())?.kind).toBe("sent");
  expect(sent().at(-1)).toMatchObject({ content: "first", categoryId: null, fields: [{ fieldId: "shoe", value: "42" }] });
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
