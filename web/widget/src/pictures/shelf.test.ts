import { afterEach, expect, test, vi } from "vitest";
import { sendFile } from "../api/send";
import { page, visiting } from "../visit/page.testing";
import type { Desk } from "../visit/visit";
import { Shelves } from "./shelves";

vi.mock("../api/send", async (real) => ({ ...(await real<object>()), sendFile: vi.fn() }));
afterEach(() => vi.unstubAllGlobals());

const LIMITS = { bytes: 10, perMessage: 9, files: ["PDF"], fileBytes: 20 } as NonNullable<Desk["uploads"]>;

async function shelves() {
  const visit = await visiting(page(() => new Error()));
  visit.desk = { uploads: LIMITS } as Desk;
  return Object.assign(visit, { shelves: new Shelves(visit) });
}

test("what is told of a shelf goes to whoever shows it now", async () => {
  const visit = await shelves();
  const [first, second] = [vi.fn(), vi.fn()];
  visit.shelves.of("key", [], first);
  const shelf = visit.shelves.of("key", [], second)!;
  shelf.remove({ name: "a.png", state: "sent", progress: 1 });
  expect(first).not.toHaveBeenCalled();
  expect(second).toHaveBeenCalled();
});

test("a network that is back says nothing of what has not failed, and nothing of what was sent", async () => {
  const visit = await shelves();
  const kept = vi.fn();
  const shelf = visit.shelves.of("key", [{ id: "1", name: "a.png" }], kept)!;
  visit.resume();
  expect(kept).not.toHaveBeenCalled();
  visit.shelves.drop("key");
  shelf.remove(shelf.items[0]!);
  expect(kept).not.toHaveBeenCalled();
});

test("under another key go on those that are not there yet", async () => {
  const visit = await shelves();
  const shelf = visit.shelves.of("one", [{ id: "1", name: "a.png" }, { id: "2", name: "b.png" }], () => {})!;
  visit.shelves.move("one", "two", ["1"]);
  expect(visit.shelves.of("two", [], () => {})).toBe(shelf);
  expect(shelf.items.map(({ id }) => id)).toEqual(["2"]);
});

test("a file that is too large is measured by the limit for files", async () => {
  const visit = await shelves();
  const shelf = visit.shelves.of("key", [], () => {})!;
  const file = (bytes: number, type: string) => new File([new Uint8Array(bytes)], "a", { type });
  shelf.add([file(21, "application/pdf"), file(11, "text/plain")]);
  await shelf.settled();
  expect(shelf.items.map(({ why }) => why)).toEqual([{ largest: 20 }, "notTaken"]);
});

test("what moved and stands still now is said to do so", async () => {
  const visit = await shelves();
  vi.spyOn(visit, "somebody").mockResolvedValue(undefined);
  const shelf = visit.shelves.of("key", [], () => {})!;
  vi.mocked(sendFile).mockResolvedValueOnce({ id: "1", standsStill: true }).mockResolvedValueOnce({ id: "2", standsStill: false });
  shelf.add([new File([new Uint8Array(5)], "a.webp", { type: "image/webp" }), new File([new Uint8Array(5)], "b.jpg", { type: "image/jpeg" })]);
  await shelf.settled();
  expect(shelf.items.map(({ id, state, standsStill }) => [id, state, standsStill])).toEqual([["1", "sent", true], ["2", "sent", false]]);
});
