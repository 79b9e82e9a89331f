// Bad networks: cut in the middle of a picture and of a message, gone for a while, back after a reload. Nothing is lost and
// nothing is there twice, as the desk itself says.
import type { Page, Route, WebSocketRoute } from "@playwright/test";
import { expect, test } from "../../browser/fixtures.ts";
import { askLittle, messagesWith, reply, theMessageWith, visit, word } from "./visiting.ts";

test.beforeAll(({ desk }) => askLittle(desk));

const isSubmit = (route: Route) => route.request().postData()?.includes("submitMessage") ?? false;

/** The desk has every message, and the answer is lost as often as this says so. Answers how many are about to be lost. */
async function loseAnswers(page: Page, loses: () => boolean): Promise<() => number> {
  let underWay = 0;
  await page.route("**/graphql", async (route) => {
    if (!isSubmit(route) || !loses()) return route.continue();
    underWay += 1;
    await route.fetch();
    await route.abort("connectionreset");
    underWay -= 1;
  });
  return () => underWay;
}

test("the answer to a message is lost: it is there once", async ({ page, shop, front, desk }) => {
  let cut = true;
  await loseAnswers(page, () => cut);
  await page.clock.install();
  const widget = await visit(page, shop, front.url);
  const content = word();
  await widget.open();
  await widget.fill(content);
  // The clock stands still: nothing is sent again by itself.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 60_000));
  await widget.send();
  await expect(widget.dialog.getByText(widget.words.waiting)).toBeVisible();
  await widget.shot("waiting");
  cut = false;
  await widget.button(widget.words.tryNow).click();
  await widget.sent();
  await theMessageWith(desk, content);
});

test("the page is left while nobody knows whether it arrived: it is sent by itself, and is there once", async ({ page, shop, front, desk }) => {
  let cut = true;
  await loseAnswers(page, () => cut);
  const widget = await visit(page, shop, front.url);
  const content = word();
  await widget.open();
  await widget.fill(content);
  await widget.send();
  await expect(widget.dialog.getByText(widget.words.waiting)).toBeVisible();
  // Elsewhere first: where it is, it is sent again by itself as well.
  const address = page.url();
  await page.goto("about:blank");
  cut = false;
  const sentAgain = page.waitForResponse((response) => response.request().postData()?.includes("submitMessage") ?? false);
  await page.goto(address);
  await sentAgain;
  await widget.launcher.click();
  await widget.sent();
  await widget.button(widget.words.newMessage).click();
  await expect(widget.field("content")).toHaveValue("");
  await theMessageWith(desk, content);
});

test("the words are changed after an answer was lost: the first are there once, the others wait to be added", async ({ page, shop, front, desk }) => {
  let cut = true;
  const underWay = await loseAnswers(page, () => cut);
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.open();
  await widget.fill(content);
  await widget.send();
  await widget.button(words.edit).click();
  await expect.poll(underWay).toBe(0);
  cut = false;
  await widget.field("content").fill(`${content} and more`);
  await widget.send();
  await widget.sent();
  await widget.button(words.seeMessage).click();
  await expect(dialog.getByLabel(words.addWords)).toHaveValue(`${content} and more`);
  expect((await theMessageWith(desk, content)).content).toBe(content);
});

test("a contact is mended after an answer was lost: the first message is there, the mended one stands here to be sent", async ({ page, shop, front, desk }) => {
  let cut = true;
  const underWay = await loseAnswers(page, () => cut);
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.open();
  await widget.fill(content, "lilei@example.con");
  await widget.send();
  await widget.button(words.edit).click();
  await expect.poll(underWay).toBe(0);
  cut = false;
  await widget.field("contact").fill("lilei@example.com");
  await widget.send();
  await expect(dialog.locator(".linked", { hasText: words.sentBefore })).toBeVisible();
  await expect(widget.field("contact")).toHaveValue("lilei@example.com");
  await expect(widget.field("content")).toHaveValue(content);
  await theMessageWith(desk, content);
  await widget.send();
  await widget.sent();
  await expect(async () => expect(await messagesWith(desk, content)).toHaveLength(2)).toPass({ timeout: 60_000 });
});

