import { expect, expectAccessible, test } from "./console.ts";
import { ask } from "../../browser/desk.ts";

const SUBMIT = `mutation { submitMessage(input: { name: "R", contact: "r@example.com", content: "once more" }) { receipt { id } userErrors { code } } }`;

test("whoever is blocked leaves no more messages, until they are let in again", async ({ work, desk }) => {
  const lead = await work.agent("Lena", "LEAD");
  const { reference, token } = await work.leave("again and again", "Rude Rudi");
  const page = await work.page(lead, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  const block = page.getByRole("button", { name: "Block…" });
  await block.click();
  const dialog = page.locator("dialog.block");
  await expect(dialog).toContainText("Block Rude Rudi?");
  await expect(dialog).toContainText("You can let them in again at any time.");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(block).toBeFocused();

  await block.click();
  await dialog.getByRole("textbox").fill("insults");
  await dialog.getByRole("button", { name: "Block", exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator(".properties")).toContainText("Blocked: may leave no more messages.");
  await expect(ask(desk.url, token, SUBMIT, {})).rejects.toThrow(/BLOCKED/);

  await page.getByRole("button", { name: "Unblock…" }).click();
  await page.locator("dialog.unblock").getByRole("button", { name: "Unblock", exact: true }).click();
  await expect(page.locator(".properties")).not.toContainText("Blocked");
  const { submitMessage } = await ask(desk.url, token, SUBMIT, {});
  expect(submitMessage.receipt.id).toBeTruthy();
  // A lead erases nobody.
  await expect(page.getByRole("button", { name: "Erase data…" })).toHaveCount(0);
});

test("an erasure says what goes and what stays, wants a reason, and cannot be done by the way", async ({ work, desk }) => {
  const admin = await work.agent("Ada");
  const { id, reference, token } = await work.leave("my secret is 4711", "Greta Gone");
  await desk.ask(`mutation ($id: ID!) { replyToMessage(input: { messageId: $id, content: "we know about 4711" }) { userErrors { message } } }`, { id });
  await ask(desk.url, token, `mutation { requestErasure(reason: "please") }`, {});
  const page = await work.page(admin, { locale: "zh-CN", theme: "dark" });
  await page.goto(`/messages/${reference}`);
  await expect(page.locator(".timeline")).toContainText("my secret is 4711");
  await page.getByRole("button", { name: "清除数据…" }).click();
  const dialog = page.locator("dialog.erase");
  await expect(dialog).toContainText("清除Greta Gone的全部数据？");
  await expect(dialog).toContainText("此操作无法撤销");
  await expectAccessible(page);
  const go = dialog.getByRole("button", { name: "永久清除" });
  const reason = dialog.getByRole("textbox");
  // Whoever asked for it has given the reason.
  await expect(reason).toHaveValue(/访客本人于 .+ 提出申请/);
  await expect(go).toBeDisabled();
  await dialog.getByRole("checkbox").check();
  await reason.fill(" ");
  await expect(go).toBeDisabled();
  await reason.fill("本人申请");
  await expectAccessible(page);
  await go.click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator(".timeline")).not.toContainText("4711");
  await expect(page.getByRole("heading", { name: "已清除的访客" })).toBeVisible();
  await expect(page.locator(".composer.none")).toBeVisible();
  await expect(page.getByRole("button", { name: "清除数据…" })).toHaveCount(0);
  await expect.poll(async () => JSON.stringify(await desk.ask(`query ($id: ID!) { message(id: $id) { erased entries { ... on Reply { content } ... on VisitorWords { content } } visitor { name } } }`, { id }))).not.toContain("4711");
});

test("what the server refuses is said where it was wanted, and an agent is offered neither", async ({ work, desk }) => {
  const { reference } = await work.leave("who may?", "Otto");
  const agent = await work.page(await work.agent("Anna", "AGENT"), { locale: "en" });
  await agent.goto(`/messages/${reference}`);
  await expect(agent.getByRole("article", { name: reference })).toBeVisible();
  await expect(agent.locator(".visitor-does")).toHaveCount(0);

  const page = await work.page(await work.agent("Ada"), { locale: "en" });
  await page.goto(`/messages/${reference}`);
  await page.getByRole("button", { name: "Block…" }).click();
  await page.route("**/graphql", (route) => (route.request().postData()?.includes("mutation Block") ? route.abort() : route.continue()));
  const dialog = page.locator("dialog.block");
  await dialog.getByRole("button", { name: "Block", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("The server cannot be reached");
  await expectAccessible(page);
  await page.unroute("**/graphql");
  await dialog.getByRole("button", { name: "Block", exact: true }).click();
  await expect(dialog).toHaveCount(0);
  const isBlocked = async () => (await desk.ask(`query ($reference: String!) { message(reference: $reference) { visitor { blocked } } }`, { reference })).message.visitor.blocked;
  await expect.poll(isBlocked).toBe(true);
});
