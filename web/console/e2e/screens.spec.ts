import type { Page } from "@playwright/test";
import { type Work, expect, expectAccessible, test } from "./console.ts";

const LOOKS = [
  { locale: "zh-CN", width: 1440, theme: "light" },
  { locale: "zh-CN", width: 360, theme: "dark" },
  { locale: "en", width: 1440, theme: "dark" },
  { locale: "en", width: 360, theme: "light" },
] as const;
const SHOTS = process.env.LEAVEWORD_TEST_SHOTS;

/** Right, and no wider than the window; what is not is written down, so that every screen is looked at. */
async function look(page: Page, name: string, width: number, faults: string[]): Promise<void> {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png` });
  await expectAccessible(page).catch((fault: Error) => faults.push(`${name}: ${fault.message}`));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > width) faults.push(`${name}: ${wide} pixels wide`);
}

async function furnish(work: Work): Promise<{ id: string; reference: string }> {
  const message = await work.leave("您好，我的订单 A1017 三天没有物流更新了，麻烦看一下。\nThe parcel has not moved for three days.", "王芳");
  await work.leave("Can I change the address of an order?", "Jürgen Müller");
  await work.desk.ask(
    `mutation ($id: ID!) {
      reply: replyToMessage(input: { messageId: $id, content: "您好，已为您催促快递。" }) { userErrors { message } }
      note: addNote(input: { messageId: $id, content: "已联系承运商" }) { userErrors { message } }
      tag: tagMessage(input: { messageId: $id, add: ["complaint"] }) { userErrors { message } }
      urgent: prioritizeMessage(input: { messageId: $id, priority: URGENT }) { userErrors { message } }
    }`,
    { id: message.id },
  );
  return message;
}

for (const looks of LOOKS) {
  const { locale, width, theme } = looks;
  test(`every screen: ${locale}, ${width} pixels, ${theme}`, async ({ work }) => {
    test.setTimeout(480_000);
    const agent = await work.agent(locale === "en" ? "Anna" : "小明");
    const message = await furnish(work);
    const name = (screen: string) => `${screen}-${locale}-${width}-${theme}`;
    const faults: string[] = [];
    const shot = (page: Page, screen: string) => look(page, name(screen), width, faults);

    const listen = (page: Page) =>
      page.on("console", (said) => said.text().includes("Content Security Policy") && faults.push(`${page.url()}: ${said.text()}`));
    const out = await work.page(null, looks);
    listen(out);
    await out.goto("/sign-in");
    await out.locator("summary").click();
    await shot(out, "sign-in");
    await out.goto("/sign-in#lwl_x");
    await out.reload();
    await shot(out, "link");

    const page = await work.page(agent, looks);
    listen(page);
    await page.goto("/inbox");
    await expect(page.locator(".row").first()).toBeVisible();
    await expect(page.locator(".topbar-total")).toBeVisible();
    await shot(page, "inbox");
    await page.locator(".row input").first().check();
    await shot(page, "inbox-selected");
    await page.goto("/inbox?folder=spam");
    await expect(page.locator(".blank h2")).toBeVisible();
    await shot(page, "inbox-empty");
    await page.goto("/inbox?q=zzzz");
    await expect(page.locator(".blank h2").first()).toBeVisible();
    await shot(page, "inbox-nothing-found");

    await page.goto(width > 1000 ? `/inbox?folder=replied&m=${message.id}` : `/messages/${message.id}`);
    await expect(page.locator(".entry.note")).toBeVisible();
    await page.locator(".composer textarea").fill(locale === "en" ? "A draft" : "草稿");
    await shot(page, "message");
    await page.locator(".composer textarea").fill("");
    await page.locator(".history summary").click();
    await expect(page.locator(".history li").first()).toBeVisible();
    await shot(page, "history");
    await page.locator(".message-does .ant-dropdown-trigger").click();
    await expect(page.getByRole("menuitem").first()).toBeVisible();
    await shot(page, "menu");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("menuitem")).toHaveCount(0);
    await page.keyboard.press("f");
    await expect(page.locator("dialog.follow-up")).toBeVisible();
    await shot(page, "follow-up");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await expect(page.locator("dialog.palette [role=option]").first()).toBeVisible();
    await shot(page, "palette");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await expect(page.locator("dialog.sheet")).toBeVisible();
    await shot(page, "sheet");
    await page.keyboard.press("Escape");

    for (const [path, screen] of [["/start", "start"], ["/settings", "settings"], ["/messages/LW-000000", "message-absent"], ["/nowhere", "absent"]] as const) {
      await page.goto(path);
      await expect(page.locator("h1, h2").first()).toBeVisible();
      await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      await shot(page, screen);
    }
    if (width < 820) {
      await page.goto("/inbox");
      await page.locator(".topbar .icon").click();
      await expect(page.locator("dialog.drawer .nav-item").first()).toBeVisible();
      await shot(page, "folders");
      await page.locator("dialog.drawer .account").click();
      await expect(page.getByRole("menuitem").last()).toBeVisible();
      await shot(page, "account");
      await page.getByRole("menuitem", { name: locale === "en" ? "Settings" : "设置", exact: true }).click();
      await expect(page.locator("dialog.drawer")).toHaveCount(0);
      await expect(page.locator(".setting").first()).toBeVisible();
    }

    work.wire.cut();
    await page.goto("about:blank");
    work.wire.mend();
    await page.route("**/graphql", (route) => (route.request().postData()?.includes("query Here") ? route.continue() : route.abort()));
    await page.goto("/inbox");
    await expect(page.locator(".list-scroll [role=alert]")).toBeVisible();
    await shot(page, "inbox-failing");
    expect(faults).toEqual([]);
  });
}