test("what is refused while the dialog is closed is told: on the button, to the page, and in the form", async ({ page, shop, front }) => {
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/graphql", async (route) => {
    if (!isSubmit(route)) return route.continue();
    await held;
    const userErrors = [{ code: "INVALID", field: ["contact"], message: "no" }];
    await route.fulfill({ json: { data: { submitMessage: { receipt: null, visitorMessage: null, userErrors } } } });
  });
  await page.evaluate(() => addEventListener("lm:failed", () => ((window as any).failed = true)));
  await widget.open();
  await widget.fill(word());
  await widget.send();
  await expect(widget.button(words.sending)).toBeVisible();
  await widget.button(words.close).click();
  await expect(dialog).toHaveCount(0);
  answer();
  await expect(page.locator(".launcher .badge")).toHaveText("!");
  await expect(widget.launcher).toHaveAccessibleName(new RegExp(words.failed.replaceAll(".", "\\.")));
  await expect(page.getByRole("status").filter({ hasText: words.failed })).toHaveCount(1);
  expect(await page.evaluate(() => (window as any).failed)).toBe(true);
  await widget.launcher.click();
  await expect(dialog.getByText(words.contactWrong)).toBeVisible();
  await expect(page.locator(".launcher .badge")).toHaveCount(0);
});

test("offline: said plainly, kept over a reload, and sent when there is a network again", async ({ page, context, shop, front, desk }) => {
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.open();
  await context.setOffline(true);
  await expect(dialog.getByText(words.offline)).toBeVisible();
  await widget.fill(content);
  await widget.shot("offline");
  await widget.send();
  await expect(dialog.getByText(words.waiting)).toBeVisible();
  await expect(async () => expect(await messagesWith(desk, content)).toEqual([])).toPass({ timeout: 60_000 });
  await context.setOffline(false);
  await widget.sent();
  await theMessageWith(desk, content);
});

test("a draft survives a reload, with its pictures", async ({ page, shop, front, desk }) => {
  const widget = await visit(page, shop, front.url);
  const { dialog } = widget;
  const content = word();
  await widget.open();
  await widget.fill(content);
  await dialog.locator("input[type=file]").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: await picture(page, 300, 200) });
  await expect(dialog.locator(".item[data-state=sent] canvas:not(.bare)")).toBeVisible();
  await page.reload();
  await widget.open();
  await expect(widget.field("content")).toHaveValue(content);
  await expect(dialog.locator(".item[data-state=sent] canvas:not(.bare)")).toBeVisible();
  await widget.send();
  await widget.sent();
  const { images } = (await theMessageWith(desk, content)) as unknown as { images: object[] };
  expect(images).toHaveLength(1);
});

test("cut in the middle of a picture: said, sent again, and there once", async ({ page, shop, front, desk }) => {
  let cut = true;
  await page.route("**/uploads/*", (route) => (cut && route.request().method() === "PUT" ? route.abort("connectionreset") : route.continue()));
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.open();
  await widget.fill(content);
  await dialog.locator("input[type=file]").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: await picture(page, 900, 600) });
  await expect(dialog.getByText(words.notSent.replace("{name}", "a.png"))).toBeVisible();
  await widget.shot("upload-failed");
  await widget.send();
  await expect(widget.field("content")).toHaveValue(content);
  cut = false;
  await widget.button(words.resend.replace("{name}", "a.png")).click();
  await expect(dialog.locator(".item[data-state=sent]")).toHaveCount(1);
  await widget.send();
  await widget.sent();
  const { images } = (await theMessageWith(desk, content)) as unknown as { images: object[] };
  expect(images).toHaveLength(1);
});

