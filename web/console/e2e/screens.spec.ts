import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { type Work, expect, expectAccessible, test } from "./console.ts";

const LOOKS = [
  { locale: "zh-CN", width: 1440 },
  { locale: "zh-CN", width: 360 },
  { locale: "en", width: 1440 },
  { locale: "en", width: 360 },
] as const;
// Each by itself, so that they share the workers.
test.describe.configure({ mode: "parallel" });

const THEMES = ["light", "dark"] as const;
const SHOTS = process.env.LEAVEWORD_TEST_SHOTS;
const TEA = readFileSync(fileURLToPath(new URL("../../widget/e2e/pictures/tea.png", import.meta.url)));

/** Looks at what a page shows, by day and by night. */
class Looking {
  /** What is not right: it is written down, so that every screen is looked at. */
  readonly faults: string[] = [];

  constructor(private readonly looks: (typeof LOOKS)[number]) {}

  /** Are its policy's complaints heard? */
  listen(page: Page): void {
    page.on("console", (said) => said.text().includes("Content Security Policy") && this.faults.push(`${page.url()}: ${said.text()}`));
  }

  /** Accessible, by night as far as colours go, and no wider than the window. `within`: where the rest was looked at before. */
  async at(page: Page, screen: string, within?: string): Promise<void> {
    const { locale, width } = this.looks;
    for (const theme of THEMES) {
      const name = `${screen}-${locale}-${width}-${theme}`;
      await page.emulateMedia({ colorScheme: theme });
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png` });
      await expectAccessible(page, within, theme === "dark").catch((fault: Error) => this.faults.push(`${name}: ${fault.message}`));
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) this.faults.push(`${screen}-${locale}-${width}: ${wide} pixels wide`);
  }
}

async function furnish(work: Work): Promise<{ id: string; reference: string }> {
  const message = await work.leave("您好，我的订单 A1017 三天没有物流更新了，麻烦看一下。\nThe parcel has not moved for three days.", "王芳");
  await work.leave("Can I change the address of an order?", "Jürgen Müller");
  const { createUpload } = await work.desk.ask(`mutation ($bytes: Int!) { createUpload(input: { fileName: "tea.png", contentType: "image/png", bytes: $bytes }) { upload { id url } userErrors { message } } }`, { bytes: TEA.length });
  const sent = await fetch(new URL(createUpload.upload.url, work.desk.url), { method: "PUT", body: TEA, signal: AbortSignal.timeout(60_000) });
  expect(sent.ok).toBe(true);
  await work.desk.ask(
    `mutation ($id: ID!, $tea: ID!) {
      reply: replyToMessage(input: { messageId: $id, content: "您好，已为您催促快递。", uploadIds: [$tea] }) { userErrors { message } }
      note: addNote(input: { messageId: $id, content: "已联系承运商" }) { userErrors { message } }
      tag: tagMessage(input: { messageId: $id, add: ["complaint"] }) { userErrors { message } }
      urgent: prioritizeMessage(input: { messageId: $id, priority: URGENT }) { userErrors { message } }
    }`,
    { id: message.id, tea: createUpload.upload.id },
  );
  return message;
}

for (const looks of LOOKS) {
  const { locale, width } = looks;
  test(`every screen, light and dark: ${locale}, ${width} pixels`, async ({ work }) => {
    test.setTimeout(1_200_000);
    const agent = await work.agent(locale === "en" ? "Anna" : "小明");
    await work.agent(locale === "en" ? "Ben" : "小红");
    const message = await furnish(work);
    const looking = new Looking(looks);
    const shot = looking.at.bind(looking);

    const out = await work.page(null, looks);
    looking.listen(out);
    await out.goto("/sign-in");
    await out.locator("summary").click();
    await shot(out, "sign-in");
    await out.goto("/sign-in#lwl_x");
    await out.reload();
    await expect(out.locator("input[name=password]")).toBeVisible();
    await shot(out, "link");

    const page = await work.page(agent, looks);
    looking.listen(page);
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
    await page.locator(".pictures button").click();
    await expect(page.locator("dialog.viewer img[aria-busy=false]")).toBeVisible();
    await shot(page, "viewer", "dialog[open]");
    await page.keyboard.press("Escape");
    await expect(page.locator("dialog.viewer")).toHaveCount(0);
    await page.keyboard.press("n");
    await page.locator(".composer textarea").pressSequentially("@");
    await expect(page.locator(".mentions [role=option]").first()).toBeVisible();
    await shot(page, "mention", ".composer");
    await page.keyboard.press("Escape");
    await page.locator(".composer textarea").fill("");
    await page.locator(".composer textarea").blur();
    for (const what of ["block", "erase"] as const) {
      await page.locator(".visitor-does button").nth(what === "block" ? 0 : 1).click();
      await expect(page.locator(`dialog.${what}`)).toBeVisible();
      await shot(page, what, "dialog[open]");
      await page.keyboard.press("Escape");
      await expect(page.locator(`dialog.${what}`)).toHaveCount(0);
    }
    for (const [at, picker] of ["assign", "category", "priority", "tag"].entries()) {
      await page.locator("button.property-value").nth(at).click();
      await expect(page.locator("dialog.palette [role=option]").first()).toBeVisible();
      await shot(page, picker, "dialog[open]");
      await page.keyboard.press("Escape");
      await expect(page.locator("dialog.palette")).toHaveCount(0);
    }
    await page.locator(".history summary").click();
    await expect(page.locator(".history li").first()).toBeVisible();
    await shot(page, "history");
    await page.locator(".message-does .framed").click();
    await expect(page.getByRole("menuitem").first()).toBeVisible();
    await shot(page, "menu");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("menuitem")).toHaveCount(0);
    await page.keyboard.press("f");
    await expect(page.locator("dialog.follow-up")).toBeVisible();
    await shot(page, "follow-up", "dialog[open]");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await expect(page.locator("dialog.palette [role=option]").first()).toBeVisible();
    await shot(page, "palette", "dialog[open]");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await expect(page.locator("dialog.sheet")).toBeVisible();
    await shot(page, "sheet", "dialog[open]");
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
    expect(looking.faults).toEqual([]);
  });
}
