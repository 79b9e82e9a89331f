import { expect, test } from "vitest";
import { untilTurn } from "./hours";

const now = Date.parse("2026-03-02T08:00:00Z");
const at = (opensAt: string | null, closesAt: string | null = null) => untilTurn({ open: !opensAt, opensAt, closesAt }, now);

test("the desk is asked again when it opens or closes", () => {
  expect(at("2026-03-02T08:00:20Z")).toBe(20_000);
  expect(at(null, "2026-03-02T08:30:00Z")).toBe(1_800_000);
  expect(at("2026-03-02T08:30:00Z", "2026-03-02T08:10:00Z")).toBe(600_000);
});

test("never later than in an hour, and not without end when a clock goes wrong", () => {
  expect(at(null)).toBe(3_600_000);
  expect(at("2026-06-02T08:00:00Z")).toBe(3_600_000);
  expect(at("2026-03-02T07:59:00Z")).toBe(60_000);
});
