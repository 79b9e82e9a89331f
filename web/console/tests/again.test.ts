import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lookAgain } from "../src/graph/again";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what is not there yet is looked for until it is", async () => {
  let looked = 0;
  const look = vi.fn(async () => ((looked += 1) < 4 ? null : "there"));
  const found = lookAgain(look);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(look).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(7_000);
  expect(await found).toBe("there");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(look).toHaveBeenCalledTimes(4);
});

test("what does not come is not looked for for ever", async () => {
  const look = vi.fn(async () => null);
  const found = lookAgain(look);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await found).toBeNull();
  expect(look).toHaveBeenCalledTimes(5);
});
