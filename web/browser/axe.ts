// What axe finds against WCAG 2.2 A and AA, shadow roots included.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Page, expect } from "@playwright/test";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What another theme of the same page can break. */
const OF_COLOURS = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

/** Fails with what was found and where; `within` leaves out what is not ours, `colours` what goes by none. */
export async function expectAccessible(page: Page, within?: string, colours = false): Promise<void> {
  // `evaluate` passes a page's Content-Security-Policy, a script tag would not.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(SOURCE);
  const found = await page.evaluate(
    async ([context, tags]) => {
      const { axe } = window as any;
      const result = await axe.run(context ?? document, { runOnly: tags, resultTypes: ["violations"] });
      return result.violations.map((violation: any) => ({
        rule: violation.id,
        says: violation.help,
        at: violation.nodes.map((node: any) => `${node.target.flat().join(" ")}: ${node.failureSummary}`),
      }));
    },
    [within, colours ? OF_COLOURS : TAGS] as const,
  );
  expect(found).toEqual([]);
}
