import { afterEach, expect, test, vi } from "vitest";
import { page, visiting } from "../visit/page.testing";
import type { Message } from "../visit/visit";
import { readMessage } from "./read";

afterEach(() => vi.unstubAllGlobals());

const said = { id: "e1", own: true, at: "2026-01-01T00:00:00Z" };
const replied = { id: "e2", own: false, at: "2026-01-01T00:01:00Z" };
const before = { id: "m1", reference: "LW-1", lastActivityAt: said.at, entries: [said] } as Message;
const after = { ...before, lastActivityAt: replied.at, entries: [said, replied] } as Message;

const answers = (message: Message | null) => page(() => ({ data: { visitor: { message } } }));

test("a reply that nobody told of is there once the message is read again", async () => {
  const shop = answers(after);
  const visit = await visiting(shop);
  visit.rows = [before];
  visit.keep(before);
  await readMessage(visit, "m1");
  expect(visit.messages.get("m1")?.entries).toHaveLength(2);
  expect(visit.rows).toEqual([after]);
  expect(shop.told).toContain("lm:replied");
});

test("what was told meanwhile is not taken back by an older answer", async () => {
  const visit = await visiting(answers(before));
  const reading = readMessage(visit, "m1");
  visit.keep(after);
  await reading;
  expect(visit.messages.get("m1")).toEqual(after);
});

test("a message that was told meanwhile stays, although it was not there when it was asked for", async () => {
  const visit = await visiting(answers(null));
  const reading = readMessage(visit, "m1");
  visit.keep(before);
  await reading;
  expect(visit.messages.get("m1")).toEqual(before);
});

test("a message that went meanwhile does not come back", async () => {
  const visit = await visiting(answers(before));
  visit.rows = [before];
  visit.keep(before);
  const reading = readMessage(visit, "m1");
  visit.told("m1", null);
  await reading;
  expect(visit.messages.has("m1")).toBe(false);
  expect(visit.rows).toEqual([]);
});

test("a message that is not there any more is in no list", async () => {
  const visit = await visiting(answers(null));
  visit.rows = [before];
  visit.keep(before);
  await readMessage(visit, "m1");
  expect(visit.messages.has("m1")).toBe(false);
  expect(visit.rows).toEqual([]);
});
