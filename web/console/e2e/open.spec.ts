import { type Page } from "@playwright/test";
import { expect, rowOf, test, type Work } from "./console.ts";

/** One message is open, and three others are ticked. */
async function openBeside(work: Work, page: Page, name: string) {
  const opened = await work.leave(`${name}: open`);
  const ticked = [];
  for (const n of [1, 2, 3]) ticked.push(await work.leave(`${name}: ticked ${n}`));
  await page.goto(`/inbox?order=NEWEST_FIRST&m=${opened.id}`);
  await expect(page.getByRole("article", { name: opened.reference })).toBeVisible();
  for (const { id } of ticked) await rowOf(page, id).getByRole("checkbox").check();
  await expect(page.getByText("3 selected")).toBeVisible();
  return { opened, ticked };
}

test("what the open message's own buttons do is done with it alone, whatever is ticked", async ({ work }) => {
  const agent = await work.agent("Anna");
  const page = await work.page(agent, { locale: "en" });
  const { opened, ticked } = await openBeside(work, page, "head");
  await page.locator(".properties").getByRole("button", { name: /Priority/ }).click();
  await expect(page.locator(".palette-about")).toContainText(opened.reference);
  await page.locator("dialog.palette").getByRole("option", { name: "Urgent" }).click();
  const priorities = async () => {
    const { messages } = await work.desk.ask(`{ messages(filter: { priority: [URGENT] }) { nodes { id } } }`);
    const urgent = messages.nodes.map(({ id }: { id: string }) => id);
    return [opened, ...ticked].map(({ id }) => id).filter((id) => urgent.includes(id));
  };
  await expect.poll(priorities).toEqual([opened.id]);
  await page.locator(".message-does").getByRole("button", { name: "Resolve" }).click();
  await expect.poll(async () => (await work.said(opened.id)).status).toBe("RESOLVED");
  for (const { id } of ticked) expect((await work.said(id)).status).toBe("OPEN");
  await expect(page.getByText("3 selected")).toBeVisible();
});

test("what is assigned from the open message's menu is that one", async ({ work }) => {
  const agent = await work.agent("Ben");
  const page = await work.page(agent, { locale: "en" });
  const { opened, ticked } = await openBeside(work, page, "menu");
  await page.locator(".message-does").getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Assign…" }).click();
  await page.locator("dialog.palette").getByRole("option", { name: /Ben/ }).first().click();
  await expect.poll(async () => (await work.said(opened.id)).assignee?.name).toBe("Ben");
  for (const { id } of ticked) expect((await work.said(id)).assignee).toBeNull();
});

test("a message that the list does not have is done with all the same, by button and by key", async ({ work }) => {
  const agent = await work.agent("Cora");
  const page = await work.page(agent, { locale: "en" });
  for (const by of ["button", "key"] as const) {
    const { id, reference } = await work.leave(`shared by ${by}`);
    await page.goto(`/inbox?folder=spam&m=${id}`);
    await expect(page.getByRole("article", { name: reference })).toBeVisible();
    if (by === "button") await page.locator(".message-does").getByRole("button", { name: "Resolve" }).click();
    else await page.keyboard.press("e");
    await expect.poll(async () => (await work.said(id)).status).toBe("RESOLVED");
  }
});

test("whoever comes back from a message finds the list where it was", async ({ work }) => {
  const agent = await work.agent("Dora");
  const left = [];
  for (let n = 0; n < 20; n += 1) left.push(await work.leave(`place ${n}`));
  const page = await work.page(agent, { locale: "en", width: 900, height: 500 });
  await page.goto("/inbox?order=NEWEST_FIRST");
  await expect(rowOf(page, left.at(-1)!.id)).toBeVisible();
  const scroller = page.locator(".list-scroll");
  await scroller.evaluate((list) => list.scrollTo({ top: 600 }));
  const row = page.locator(".row").nth(9);
  await expect(row).toBeInViewport();
  const id = (await row.getAttribute("data-id"))!;
  await rowOf(page, id).getByRole("link").click();
  await expect(page.getByRole("article")).toBeVisible();
  await page.goBack();
  await expect(rowOf(page, id)).toBeVisible();
  await expect.poll(() => scroller.evaluate((list) => list.scrollTop)).toBeGreaterThan(400);
  await expect(page.locator(`.row.cursor[data-id="${id}"]`)).toBeVisible();
});
