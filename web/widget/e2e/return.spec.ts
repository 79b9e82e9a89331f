// The way back: by the link of a mail, by a code, and what is said when neither opens anything.
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { Desk } from "../../browser/desk.ts";
import { test as base, expect, expectAccessible } from "../../browser/fixtures.ts";
import { Front } from "../../browser/front.ts";
import { Post } from "../../browser/post.ts";
import words, { type Words } from "../src/words/en.ts";
import zh from "../src/words/zh-CN.ts";
import { Widget, reply, theMessageWith, word } from "./visiting.ts";

/** A desk that sends mail, and whose links name the pages in front of it. */
const test = base.extend<object, { post: Post; listens: Server; desk: Desk; front: { url: string } }>({
  post: [
    async ({}, use) => {
      const post = await Post.open();
      await use(post);
      await post.close();
    },
    { scope: "worker" },
  ],
  // Before the desk: its port is nobody else's by the time the desk names it.
  listens: [
    async ({}, use) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      await use(server);
    },
    { scope: "worker" },
  ],
  desk: [
    async ({ post, listens }, use) => {
      const { port } = listens.address() as AddressInfo;
      const desk = await Desk.start([], {
        LEAVEWORD_SMTP_URL: post.url,
        LEAVEWORD_MAIL_FROM: "Desk <desk@example.com>",
        LEAVEWORD_PUBLIC_URL: `http://127.0.0.1:${port}`,
        // Codes are counted for a contact where they are counted for an address.
        LEAVEWORD_LIMIT_SIGN_INS_PER_MINUTE: "100",
      });
      await use(desk);
      await desk.stop();
    },
    { scope: "worker", timeout: 240_000 },
  ],
  front: [
    async ({ desk, listens }, use) => {
      const front = await Front.start(desk.url, [], listens);
      await use(front);
      await front.stop();
    },
    { scope: "worker" },
  ],
});

test.use({ locale: "en" });

const SPEAKS: Record<string, Words> = { en: words, "zh-CN": zh };
const UNKNOWN = `lwr_${"x".repeat(43)}`;

/** The desk's own page, in a browser that knows nobody. */
async function elsewhere(
  browser: Browser,
  url: string,
  use: (page: Page, widget: Widget) => Promise<void>,
  locale = "en",
): Promise<void> {
  const context = await browser.newContext({ locale });
  const page = await context.newPage();
  await page.goto(url);
  await use(page, new Widget(page, SPEAKS[locale]!));
  await context.close();
}

/** A link is followed by whoever says so: programs that look through mail open it as well, and it works once. */
const follow = (widget: Widget) => widget.button(widget.words.showMessages).click();

/** What a mail to this address has in it. */
async function mailed(post: Post, to: string, what: RegExp): Promise<string> {
  const found = () => post.mails.filter((mail) => mail.includes(to)).flatMap((mail) => what.exec(mail)?.[1] ?? []);
  await expect.poll(() => found().length).toBeGreaterThan(0);
  return found().at(-1)!;
}

/** Leaves a message and has it answered; what both said. */
async function answered(page: Page, desk: Desk, url: string, contact: string): Promise<{ asked: string; said: string }> {
  const [asked, said] = [word(), word()];
  const widget = new Widget(page, words);
  await page.goto(`${url}/leave-message`);
  await widget.fill(asked, contact);
  await widget.send();
  await widget.sent();
  // This desk writes to whoever left an address.
  await expect(widget.dialog.locator(".sent")).toContainText(contact);
  await reply(desk, (await theMessageWith(desk, asked)).id, said);
  return { asked, said };
}

