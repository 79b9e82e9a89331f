import { expect, rowOf, test } from "./console.ts";

test("a list is narrowed to whoever has it, and its address shows a colleague the same", async ({ work, desk }) => {
  const [anna, ben] = [await work.agent("Anna"), await work.agent("Ben")];
  const hers = await work.leave("whose: hers");
  const his = await work.leave("whose: his");
  const nobodys = await work.leave("whose: nobody's");
  for (const [{ id }, member] of [[hers, anna], [his, ben]] as const) {
    await desk.ask(`mutation ($id: ID!, $member: ID!) { assignMessage(input: { messageId: $id, memberId: $member }) { userErrors { message } } }`, { id, member: member.id });
  }
  const page = await work.page(anna, { locale: "en" });
  await page.goto("/inbox?order=NEWEST_FIRST");
  const whose = page.getByLabel("Assignee", { exact: true });
  const only = async (on: typeof page, shown: { id: string }) => {
    await expect(rowOf(on, shown.id)).toBeVisible();
    for (const { id } of [hers, his, nobodys]) await expect(rowOf(on, id)).toHaveCount(id === shown.id ? 1 : 0);
  };
  await expect(rowOf(page, hers.id)).toBeVisible();
  // Colleagues come when somebody looks for one.
  await whose.focus();
  await whose.selectOption(ben.id);
  await only(page, his);
  await whose.selectOption({ label: "Nobody" });
  await only(page, nobodys);
  await whose.selectOption({ label: "Me" });
  await only(page, hers);

  // Her own list, at somebody else's desk.
  const other = await work.page(ben, { locale: "zh-CN" });
  await other.goto(page.url().replace(work.wire.url, ""));
  await only(other, hers);
  await expect(other.getByLabel("负责人", { exact: true })).toHaveValue(anna.id);

  // Live: what she is given comes to it.
  await desk.ask(`mutation ($id: ID!, $member: ID!) { assignMessage(input: { messageId: $id, memberId: $member }) { userErrors { message } } }`, { id: nobodys.id, member: anna.id });
  await expect(other.getByRole("button", { name: "1 条新留言" })).toBeVisible();

  await page.getByRole("button", { name: "Clear filters" }).click();
  for (const { id } of [hers, his, nobodys]) await expect(rowOf(page, id)).toBeVisible();
  expect(new URL(page.url()).searchParams.has("assignee")).toBe(false);
});

test("what is typed while the list is asked for stays", async ({ work }) => {
  const agent = await work.agent("Dora");
  const page = await work.page(agent, { locale: "en" });
  await page.goto("/inbox");
  const field = page.locator("input#search");
  await field.pressSequentially("red ");
  await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe("red");
  await field.pressSequentially("bag");
  await expect(field).toHaveValue("red bag");
  await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe("red bag");
  // Another address is typed.
  await page.getByRole("link", { name: /Mine/ }).click();
  await expect(field).toHaveValue("");
});

test("where the folder says whose they are, nobody is asked; an unknown name narrows all the same", async ({ work }) => {
  const agent = await work.agent("Clara");
  const page = await work.page(agent, { locale: "en" });
  await page.goto("/inbox?folder=mine");
  await expect(page.getByLabel("Priority", { exact: true })).toBeVisible();
  await expect(page.getByLabel("Assignee", { exact: true })).toHaveCount(0);
  await page.goto("/inbox?folder=all&assignee=01890000-0000-7000-8000-000000000000");
  await expect(page.getByRole("heading", { name: "Nothing found" })).toBeVisible();
  await expect(page.getByLabel("Assignee", { exact: true }).locator("option:checked")).toHaveText("Another");
});
