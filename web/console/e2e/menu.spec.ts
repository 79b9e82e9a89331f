import { expect, test } from "./console.ts";

test("a menu goes by keys, by touch and by whatever is touched beside it, and gives the focus back", async ({ work }) => {
  const agent = await work.agent("Anna");
  const { id, reference } = await work.leave("menus");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  const more = page.locator(".message-does").getByRole("button", { name: "More" });
  const items = page.getByRole("menuitem");
  await more.focus();
  await page.keyboard.press("Enter");
  await expect(items.first()).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(items.last()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(items.first()).toBeFocused();
  // Escape closes the menu, and not the message behind it.
  await page.keyboard.press("Escape");
  await expect(items).toHaveCount(0);
  await expect(more).toBeFocused();
  await expect(page.getByRole("article", { name: reference })).toBeVisible();

  await more.click();
  await expect(items.first()).toBeVisible();
  await more.click();
  await expect(items).toHaveCount(0);
  await more.click();
  await page.locator(".timeline").click();
  await expect(items).toHaveCount(0);

  // What it leads to returns the focus to where it began.
  await more.click();
  await page.getByRole("menuitem", { name: "Assign…" }).click();
  await expect(page.locator("dialog.palette")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(more).toBeFocused();

  await more.click();
  await page.getByRole("menuitem", { name: "Archive" }).click();
  await expect(page.getByText(`${reference} archived`)).toBeVisible();
  const isArchived = async () => (await work.desk.ask(`query ($id: ID!) { message(id: $id) { archived } }`, { id })).message.archived;
  await expect.poll(isArchived).toBe(true);
});
