import { expect, test } from "./console.ts";

test("on a phone a robot's link opens the message, and a reply goes out in two taps and the text", async ({ work }) => {
  const agent = await work.agent("小明");
  const { id, reference } = await work.leave("手机上回复");
  const page = await work.page(agent, { width: 360, height: 740 });
  await page.goto(`/messages/${id}`);
  await expect(page.getByRole("article", { name: reference })).toContainText("手机上回复");
  await page.getByRole("textbox", { name: "回复", exact: true }).tap();
  await page.keyboard.type("马上处理");
  await page.getByRole("button", { name: "发送", exact: true }).tap();
  await expect.poll(async () => (await work.said(id)).replies, { timeout: 60_000 }).toEqual(["马上处理"]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
