// What these specifications have in common: a host page with the widget in it, and what a desk is set up with.
import { type Locator, type Page, expect } from "@playwright/test";
import type { Desk } from "../../browser/desk.ts";
import type { Shop } from "../../browser/shop.ts";
import ar from "../src/words/ar.ts";
import en, { type Words } from "../src/words/en.ts";
import zh from "../src/words/zh-CN.ts";

export const WORDS: Record<string, Words> = { "zh-CN": zh, en, ar };

/** What a visitor sees of the widget. */
export class Widget {
  readonly launcher: Locator;
  readonly dialog: Locator;

  constructor(
    readonly page: Page,
    readonly words: Words,
  ) {
    this.launcher = page.getByRole("button", { name: words.leaveMessage });
    this.dialog = page.locator(".panel");
  }

  async open(): Promise<void> {
    await this.launcher.click();
    await expect(this.field("content")).toBeVisible();
  }

  field(name: "name" | "contact" | "content"): Locator {
    return this.dialog.locator(`#${name}`);
  }

  button(name: string): Locator {
    return this.dialog.getByRole("button", { name, exact: true });
  }

  async fill(content: string, contact = "lilei@example.com"): Promise<void> {
    await this.field("name").fill("李雷");
    await this.field("contact").fill(contact);
    await this.field("content").fill(content);
    await takeTheTime(this.page);
  }

  async send(): Promise<void> {
    await this.button(this.words.send).click();
  }

  async sent(): Promise<void> {
    await expect(this.dialog.getByRole("heading", { name: this.words.sentTitle })).toBeVisible();
  }

  /** Writes a message and has it arrive. */
  async leave(content: string): Promise<void> {
    await this.open();
    await this.fill(content);
    await this.send();
    await this.sent();
  }

  /** A picture of what is on the screen, when somebody wants to look at them: `LEAVEWORD_SHOTS=folder`. */
  async shot(name: string): Promise<void> {
    const folder = process.env.LEAVEWORD_SHOTS;
    if (folder) await this.page.screenshot({ path: `${folder}/${name}.png` });
  }
}

/**
 * Nobody types as soon as a test does: the page's clock goes on by what a person needs at least. Once something is
 * filled in: before, the form may not have been shown, and its time begins with that.
 */
export async function takeTheTime(page: Page): Promise<void> {
  await page.evaluate(() => {
    const now = performance.now.bind(performance);
    performance.now = () => now() + 3_000;
  });
}

export interface Visited {
  lang?: string;
  /** More of the script's attributes. */
  attributes?: string;
  body?: string;
  headers?: Record<string, string>;
}

/** A page of the shop's that the desk's widget stands in. */
export async function visit(page: Page, shop: Shop, desk: string, options: Visited = {}): Promise<Widget> {
  const { lang = "en", attributes = "", body = "<h1>Shop</h1>", headers } = options;
  const html = `<!doctype html><html lang="${lang}"${lang === "ar" ? ' dir="rtl"' : ""}><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Shop</title></head><body><main>${body}</main>
<script async src="${desk}/widget.js" data-lang="auto" ${attributes}></script></body></html>`;
  await page.goto(shop.page({ html, ...(headers && { headers }) }));
  return new Widget(page, WORDS[lang]!);
}

/** All that a desk can ask, in the languages of the specifications. */
export async function askEverything(desk: Desk): Promise<void> {
  const said = (zhText: string, enText: string, arText: string) => [
    { locale: "zh-CN", text: zhText },
    { locale: "en", text: enText },
    { locale: "ar", text: arText },
  ];
  await desk.ask(
    `mutation ($form: ReviseFormInput!, $notice: RevisePrivacyNoticeInput!, $desk: ReviseDeskInput!) {
      reviseDesk(input: $desk) { userErrors { code message } }
      reviseForm(input: $form) { userErrors { code message } }
      revisePrivacyNotice(input: $notice) { userErrors { code message } }
    }`,
    {
      desk: { name: "Meilin Tea", locales: ["zh-CN", "en", "ar"] },
      form: {
        requireName: true,
        requireCategory: false,
        guidance: said("请留下订单号，我们查得更快。", "With your order number we find things faster.", "مع رقم الطلب نجد الأمر أسرع."),
        fields: [
          { id: "order", kind: "TEXT", label: said("订单号", "Order number", "رقم الطلب"), help: said("在确认邮件里。", "It is in the mail we sent.", "تجده في رسالتنا."), example: said("A-1001", "A-1001", "A-1001") },
          { id: "shop", kind: "CHOICE", label: said("门店", "Which shop?", "أي فرع؟"), options: [said("上海", "Shanghai", "شنغهاي"), said("北京", "Beijing", "بكين")], required: true },
          { id: "amount", kind: "NUMBER", label: said("金额", "Amount", "المبلغ") },
          { id: "day", kind: "DATE", label: said("购买日期", "Day of purchase", "تاريخ الشراء") },
          { id: "agree", kind: "CHECKBOX", label: said("同意联系我", "You may contact me", "يمكنكم الاتصال بي"), required: true },
        ],
      },
      notice: { text: said("仅用于回复您，一年后删除。", "Only to answer you; gone after a year.", "للرد عليك فقط، وتُحذف بعد سنة.") },
    },
  );
}

/** Back to what a new desk asks. */
export async function askLittle(desk: Desk): Promise<void> {
  await desk.ask(`mutation {
    reviseForm(input: { requireName: true, requireCategory: false, guidance: [], fields: [] }) { userErrors { code message } }
    revisePrivacyNotice(input: { text: [] }) { userErrors { code message } }
  }`);
}

export async function openDesk(desk: Desk): Promise<void> {
  await desk.ask(`mutation { reviseOpeningHours(input: { desk: { preset: ALWAYS_OPEN } }) { userErrors { code message } } }`);
}

/** Away now, and back within a day: its only hour is the one before the last. */
export async function closeDesk(desk: Desk): Promise<void> {
  const hour = (ago: number) => `${String((new Date().getUTCHours() + 24 - ago) % 24).padStart(2, "0")}:00`;
  await desk.ask(
    `mutation ($from: String!, $until: String!) {
      reviseOpeningHours(input: { desk: {
        timeZone: "UTC", weekly: [{ days: [1, 2, 3, 4, 5, 6, 7], from: $from, until: $until }]
      } }) { userErrors { code message } }
    }`,
    { from: hour(2), until: hour(1) },
  );
}

/** What the desk has of everybody whose contact or words have this in them. */
export async function messagesWith(desk: Desk, search: string): Promise<{ id: string; content: string }[]> {
  const { messages } = await desk.ask(
    `query ($search: String!) { messages(filter: { search: $search }, first: 20) { nodes { id content relatedTo { id } images { id } } } }`,
    { search },
  );
  return messages.nodes;
}

export async function reply(desk: Desk, messageId: string, content: string): Promise<void> {
  await desk.ask(
    `mutation ($messageId: ID!, $content: String!) {
      replyToMessage(input: { messageId: $messageId, content: $content }) { userErrors { code message } }
    }`,
    { messageId, content },
  );
}

/** The one message that has this in it, as soon as the desk finds it. A search that took too long is asked again. */
export async function theMessageWith(desk: Desk, search: string): Promise<{ id: string; content: string }> {
  let found: { id: string; content: string }[] = [];
  await expect(async () => {
    found = await messagesWith(desk, search);
    expect(found).toHaveLength(1);
  }).toPass({ timeout: 60_000 });
  return found[0]!;
}

let counted = 0;
/** A word that no other message has. */
export function word(): string {
  return `word${process.pid}x${++counted}`;
}
