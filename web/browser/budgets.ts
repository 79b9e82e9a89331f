// What the budgets are for, as it was measured: a specification writes it down, and after all of them it stands in one table.
import { availableParallelism, loadavg } from "node:os";
import { test } from "@playwright/test";
import type { Reporter, TestCase, TestResult } from "@playwright/test/reporter";

interface Measured {
  what: string;
  value: number;
  unit: "kB" | "ms" | "";
  bar: number;
  /** How much else the machine did. */
  load: number;
}

const KIND = "budget";

/**
 * Writes down what was measured against its bar. A size or a count is asserted by whoever measures it; a time goes by the
 * machine and what else it does, so the table says when it is over.
 */
export function measured(what: string, value: number, bar: number, unit: Measured["unit"] = ""): void {
  const said: Measured = { what, value, unit, bar, load: loadavg()[0]! };
  test.info().annotations.push({ type: KIND, description: JSON.stringify(said) });
}

/** A share of what was measured lies at or below it: by the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

const shown = (value: number, unit: Measured["unit"]) => {
  const digits = unit === "kB" ? 1 : value < 1 && value > 0 ? 3 : 0;
  return `${value.toFixed(digits)} ${unit}`.trim();
};

export default class Budgets implements Reporter {
  private readonly all: Measured[] = [];

  onTestEnd(_: TestCase, { annotations }: TestResult): void {
    for (const { type, description } of annotations) if (type === KIND) this.all.push(JSON.parse(description!));
  }

  onEnd(): void {
    if (this.all.length === 0) return;
    const rows = this.all.map(({ what, value, unit, bar }) => `| ${what} | ${shown(value, unit)} | ${shown(bar, unit)} | ${value > bar ? "over" : ""} |`);
    const load = Math.max(...this.all.map(({ load }) => load)).toFixed(1);
    console.log(`\n| what | measured | bar | |\n| --- | ---: | ---: | --- |\n${rows.join("\n")}`);
    console.log(`Times go by the machine: ${availableParallelism()} processors, and a load of up to ${load} while it was measured.`);
  }
}
