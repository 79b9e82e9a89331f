import { afterEach, expect, test, vi } from "vitest";
import { page, visiting } from "./page.testing";
import type { Message } from "./visit";

afterEach(() => vi.unstubAllGlobals());

const ENDED = { errors: [{ extensions: { code: "UNAUTHENTICATED" } }] };
const message = { id: "m1", reference: "LW-1", entries: [{ own: false, at: "2026-01-01T00:00:00Z" }] } as Message;

test("who holds a token that has ended does not take the new one away", async () => {
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  const shop = page(async () => {
    await held;
    return ENDED;
  });
  const visit = await visiting(shop);
  const read = visit.read().catch((failure) => failure.why);
  shop.kept.set(visit.memory.name("token"), '"lwv_2"');
  answer();
  expect(await read).toBe("token");
  expect(visit.memory.get("token")).toBe("lwv_2");
});

test("a token that has ended is forgotten", async () => {
  const visit = await visiting(page(() => ENDED));
  await expect(visit.read()).rejects.toThrow("token");
  expect(visit.memory.get("token")).toBeNull();
  expect(visit.known).toBe(false);
});

test("one person's messages are not shown to the next", async () => {
  const shop = page(() => ENDED);
  const visit = await visiting(shop);
  visit.rows = [message];
  visit.keep(message);
  const token = visit.memory.name("token");
  shop.kept.set(token, '"lwv_2"');
  visit.heard({ key: token, newValue: '"lwv_2"' } as StorageEvent);
  expect(visit.rows).toBeNull();
  expect(visit.messages.size).toBe(0);
});

test("whoever is made somebody elsewhere keeps what they are writing", async () => {
  const shop = page(() => ENDED);
  const visit = await visiting(shop, null);
  const parted = vi.fn();
  visit.parted = parted;
  shop.kept.set(visit.memory.name("token"), '"lwv_1"');
  expect(visit.token()).toBe("lwv_1");
  expect(parted).not.toHaveBeenCalled();
});

test("what one widget of a page has shown is not new in the other", async () => {
  const shop = page(() => ENDED);
  const [one, other] = [await visiting(shop), await visiting(shop)];
  one.rows = other.rows = [message];
  other.keep(message);
  expect(other.unreadInAll).toBe(1);
  shop.told.length = 0;
  one.saw(message);
  expect(other.unreadInAll).toBe(0);
  expect(shop.told).toContain("lm:unread");
});

test("two widgets that need somebody at once are the same one, and neither drops what is written", async () => {
  let count = 0;
  const shop = page((query) => {
    if (!query.includes("startVisit")) return { data: { visitor: null } };
    count += 1;
    return { data: { startVisit: { token: `lwv_${count}`, visitor: { name: null, contact: null }, userErrors: [] } } };
  });
  const [one, other] = [await visiting(shop, null), await visiting(shop, null)];
  one.parted = other.parted = vi.fn();
  await Promise.all([one.somebody(), other.somebody()]);
  expect(count).toBe(2);
  expect([one.token(), other.token()]).toEqual(["lwv_1", "lwv_1"]);
  expect(one.parted).not.toHaveBeenCalled();
});
