import { expect, test } from "./console.ts";

/** A picture that is drawn in the page: 640 by 360 pixels. */
const draw = () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const context = canvas.getContext("2d")!;
  context.fillStyle = "teal";
  context.fillRect(0, 0, 640, 360);
  return canvas.toDataURL("image/png").split(",")[1]!;
};

test("a picture goes with a reply, is shown beside it, and large in the viewer", async ({ work }) => {
  const agent = await work.agent("Anna");
  const { reference } = await work.leave("show me");
  const page = await work.page(agent, { locale: "en" });
  const refused: string[] = [];
  page.on("console", (said) => said.text().includes("Content Security Policy") && refused.push(said.text()));
  await page.goto(`/messages/${reference}`);
  await expect(page.getByRole("article", { name: reference })).toBeVisible();
  const buffer = Buffer.from(await page.evaluate(draw), "base64");
  await page.locator("input[type=file]").setInputFiles({ name: "parcel.png", mimeType: "image/png", buffer });
  await expect(page.locator(".attachments li")).toContainText("parcel.png");
  await expect(page.getByRole("button", { name: "Send", exact: true })).toBeEnabled();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByRole("button", { name: "Send now" }).click();
  const small = page.locator(".pictures img");
  await expect(small).toBeVisible();
  await expect.poll(() => small.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
  await page.getByRole("button", { name: "Picture 1 of 1" }).click();
  const large = page.locator("dialog.viewer img");
  await expect.poll(() => large.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
  await page.keyboard.press("Escape");
  await expect(page.locator("dialog.viewer")).toHaveCount(0);
  expect(refused).toEqual([]);
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
