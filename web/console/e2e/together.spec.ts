import type { Page } from "@playwright/test";
import { measured, percentile } from "../../browser/budgets.ts";
import { expect, rowOf, test } from "./console.ts";

/** Writes down when each of these rows first says something. */
async function watch(page: Page, ids: readonly string[], text: string): Promise<void> {
  await page.evaluate(
    ([ids, text]) => {
      const seen: Record<string, number> = ((window as any).seen = {});
      const look = () => {
        for (const id of ids) {
          if (!(id in seen) && document.querySelector(`.row[data-id="${id}"]`)?.textContent?.includes(text)) seen[id] = Date.now();
        }
      };
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
      look();
    },
    [ids, text] as const,
  );
}

const ROUNDS = 21;
/** Within so many milliseconds the other sees it. */
const SEEN_WITHIN = 300;

test("two agents see each other's work within 300 milliseconds", async ({ work }) => {
  const [anna, ben] = [await work.agent("Anna"), await work.agent("Ben")];
  // High enough for all rows: what is not in the page is not seen.
  const looks = { locale: "en", height: 2_000 } as const;
  const [one, other] = [await work.page(anna, looks), await work.page(ben, looks)];
  const ids: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) ids.unshift((await work.leave(`round ${round}`)).id);
  for (const page of [one, other]) {
    await page.goto("/inbox?order=NEWEST_FIRST");
    await expect(page.getByText("At the desk")).toBeVisible();
    for (const id of ids) await expect(rowOf(page, id)).toBeVisible();
  }
  await watch(other, ids, "Anna");
  const took: number[] = [];
  for (const id of ids) {
    await one.keyboard.press("j");
    await expect(one.locator(`.row.cursor[data-id="${id}"]`)).toBeVisible();
    const began = await one.evaluate(() => {
      const at = Date.now();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "c", bubbles: true }));
      return at;
    });
    const seen = await other.waitForFunction((id) => (window as any).seen[id] as number | undefined, id, { polling: 20 });
    took.push((await seen.jsonValue())! - began);
  }
  const [half, most] = [percentile(took, 0.5), percentile(took, 0.95)];
  measured(`seen by the other agent, half of ${ROUNDS}`, half, SEEN_WITHIN, "ms");
  measured(`seen by the other agent, 95 of 100 of ${ROUNDS}`, most, SEEN_WITHIN, "ms");
  // A machine that does other things beside is slow at times: the quicker quarter shows what the desk itself takes.
  expect(percentile(took, 0.25)).toBeLessThan(SEEN_WITHIN);
});

const property = (page: Page, label: string) => page.locator(".property", { hasText: label });

test("whoever opens a message sees who else is at the desk", async ({ work }) => {
  const [anna, ben] = [await work.agent("Anna Present"), await work.agent("Ben Present")];
  const { reference } = await work.leave("who is here");
  const first = await work.page(anna, { locale: "en" });
  await first.goto("/inbox");
  await expect(first.getByText("At the desk")).toBeVisible();
  const page = await work.page(ben, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  const names = property(page, "Here as well").locator("[title]");
  await expect(names).toHaveAttribute("title", /Anna Present/);
  await expect(names).not.toHaveAttribute("title", /Ben Present/);
});

test("of two who claim at once one has it, and the other is told who", async ({ work }) => {
  const [anna, ben] = [await work.agent("Anna"), await work.agent("Ben")];
  const pages = [await work.page(anna, { locale: "en" }), await work.page(ben, { locale: "en" })];
  for (let round = 0; round < 3; round += 1) {
    const { id, reference } = await work.leave(`race ${round}`);
    for (const page of pages) {
      await page.goto(`/messages/${reference}`);
      await expect(page.getByRole("button", { name: "Claim" })).toBeVisible();
    }
    await Promise.all(pages.map((page) => page.keyboard.press("c")));
    const winner = () => work.said(id).then(({ assignee }) => assignee?.name);
    await expect.poll(winner).toMatch(/Anna|Ben/);
    const loser = (await winner()) === "Anna" ? pages[1]! : pages[0]!;
    await expect(loser.locator(".toast.bad")).toBeVisible();
    for (const page of pages) await expect(property(page, "Assignee")).toContainText(page === loser ? (await winner())! : "Me");
  }
});

test("new messages move no row, and come when they are asked for", async ({ work }) => {
  const agent = await work.agent("Clara");
  await work.leave("stay where you are");
  const page = await work.page(agent, { locale: "en" });
  await page.goto("/inbox?order=NEWEST_FIRST");
  const row = page.locator(".row").first();
  await expect(row).toBeVisible();
  await expect(page.getByText("At the desk")).toBeVisible();
  const [before, id] = [await row.boundingBox(), await row.getAttribute("data-id")];
  const left = [await work.leave("n1"), await work.leave("n2"), await work.leave("n3")];
  const pill = page.getByRole("button", { name: "3 new messages" });
  await expect(pill).toBeVisible();
  expect(await rowOf(page, id!).boundingBox()).toEqual(before);
  await expect(page).toHaveTitle(/^\(\d+\)/);
  await pill.click();
  for (const { id } of left) await expect(rowOf(page, id)).toHaveCount(1);
});
