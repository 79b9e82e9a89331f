// What a visitor can do, from the closed desk's form to the rating and the next message; on a phone and on a desktop, in a
// language of the desk's, in English, and from right to left.
import { fileURLToPath } from "node:url";
import { expect, expectAccessible, test } from "../../browser/fixtures.ts";
import { askEverything, closeDesk, reply, takeTheTime, theMessageWith, visit, word } from "./visiting.ts";

const PICTURE = fileURLToPath(new URL("./pictures/tea.png", import.meta.url));

const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1440, height: 900 } };
const ASKED = {
  "zh-CN": { shop: "门店", chosen: "上海", amount: "金额", day: "购买日期", agree: "同意联系我", category: "咨询" },
  en: { shop: "Which shop?", chosen: "Shanghai", amount: "Amount", day: "Day of purchase", agree: "You may contact me", category: "Question" },
  ar: { shop: "أي فرع؟", chosen: "شنغهاي", amount: "المبلغ", day: "تاريخ الشراء", agree: "يمكنكم الاتصال بي", category: "咨询" },
};

test.beforeAll(async ({ desk }) => {
  await askEverything(desk);
  await closeDesk(desk);
});

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const [lang, asked] of Object.entries(ASKED)) {
    test.describe(`${lang}, ${size}`, () => {
      // A visitor's zone is theirs, whatever the desk's is.
      test.use({ viewport, locale: lang, timezoneId: "Asia/Tokyo" });

      test("a message, its answer, and the next message", async ({ page, shop, front, desk }) => {
        const widget = await visit(page, shop, front.url, { lang });
        const { words, dialog } = widget;
        const shot = (name: string) => widget.shot(`${lang}-${size}-${name}`);
        const name = word();

        await expect(widget.launcher).toBeVisible();
        await shot("0-launcher");
        await widget.open();
        await expect(dialog).toHaveAttribute("role", "dialog");
        // Away, and when they are back by the visitor's clock.
        const { availability } = (await desk.ask("{ desk { availability { opensAt } } }")).desk;
        const time = { hour: "numeric", minute: "2-digit", timeZone: "Asia/Tokyo" } as const;
        const back = new Intl.DateTimeFormat(lang, time).format(new Date(availability.opensAt));
        await expect(dialog.locator(".there.closed")).toContainText(back);
        await shot("1-form");

        // What is missing is told where it is missing, and the keyboard is at the first of it.
        await widget.send();
        await expect(widget.field("name")).toBeFocused();
        await expect(dialog.getByText(words.required)).toHaveCount(5);
        await shot("2-missing");
        await expectAccessible(page);

        await widget.fill(`${name} 你好`, "no address");
        await dialog.getByLabel(asked.shop).selectOption(asked.chosen);
        await dialog.getByLabel(asked.amount).fill("12.50");
        await dialog.getByLabel(asked.day).fill("2026-11-01");
        await dialog.getByLabel(asked.agree).check();
        await dialog.getByLabel(words.category).selectOption({ label: asked.category });
        await dialog.locator("input[type=file]").setInputFiles(PICTURE);
        await expect(dialog.locator(".item[data-state=sent]")).toHaveCount(1);
        await shot("3-filled");
        await widget.send();
        await expect(widget.field("contact")).toBeFocused();
        await expect(dialog.getByText(words.contactWrong)).toBeVisible();
        await widget.field("contact").fill("lilei@example.com");
        await widget.send();
        await widget.sent();
        await expect(dialog.getByText(/LW-/)).toBeVisible();
        await shot("4-sent");
        await expectAccessible(page);

        // The answer comes while the dialog is closed.
        await widget.button(words.close).click();
        await expect(widget.launcher).toBeFocused();
        const message = await theMessageWith(desk, name);
        await reply(desk, message.id, "下午发货。It leaves this afternoon.");
        await expect(page.locator(".launcher .badge")).toBeVisible();
        await shot("5-badge");
        await widget.launcher.click();
        await widget.button(words.back).click();
        await dialog.getByRole("button", { name: words.history }).click();
        await expect(dialog.getByText(words.REPLIED)).toBeVisible();
        await shot("6-history");
        await expectAccessible(page);
        await dialog.getByText(`${name} 你好`).click();
        await expect(dialog.getByText("下午发货。It leaves this afternoon.")).toBeVisible();
        await expect(dialog.locator(".images canvas.picture:not(.bare)")).toBeVisible();
        await expect(dialog.getByText("12.5")).toBeVisible();
        await shot("7-thread");
        await expectAccessible(page);

        // Rated once, and not asked again.
        await dialog.getByRole("radio").nth(4).check();
        await dialog.getByLabel(words.rateComment).fill("很快");
        await shot("8-rating");
        await widget.button(words.rate).click();
        await expect(dialog.getByText(words.rated)).toBeVisible();
        await expect(dialog.getByRole("radio")).toHaveCount(0);

        // More words in the same message: it waits again.
        await dialog.getByLabel(words.addWords).fill("谢谢！还有一件事。");
        await dialog.locator(".add").getByRole("button", { name: words.send }).click();
        await expect(dialog.getByText(words.AWAITING_REPLY)).toBeVisible();
        await expect(dialog.locator(".own")).toHaveCount(2);
        await expect(dialog.getByLabel(words.addWords)).toHaveValue("");

        // A closed one says so.
        await desk.ask(`mutation ($id: ID!) { closeMessage(input: { messageId: $id }) { userErrors { code message } } }`, { id: message.id });
        await expect(dialog.locator(".status.closed")).toBeVisible();
        await expect(dialog.getByText(words.reopens)).toBeVisible();

        // The next message belongs to it, and nobody is asked again who they are.
        await dialog.getByRole("button", { name: words.askMore }).click();
        await expect(widget.field("name")).toHaveValue("李雷");
        await expect(widget.field("contact")).toHaveValue("lilei@example.com");
        await shot("9-linked");
        const next = word();
        await widget.field("content").fill(next);
        await dialog.getByLabel(asked.shop).selectOption(asked.chosen);
        await dialog.getByLabel(asked.agree).check();
        await takeTheTime(page);
        await widget.send();
        await widget.sent();
        const linked = (await theMessageWith(desk, next)) as unknown as { relatedTo: { id: string } };
        expect(linked.relatedTo.id).toBe(message.id);

        // Known after a reload as well, in order, the newest first; and nobody offers to delete anything.
        await page.reload();
        await widget.open();
        await dialog.getByRole("button", { name: words.history }).click();
        await expect(dialog.locator(".list li")).toHaveCount(2);
        await expect(dialog.locator(".list li").first()).toContainText(next);
        await expect(dialog.locator(".list li").last()).toContainText(words.CLOSED);
      });
    });
  }
}

test("one picker, drag and paste, in whatever order they come", async ({ page, shop, front }) => {
  const widget = await visit(page, shop, front.url);
  await widget.open();
  const form = widget.dialog.locator("form");
  for (const type of ["drop", "paste"] as const) {
    await form.evaluate(async (target, kind) => {
      const canvas = new OffscreenCanvas(640, 480);
      canvas.getContext("2d")!.fillRect(0, 0, 320, 480);
      const file = new File([await canvas.convertToBlob({ type: "image/png" })], `${kind}.png`, { type: "image/png" });
      const transfer = new DataTransfer();
      transfer.items.add(file);
      const init = { bubbles: true, cancelable: true, composed: true };
      target.dispatchEvent(
        kind === "drop"
          ? new DragEvent("drop", { ...init, dataTransfer: transfer })
          : new ClipboardEvent("paste", { ...init, clipboardData: transfer }),
      );
    }, type);
  }
  await expect(widget.dialog.locator(".item[data-state=sent]")).toHaveCount(2);
  await widget.button("Remove drop.png").click();
  await expect(widget.dialog.locator(".item")).toHaveCount(1);
});
