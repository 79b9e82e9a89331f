import { PASSWORD, expect, test } from "./console.ts";

test("a link chooses the password and signs in; a reload stays signed in; a sign-out elsewhere counts here", async ({ work, desk }) => {
  const agent = await work.agent("小红", "AGENT");
  const { createSignInLink } = await desk.ask(`mutation ($id: ID!) { createSignInLink(memberId: $id) { token userErrors { message } } }`, { id: agent.id });
  const context = await work.context(null);
  const page = await context.newPage();
  await page.goto(`/sign-in#${createSignInLink.token}`);
  await page.locator("input[name=password]").fill("another good password");
  await page.getByRole("button", { name: "设置密码并登录" }).click();
  await expect(page.getByRole("heading", { name: "待回复" })).toBeVisible();
  expect(page.url()).not.toContain(createSignInLink.token);

  await page.reload();
  await expect(page.getByRole("heading", { name: "待回复" })).toBeVisible();

  const other = await context.newPage();
  await other.goto("/inbox");
  await other.getByRole("button", { name: /小红/ }).click();
  await other.getByRole("menuitem", { name: "退出登录" }).click();
  await expect(other.getByLabel("邮箱")).toBeVisible();
  await expect(page.getByLabel("邮箱")).toBeVisible();
  expect(await page.evaluate(() => localStorage.getItem("leaveword.session"))).toBeNull();
});

test("a wrong password is told, the right one goes where one wanted to", async ({ work }) => {
  const agent = await work.agent("Anna", "AGENT");
  const { reference } = await work.leave("where to?");
  const page = await work.page(null, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  await page.getByLabel("E-mail").fill(agent.email);
  await page.locator("input[name=password]").fill("not this one");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).not.toBeEmpty();
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("article", { name: reference })).toContainText("where to?");
});

test("a link that is used up says so, and a session that is revoked ends in the page", async ({ work, desk }) => {
  const page = await work.page(null, { locale: "en" });
  await page.goto("/sign-in#lwl_nothing");
  await page.locator("input[name=password]").fill("another good password");
  await page.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(page.getByRole("alert")).not.toBeEmpty();

  const agent = await work.agent("Ben", "AGENT");
  const inside = await work.page(agent, { locale: "en" });
  await inside.goto("/inbox");
  await expect(inside.getByRole("heading", { name: "To answer" })).toBeVisible();
  await desk.ask(`mutation ($id: ID!) { deactivateMember(id: $id) { userErrors { message } } }`, { id: agent.id });
  await expect(inside.getByLabel("E-mail")).toBeVisible();
});