test("pictures that are too large are made smaller here; what is none, and what is too many, is said", async ({ page, shop, front }) => {
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const sizes: number[] = [];
  page.on("request", (request) => {
    if (request.method() === "PUT") sizes.push(request.postDataBuffer()?.length ?? 0);
  });
  let go: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route("**/uploads/*", async (route) => {
    await held;
    await route.continue();
  });
  await widget.open();
  const large = await picture(page, 1000, 800);
  expect(large.length).toBeGreaterThan(2 * 1024 * 1024);
  await dialog.locator("input[type=file]").setInputFiles([
    { name: "large.png", mimeType: "image/png", buffer: large },
    { name: "words.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") },
  ]);
  await expect(dialog.getByRole("progressbar")).toBeVisible();
  await expect(dialog.getByText(words.notTaken.replace("{name}", "words.txt"))).toBeVisible();
  await widget.shot("uploading");
  go!();
  await expect(dialog.locator(".item[data-state=sent]")).toHaveCount(1);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * 1024 * 1024);
  await widget.button(words.removeFile.replace("{name}", "words.txt")).click();
  const small = { mimeType: "image/png", buffer: await picture(page, 20, 20) };
  await dialog.locator("input[type=file]").setInputFiles(Array.from({ length: 9 }, (_, at) => ({ ...small, name: `${at}.png` })));
  await expect(dialog.getByText(words.tooMany.replace("{n}", "9"))).toBeVisible();
  await expect(dialog.locator(".item")).toHaveCount(9);
});

test("a form that has changed meanwhile is shown again, and what was written is kept", async ({ page, shop, front, desk }) => {
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.open();
  await widget.fill(content);
  await desk.ask(`mutation { reviseForm(input: { fields: [
    { id: "order", kind: TEXT, label: [{ locale: "en", text: "Order number" }], required: true }
  ] }) { userErrors { code message } } }`);
  await widget.send();
  await expect(dialog.getByText(words.formChanged)).toBeVisible();
  await dialog.getByLabel("Order number").fill("A-1001");
  await widget.send();
  await widget.sent();
  await theMessageWith(desk, content);
  await askLittle(desk);
});

test("what is answered while the socket is gone is told after what was told last", async ({ page, shop, front, desk }) => {
  let cut = false;
  const sockets: WebSocketRoute[] = [];
  const begun: (string | null)[] = [];
  const heard: string[] = [];
  await page.routeWebSocket("**/graphql/ws", (socket) => {
    if (cut) return socket.close({ code: 1001 });
    sockets.push(socket);
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      const { type, payload } = JSON.parse(String(message));
      if (type === "subscribe") begun.push(payload.variables.after);
      server.send(message);
    });
    server.onMessage((message) => {
      heard.push(JSON.parse(String(message)).type);
      socket.send(message);
    });
  });
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.leave(content);
  await widget.button(words.seeMessage).click();
  const { id } = await theMessageWith(desk, content);
  // What the desk tells gives the place to go on after: the thread by itself would have the first reply without it.
  await expect.poll(() => heard).toContain("pong");
  await reply(desk, id, "The first");
  await expect.poll(() => heard).toContain("next");
  await expect(dialog.getByText("The first")).toBeVisible();
  // The list and the thread are read when a socket begins: they must not be what brings the second reply.
  await page.route("**/graphql", (route) => (/query (Mine|Whole)/.test(route.request().postData() ?? "") ? route.abort() : route.continue()));
  cut = true;
  await sockets.at(-1)!.close({ code: 1001 });
  await reply(desk, id, "The second");
  cut = false;
  await expect(dialog.getByText("The second")).toBeVisible({ timeout: 60_000 });
  await expect(dialog.locator(".theirs")).toHaveCount(2);
  expect(begun[0]).toBeNull();
  await expect.poll(() => begun.at(-1)).not.toBeNull();
});

test("a reply that comes before the desk begins to tell is in the thread that is open", async ({ page, shop, front, desk }) => {
  let begin = () => {};
  const held = new Promise<void>((resolve) => (begin = resolve));
  await page.routeWebSocket("**/graphql/ws", (socket) => {
    const server = socket.connectToServer();
    socket.onMessage(async (message) => {
      if (JSON.parse(String(message)).type !== "connection_init") await held;
      server.send(message);
    });
  });
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.leave(content);
  const read = page.waitForResponse((response) => response.request().postData()?.includes("query Whole") ?? false);
  await widget.button(words.seeMessage).click();
  await read;
  const { id } = await theMessageWith(desk, content);
  await reply(desk, id, "Before you listened");
  begin();
  await expect(dialog.getByText("Before you listened")).toBeVisible();
});

