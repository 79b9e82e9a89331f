// The keyboard, the screen reader, and every way of looking: no violation of WCAG 2.2 AA in any state, light and dark.
import { expect, expectAccessible, test } from "../../browser/fixtures.ts";
import { askEverything, askLittle, closeDesk, reply, takeTheTime, theMessageWith, visit, word } from "./visiting.ts";

test.beforeAll(async ({ desk }) => {
  await askEverything(desk);
  await closeDesk(desk);
});
test.afterAll(({ desk }) => askLittle(desk));

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("no violation in any state", async ({ page, context, shop, front, desk }) => {
      // The page says that it has a dark side, as the widget has.
      const widget = await visit(page, shop, front.url, { body: "<style>:root { color-scheme: light dark }</style><h1>Shop</h1>" });
      const { words, dialog } = widget;
      const check = async (name: string) => {
        await widget.shot(`${colorScheme}-${name}`);
        await expectAccessible(page);
      };
      await widget.launcher.waitFor();
      await check("launcher");
      await widget.open();
      await check("form");
      await widget.send();
      await expect(widget.field("name")).toBeFocused();
      await check("missing");
      await page.route("**/uploads/*", (route) => route.abort());
      await dialog.locator("input[type=file]").setInputFiles(new URL("./pictures/tea.png", import.meta.url).pathname);
      await expect(dialog.getByText(words.notSent.replace("{name}", "tea.png"))).toBeVisible();
      await check("upload-failed");
      await page.unroute("**/uploads/*");
      await widget.button(words.removeFile.replace("{name}", "tea.png")).click();
      const content = word();
      await widget.fill(content);
      await dialog.getByLabel("Which shop?").selectOption("Shanghai");
      await dialog.getByLabel("You may contact me").check();
      await context.setOffline(true);
      await check("offline");
      await widget.send();
      await expect(dialog.getByText(words.waiting)).toBeVisible();
      await check("waiting");
      await context.setOffline(false);
      await widget.sent();
      await check("sent");
      const { id } = await theMessageWith(desk, content);
      await reply(desk, id, "It leaves this afternoon.");
      await widget.button(words.seeMessage).click();
      await expect(dialog.getByText("It leaves this afternoon.")).toBeVisible();
      await dialog.getByRole("radio").nth(3).check();
      await check("thread");
      await widget.button(words.back).click();
      await check("history");
    });
  });
}

test("the keyboard alone: open, around, write, send, back", async ({ page, shop, front, desk }) => {
  await askLittle(desk);
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const focused = () =>
    page.evaluate(() => {
      const active = document.activeElement?.shadowRoot?.activeElement as HTMLElement | null;
      return active && (active.id || active.ariaLabel || active.textContent);
    });
  await widget.launcher.focus();
  await page.keyboard.press("Enter");
  await expect(widget.field("content")).toBeVisible();
  await expect(dialog).toBeFocused();
  // Round and round: never out of the dialog.
  const seen = new Set<string | null>();
  for (let at = 0; at < 14; at++) {
    await page.keyboard.press("Tab");
    seen.add(await focused());
  }
  expect([...seen]).toEqual(expect.arrayContaining([words.history, words.close, "name", "contact", "content", words.send]));
  expect(seen.has(null)).toBe(false);
  await widget.field("name").focus();
  await page.keyboard.press("Shift+Tab");
  expect(await focused()).toBe(words.close);
  const content = word();
  await widget.field("name").focus();
  await page.keyboard.type("Li Lei");
  await page.keyboard.press("Tab");
  await page.keyboard.type("lilei@example.com");
  await widget.field("content").focus();
  await page.keyboard.type(content);
  await takeTheTime(page);
  await widget.button(words.send).focus();
  await page.keyboard.press("Enter");
  await widget.sent();
  // Heard as well as seen.
  await expect(page.getByRole("status").filter({ hasText: words.sentTitle })).toHaveCount(1);
  await theMessageWith(desk, content);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(widget.launcher).toBeFocused();
});

test("the keyboard never falls out of the dialog while what had it is replaced", async ({ page, context, shop, front, desk }) => {
  await askLittle(desk);
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  await widget.open();
  await widget.fill(word());
  await context.setOffline(true);
  await widget.button(words.send).focus();
  await page.keyboard.press("Enter");
  await expect(widget.button(words.tryNow)).toBeFocused();
  await widget.button(words.edit).focus();
  await page.keyboard.press("Enter");
  await expect(widget.button(words.send)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(widget.button(words.tryNow)).toBeFocused();
  await context.setOffline(false);
  await widget.sent();
  await expect(dialog.getByRole("heading", { name: words.sentTitle })).toBeFocused();
});

test("what is typed here is no shortcut of the page's", async ({ page, shop, front }) => {
  const widget = await visit(page, shop, front.url);
  await page.evaluate(() => {
    (window as any).heard = 0;
    addEventListener("keydown", () => (window as any).heard++);
  });
  await widget.open();
  await widget.field("content").pressSequentially("j/k");
  expect(await page.evaluate(() => (window as any).heard)).toBe(0);
});

test("less motion, and colours that the visitor has chosen", async ({ page, shop, front }) => {
  await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active" });
  const widget = await visit(page, shop, front.url);
  await widget.open();
  await expect(widget.dialog).toHaveCSS("animation-name", "none");
  await expect(widget.button(widget.words.send)).toHaveCSS("border-top-width", "1px");
  await widget.shot("forced-colours");
});
