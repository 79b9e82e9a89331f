import type { Page } from "@playwright/test";
import { expect, expectAccessible, sendNow, test } from "./console.ts";

/** A picture that is drawn in the page: 640 by 360 pixels. */
const draw = () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const context = canvas.getContext("2d")!;
  context.fillStyle = "teal";
  context.fillRect(0, 0, 640, 360);
  return canvas.toDataURL("image/png").split(",")[1]!;
};

/** Sends pictures of these names with a reply. */
async function reply(page: Page, names: readonly string[]): Promise<void> {
  const buffer = Buffer.from(await page.evaluate(draw), "base64");
  await page.locator("input[type=file]").setInputFiles(names.map((name) => ({ name, mimeType: "image/png", buffer })));
  await expect(page.locator(".attachments li:not(.quiet)")).toHaveCount(names.length);
  await page.locator(".composer .ant-btn-primary").click();
  await sendNow(page);
}

test("a picture goes with a reply, is shown beside it, and large in the viewer", async ({ work }) => {
  const agent = await work.agent("Anna");
  const { reference } = await work.leave("show me");
  const page = await work.page(agent, { locale: "en" });
  const refused: string[] = [];
  page.on("console", (said) => said.text().includes("Content Security Policy") && refused.push(said.text()));
  await page.goto(`/messages/${reference}`);
  await expect(page.getByRole("article", { name: reference })).toBeVisible();
  await reply(page, ["parcel.png"]);
  const small = page.locator(".pictures img");
  await expect(small).toBeVisible();
  await expect.poll(() => small.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
  await page.getByRole("button", { name: "Picture 1 of 1, from Anna" }).click();
  const large = page.locator("dialog.viewer img");
  await expect.poll(() => large.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
  await page.keyboard.press("Escape");
  await expect(page.locator("dialog.viewer")).toHaveCount(0);
  expect(refused).toEqual([]);
});

for (const { locale, theme, named } of [
  { locale: "en", theme: "light", named: (n: number) => `Picture ${n} of 3, from Anna` },
  { locale: "zh-CN", theme: "dark", named: (n: number) => `图片 ${n}/3，来自Anna` },
] as const) {
  test(`the keyboard walks through all pictures of a message, and comes back to where it was: ${locale}, ${theme}`, async ({ work }) => {
    const agent = await work.agent("Anna");
    const { reference } = await work.leave("three pictures");
    const page = await work.page(agent, { locale, theme });
    await page.goto(`/messages/${reference}`);
    await expect(page.getByRole("article", { name: reference })).toBeVisible();
    // Of two replies: the viewer is the message's, not a reply's.
    await reply(page, ["one.png", "two.png"]);
    await expect(page.locator(".pictures img")).toHaveCount(2);
    await reply(page, ["three.png"]);
    await expect(page.locator(".pictures img")).toHaveCount(3);
    const second = page.getByRole("button", { name: named(2) });
    const shown = page.locator("dialog.viewer").getByRole("img");
    await second.focus();
    await page.keyboard.press("Enter");
    await expect(shown).toHaveAttribute("alt", named(2));
    await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
    await expectAccessible(page);
    await page.keyboard.press("ArrowRight");
    await expect(shown).toHaveAttribute("alt", named(3));
    await page.keyboard.press("ArrowRight");
    await expect(shown).toHaveAttribute("alt", named(1));
    await page.keyboard.press("ArrowLeft");
    await expect(shown).toHaveAttribute("alt", named(3));
    await page.keyboard.press("Escape");
    await expect(page.locator("dialog.viewer")).toHaveCount(0);
    await expect(second).toBeFocused();
    await page.keyboard.press("Enter");
    await page.locator("dialog.viewer").getByRole("button", { name: locale === "en" ? "Close" : "关闭" }).click();
    await expect(page.locator("dialog.viewer")).toHaveCount(0);
    await expect(second).toBeFocused();
  });
}

test("a large picture that does not come is told, and comes when it is asked for again", async ({ work }) => {
  const agent = await work.agent("Anna");
  const { reference } = await work.leave("a bad network");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  await expect(page.getByRole("article", { name: reference })).toBeVisible();
  await reply(page, ["parcel.png"]);
  await expect(page.locator(".pictures img")).toBeVisible();
  // The small one is an image, the large one is fetched.
  await page.route("**/images/**", (route) => (route.request().resourceType() === "fetch" ? route.abort() : route.continue()));
  await page.getByRole("button", { name: "Picture 1 of 1" }).click();
  await expect(page.locator("dialog.viewer [role=alert]")).toContainText("The picture cannot be loaded.");
  await expectAccessible(page);
  await page.unroute("**/images/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => page.locator("dialog.viewer img").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
});

test("what is no picture is told, and nothing is lost of what was written", async ({ work }) => {
  const agent = await work.agent("Ben");
  const { reference } = await work.leave("no picture");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  await page.getByRole("textbox", { name: "Reply" }).fill("see the picture");
  await page.locator("input[type=file]").setInputFiles({ name: "fake.png", mimeType: "image/png", buffer: Buffer.from("no picture at all") });
  await expect(page.locator(".toast.bad")).toContainText("fake.png was not taken");
  await expect(page.getByRole("textbox", { name: "Reply" })).toHaveValue("see the picture");
});