test("the link of a mail opens the messages in another browser, once", async ({ page, browser, desk, front, post }) => {
  const contact = `${word()}@example.com`;
  const { asked, said } = await answered(page, desk, front.url, contact);
  const link = await mailed(post, contact, /(http:\S+#restore=lwr_[\w-]+)/);
  expect(link.startsWith(`${front.url}/leave-message#`)).toBe(true);

  // On the device that wrote it is not used up.
  await page.goto("about:blank");
  await page.goto(link);
  await follow(new Widget(page, words));
  await expect(page.locator(".thread").getByText(said)).toBeVisible();

  // A mail server looks at what is behind it, with a browser that runs scripts.
  await elsewhere(browser, link, async (_, widget) => {
    await expect(widget.button(words.showMessages)).toBeFocused();
  });

  await elsewhere(browser, link, async (page, widget) => {
    const { dialog } = widget;
    await follow(widget);
    await expect(dialog.locator(".thread").getByText(said)).toBeVisible();
    await expect(dialog.locator(".thread").getByText(asked)).toBeVisible();
    expect(page.url()).toBe(`${front.url}/leave-message`);
    expect(await page.evaluate(() => history.length)).toBe(2);
    await page.reload();
    // Known after a reload, and what was read is read.
    await dialog.getByRole("button", { name: words.history }).click();
    await expect(dialog.locator(".list").getByText(asked)).toBeVisible();
    await expect(dialog.locator(".list .badge")).toHaveCount(0);
    // The same mail once more, in the same browser.
    await dialog.getByRole("button", { name: words.back }).click();
    await expect(dialog.locator("#content")).toBeVisible();
    await page.goto(link);
    await follow(widget);
    await expect(dialog.locator(".list").getByText(asked)).toBeVisible();
    expect(page.url()).toBe(`${front.url}/leave-message`);
  });
  // Used up: it says so, and offers the code.
  await elsewhere(browser, link, async (page, widget) => {
    await follow(widget);
    await expect(widget.dialog.getByRole("alert")).toHaveText(words.linkOver);
    await expect(widget.button(words.sendCode)).toBeVisible();
    expect(page.url()).toBe(`${front.url}/leave-message`);
  });
});

test("a code brings the messages back, a wrong one does not", async ({ page, browser, desk, front, post }) => {
  const contact = `${word()}@example.com`;
  const { said } = await answered(page, desk, front.url, contact);
  await elsewhere(browser, `${front.url}/leave-message`, async (page, widget) => {
    const { dialog } = widget;
    const code = dialog.getByLabel(words.code);
    await expect(widget.button(words.lostMessages)).toBeVisible();
    await widget.shot("return-form");
    await widget.button(words.lostMessages).click();
    await expect(widget.field("contact")).toBeFocused();
    await widget.shot("return-contact");
    await expectAccessible(page);
    await widget.field("contact").fill("no address");
    await page.keyboard.press("Enter");
    await expect(dialog.getByText(words.contactWrong)).toBeVisible();
    await widget.field("contact").fill(contact);
    await widget.button(words.sendCode).click();
    await expect(code).toBeFocused();
    await expect(code).toHaveAttribute("autocomplete", "one-time-code");
    const sent = await mailed(post, contact, /^Subject: .*?(\d{6})/m);

    const wrong = String((Number(sent) + 1) % 1_000_000).padStart(6, "0");
    await code.fill(wrong);
    await widget.button(words.showMessages).click();
    await expect(dialog.getByText(words.codeWrong)).toBeVisible();
    await expect(code).toBeFocused();
    await widget.shot("return-wrong");
    await expectAccessible(page);
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith(":token")))).toEqual([]);

    await code.fill(`${sent.slice(0, 3)} ${sent.slice(3)}`);
    await page.keyboard.press("Enter");
    await expect(dialog.locator(".thread").getByText(said)).toBeVisible();
  });
});

test("whoever never wrote is told the same; a link that opens nothing says so", async ({ browser, front }) => {
  await elsewhere(browser, `${front.url}/leave-message?lang=en#restore=${UNKNOWN}`, async (page, widget) => {
    const { dialog } = widget;
    const never = `${word()}@example.com`;
    await expect(widget.button(words.showMessages)).toBeVisible();
    await expectAccessible(page);
    await follow(widget);
    await expect(dialog.getByRole("alert")).toHaveText(words.linkOver);
    await expect(dialog.getByRole("alert")).toBeFocused();
    expect(page.url()).toBe(`${front.url}/leave-message?lang=en`);
    await widget.shot("return-over");
    await expectAccessible(page);
    await widget.field("contact").fill(never);
    await widget.button(words.sendCode).click();
    await expect(dialog.getByText(never)).toBeVisible();
    await dialog.getByLabel(words.code).fill("042137");
    await widget.button(words.showMessages).click();
    await expect(dialog.getByText(words.codeWrong)).toBeVisible();
    // No more than three codes an hour for one contact.
    for (const _ of [2, 3, 4]) {
      await widget.button(words.anotherCode).click();
      await widget.button(words.sendCode).click();
      await expect(dialog.getByLabel(words.code).or(dialog.getByRole("alert"))).toBeFocused();
    }
    await expect(dialog.getByRole("alert")).toContainText(words.tooOftenUntil.split("{time}")[0]!);
  });
});

test("the link's page speaks the visitor's language", async ({ browser, front }) => {
  const said = async (page: Page, widget: Widget) => {
    await follow(widget);
    await expect(widget.dialog.getByRole("alert")).toHaveText(zh.linkOver);
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  };
  await elsewhere(browser, `${front.url}/leave-message#restore=${UNKNOWN}`, said, "zh-CN");
});

test("a link without a network waits for one", async ({ page, front }) => {
  const widget = new Widget(page, words);
  const { dialog } = widget;
  const cut = (url: URL) => url.pathname === "/graphql";
  await page.route(cut, (route) => (route.request().postData()?.includes("startVisit") ? route.abort() : route.continue()));
  await page.goto(`${front.url}/leave-message#restore=${UNKNOWN}`);
  await follow(widget);
  await expect(dialog.getByText(words.unreachable)).toBeVisible();
  await page.unroute(cut);
  await dialog.getByRole("button", { name: words.tryAgain }).click();
  await expect(dialog.getByRole("alert")).toHaveText(words.linkOver);
});