test("a message that goes while it is read is said to be gone, with a way back", async ({ page, shop, front, desk }) => {
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.leave(content);
  await widget.button(words.seeMessage).click();
  await expect(dialog.locator(".thread").getByText(content)).toBeVisible();
  const { id } = await theMessageWith(desk, content);
  await desk.ask(`mutation ($id: ID!) { deleteMessage(input: { messageId: $id }) { userErrors { code message } } }`, { id });
  await expect(dialog.getByText(words.erased)).toBeVisible();
  await dialog.locator(".page").getByRole("button", { name: words.history }).click();
  await expect(dialog.getByText(words.newMessage)).toBeVisible();
  await expect(dialog.getByText(content)).toHaveCount(0);
});

test("a picture that is added after the message was left and opened again goes along", async ({ page, shop, front }) => {
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.leave(content);
  await widget.button(words.seeMessage).click();
  const input = dialog.locator(".add input[type=file]");
  const files = async (name: string) => input.setInputFiles({ name, mimeType: "image/png", buffer: await picture(page, 30, 20) });
  await files("a.png");
  await expect(dialog.locator(".add .item[data-state=sent]")).toHaveCount(1);
  await widget.button(words.back).click();
  await dialog.locator(".list li").filter({ hasText: content }).click();
  await files("b.png");
  await expect(dialog.locator(".add .item[data-state=sent]")).toHaveCount(2);
  await dialog.locator(".add").getByRole("button", { name: words.send }).click();
  await expect(dialog.locator(".own .images a")).toHaveCount(2);
});

test("a rating is sent once, however often the button is pressed", async ({ page, shop, front, desk }) => {
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.leave(content);
  await widget.button(words.seeMessage).click();
  const { id } = await theMessageWith(desk, content);
  await reply(desk, id, "Hello");
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  const keys: string[] = [];
  await page.route("**/graphql", async (route) => {
    const body = route.request().postDataJSON();
    if (!body.query.includes("rateMessage")) return route.continue();
    keys.push(body.variables.input.idempotencyKey);
    await held;
    await route.continue();
  });
  await dialog.getByRole("radio").nth(4).check();
  const send = widget.button(words.rate);
  await send.click();
  await expect(send).toHaveAttribute("aria-disabled", "true");
  await send.click({ force: true });
  await send.press("Enter");
  go();
  await expect(dialog.getByText(words.rated)).toBeVisible();
  expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
});

test("who does not want to rate is not asked again", async ({ page, shop, front, desk }) => {
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.leave(content);
  await widget.button(words.seeMessage).click();
  const { id } = await theMessageWith(desk, content);
  await reply(desk, id, "Hello");
  await dialog.getByRole("button", { name: words.rateLater }).click();
  await expect(dialog.getByText(words.rateTitle)).toHaveCount(0);
  await page.reload();
  await widget.open();
  await dialog.getByRole("button", { name: words.history }).click();
  await dialog.locator(".list li").filter({ hasText: content }).click();
  await expect(dialog.getByText("Hello")).toBeVisible();
  await expect(dialog.getByText(words.rateTitle)).toHaveCount(0);
});

test("without a socket the list is asked for", async ({ page, shop, front, desk }) => {
  await page.routeWebSocket("**/graphql/ws", (socket) => socket.close());
  const widget = await visit(page, shop, front.url);
  const content = word();
  await widget.leave(content);
  const { id } = await theMessageWith(desk, content);
  await reply(desk, id, "Hello");
  await widget.button(widget.words.close).click();
  await expect(page.locator(".launcher .badge")).toBeVisible({ timeout: 60_000 });
});

/** Noise, which nobody can make small without loss. */
async function picture(page: import("@playwright/test").Page, width: number, height: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([w, h]) => {
      const canvas = new OffscreenCanvas(w!, h!);
      const context = canvas.getContext("2d")!;
      const pixels = context.createImageData(w!, h!);
      let seed = 7;
      for (let at = 0; at < pixels.data.length; at++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
        pixels.data[at] = at % 4 === 3 ? 255 : seed >>> 24;
      }
      context.putImageData(pixels, 0, 0);
      const blob = await canvas.convertToBlob({ type: "image/png" });
      const bytes = new Uint8Array(await blob.arrayBuffer());
      let text = "";
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      return btoa(text);
    },
    [width, height],
  );
  return Buffer.from(base64, "base64");
}
