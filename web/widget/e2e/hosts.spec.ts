// Pages that the widget has to stand in: strict, old, careless, changing, and none of its own. What it costs them.
import { measured } from "../../browser/budgets.ts";
import { expect, expectAccessible, test } from "../../browser/fixtures.ts";
import { WORDS, Widget, askLittle, closeDesk, openDesk, theMessageWith, visit, word } from "./visiting.ts";

test.beforeAll(async ({ desk }) => {
  await askLittle(desk);
  await closeDesk(desk);
});

test("a strict Content-Security-Policy needs to let in the desk's scripts and answers, and nothing else", async ({ page, shop, front, desk }) => {
  const socket = front.url.replace("http", "ws");
  const policy = `default-src 'none'; script-src ${front.url}; connect-src ${front.url} ${socket}; style-src 'self'; require-trusted-types-for 'script'`;
  const refused: string[] = [];
  page.on("console", (message) => {
    if (/Content.Security.Policy|TrustedHTML/i.test(message.text())) refused.push(message.text());
  });
  const widget = await visit(page, shop, front.url, { headers: { "content-security-policy": policy } });
  const content = word();
  await widget.open();
  await widget.fill(content);
  await widget.dialog.locator("input[type=file]").setInputFiles(new URL("./pictures/tea.png", import.meta.url).pathname);
  await expect(widget.dialog.locator(".item[data-state=sent] canvas:not(.bare)")).toBeVisible();
  await widget.send();
  await widget.sent();
  await widget.button(widget.words.seeMessage).click();
  await expect(widget.dialog.locator(".images canvas:not(.bare)")).toBeVisible();
  await theMessageWith(desk, content);
  expect(refused).toEqual([]);
});

test("a page's own styles do not reach in, and ours do not reach out", async ({ page, shop, front }) => {
  const styles = "<style>* { font-size: 8px !important; color: red !important; box-sizing: content-box !important; margin: 9px !important; display: inline !important } h1 { letter-spacing: 1px }</style>";
  const widget = await visit(page, shop, front.url, { body: `${styles}<h1>Shop</h1>` });
  const before = await page.locator("h1").first().evaluate((it) => it.getBoundingClientRect().toJSON());
  await widget.open();
  await expect(widget.field("content")).toHaveCSS("font-size", "16px");
  await expect(widget.dialog.locator("h2")).toHaveCSS("font-size", "22px");
  await expect(widget.dialog.locator("h2")).not.toHaveCSS("color", "rgb(255, 0, 0)");
  const box = (await widget.dialog.boundingBox())!;
  expect(box.width).toBeCloseTo(400, 0);
  expect(await page.locator("h1").first().evaluate((it) => it.getBoundingClientRect().toJSON())).toEqual(before);
  await widget.shot("hostile-styles");
});

test("a page in quirks mode", async ({ page, shop, front, desk }) => {
  const html = `<html lang=en><title>Old</title><body><table><tr><td>Old shop</table><script async src="${front.url}/widget.js"></script>`;
  await page.goto(shop.page({ html }));
  expect(await page.evaluate(() => document.compatMode)).toBe("BackCompat");
  const widget = new Widget(page, WORDS.en!);
  const content = word();
  await widget.leave(content);
  await theMessageWith(desk, content);
  await widget.shot("quirks");
});

test("two widgets on one page are one visitor, and one of them in the page itself", async ({ page, shop, front }) => {
  const body = `<leave-message></leave-message><div style="height: 640px; width: 420px"><leave-message inline id="second"></leave-message></div>`;
  const widget = await visit(page, shop, front.url, { body });
  await expect(page.locator("leave-message")).toHaveCount(2);
  const second = page.locator("#second");
  await expect(second.locator("#content")).toBeVisible();
  await second.locator("#name").fill("李雷");
  await second.locator("#contact").fill("lilei@example.com");
  const content = word();
  await second.locator("#content").fill(content);
  await second.getByRole("button", { name: widget.words.send, exact: true }).click();
  await expect(second.getByRole("heading", { name: widget.words.sentTitle })).toBeVisible();
  await widget.launcher.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: widget.words.history }).click();
  await expect(dialog.getByText(content)).toBeVisible();
  await expectAccessible(page);
});

test("a page that exchanges its body keeps the widget, and one that puts the element in later gets one", async ({ page, shop, front }) => {
  const widget = await visit(page, shop, front.url);
  await widget.open();
  await widget.field("content").fill("half a sentence");
  await page.evaluate(() => {
    history.pushState({}, "", "/another");
    document.body.innerHTML = "<main><h1>Another page</h1></main>";
  });
  await expect(widget.field("content")).toHaveValue("half a sentence");
  await page.evaluate(() => document.querySelector("leave-message")!.remove());
  await expect(widget.dialog).toHaveCount(0);
  await page.evaluate(() => document.body.append(document.createElement("leave-message")));
  await widget.open();
  await expect(widget.field("content")).toHaveValue("half a sentence");
});

test("a page opens, fills and removes it, and hears what happens", async ({ page, shop, front }) => {
  const widget = await visit(page, shop, front.url);
  await widget.launcher.waitFor();
  const heard = await page.evaluate(async () => {
    const heard: string[] = [];
    (window as any).heard = heard;
    for (const name of ["lm:ready", "lm:open", "lm:close", "lm:submitted", "lm:unread", "lm:replied"]) {
      addEventListener(name, () => heard.push(name));
    }
    await customElements.whenDefined("leave-message");
    const widget = document.querySelector("leave-message") as any;
    widget.prefill({ name: "韩梅梅", contact: "hanmeimei@example.com" });
    widget.open();
    return heard;
  });
  expect(heard).toContain("lm:open");
  await expect(widget.field("name")).toHaveValue("韩梅梅");
  await expect(widget.field("contact")).toHaveValue("hanmeimei@example.com");
  await widget.field("content").fill(word());
  await widget.send();
  await widget.sent();
  await page.evaluate(() => (document.querySelector("leave-message") as any).close());
  await expect(widget.dialog).toHaveCount(0);
  expect(await page.evaluate(() => (window as any).heard)).toEqual(expect.arrayContaining(["lm:submitted", "lm:close"]));
  await page.evaluate(() => (document.querySelector("leave-message") as any).destroy());
  await expect(page.locator("leave-message")).toHaveCount(0);
});

test("an open desk says so, and hands over to the page's own chat", async ({ page, shop, front, desk }) => {
  await openDesk(desk);
  const widget = await visit(page, shop, front.url, { attributes: "data-chat" });
  await widget.open();
  await expect(widget.dialog.getByText(widget.words.open)).toBeVisible();
  await expectAccessible(page);
  await widget.shot("open-desk");
  await page.evaluate(() => {
    const chat = document.body.appendChild(document.createElement("input"));
    chat.id = "chat";
    addEventListener("lm:open-chat", () => chat.focus(), { once: true });
  });
  await widget.button(widget.words.chat).click();
  await expect(widget.dialog).toHaveCount(0);
  await expect(page.locator("#chat")).toBeFocused();
  // A page without a chat is not offered one.
  await page.evaluate(() => document.querySelector("leave-message")!.removeAttribute("chat"));
  await widget.open();
  await expect(widget.button(widget.words.chat)).toHaveCount(0);
  await closeDesk(desk);
});

test("before it is opened it costs little: three files of the desk's, no shift, nothing that keeps the page busy", async ({ page, shop, front }) => {
  const requests = new Set<string>();
  page.on("request", (request) => requests.add(request.url()));
  await page.addInitScript(() => {
    (window as any).shifts = 0;
    const sum = (list: PerformanceObserverEntryList) => list.getEntries().forEach((entry: any) => ((window as any).shifts += entry.value));
    new PerformanceObserver(sum).observe({ type: "layout-shift", buffered: true });
  });
  // In time of the processor: how busy the machine is otherwise does not count.
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const widget = await visit(page, shop, front.url);
  await page.evaluate(() => customElements.whenDefined("leave-message"));
  await expect(widget.launcher).toBeVisible();
  const ours = () => [...requests].filter((url) => !url.startsWith(shop.url)).map((url) => url.replace(/-.{8}\.js$/, "").replace(front.url, "")).sort();
  const three = ["/widget.js", "/widget/assets/en", "/widget/assets/widget"];
  await expect.poll(ours).toEqual(three);
  // All scripts of the page together take no longer than a single task may.
  const { metrics } = await session.send("Performance.getMetrics");
  const seconds = metrics.find(({ name }) => name === "ScriptDuration")!.value;
  measured("scripts of a page before the widget is opened", seconds * 1000, 50, "ms");
  expect(seconds).toBeLessThan(0.05);
  expect(ours()).toEqual(three);
  await widget.open();
  expect(await page.evaluate(() => (window as any).shifts)).toBe(0);
});

test("without a network the button stays, and another click opens it", async ({ page, shop, front }) => {
  await page.route("**/widget/assets/*", (route) => route.abort());
  const failed = () => page.waitForEvent("requestfailed", (request) => request.url().includes("/widget/assets/"));
  // It is asked for when the page is idle, and once more by the click.
  const idle = failed();
  const widget = await visit(page, shop, front.url);
  await idle;
  const wanted = failed();
  await widget.launcher.click();
  await wanted;
  await expect(widget.dialog).toHaveCount(0);
  await page.unroute("**/widget/assets/*");
  await widget.open();
});

test("a part that another release has taken away is said to be missing, and asked for again", async ({ page, shop, front }) => {
  await page.route("**/widget/assets/panel-*", (route) => route.fulfill({ status: 404, headers: { "access-control-allow-origin": "*" } }));
  const widget = await visit(page, shop, front.url);
  await widget.launcher.click();
  await expect(page.getByText(widget.words.unreachable)).toBeInViewport();
  await expectAccessible(page);
  await page.unroute("**/widget/assets/panel-*");
  await widget.open();
  await expect(page.getByText(widget.words.unreachable)).toHaveCount(0);
});

test("the desk's own page, and a frame for those who want the visitor out of their page's reach", async ({ page, shop, front, desk }) => {
  await page.goto(`${front.url}/leave-message?lang=zh-CN`);
  const own = new Widget(page, WORDS["zh-CN"]!);
  await expect(own.field("content")).toBeVisible();
  await expectAccessible(page);
  await own.shot("own-page");
  const content = word();
  await own.fill(content);
  await own.send();
  await own.sent();
  await theMessageWith(desk, content);

  const html = `<!doctype html><html lang="en"><title>Shop</title><iframe title="Messages" width="420" height="640" src="${front.url}/embed?lang=en"></iframe>
<script>window.told = []; addEventListener("message", (event) => told.push(event.data))</script>`;
  await page.goto(shop.page({ html }));
  const frame = page.frameLocator("iframe");
  await frame.locator("#name").fill("李雷");
  await frame.locator("#contact").fill("lilei@example.com");
  await frame.locator("#content").fill(word());
  await frame.getByRole("button", { name: "Send", exact: true }).click();
  await expect(frame.getByRole("heading", { name: WORDS.en!.sentTitle })).toBeVisible();
  await own.shot("embedded");
  // The page is told that something happened, and not what.
  await expect.poll(() => page.evaluate(() => (window as any).told)).toContainEqual({ type: "lm:submitted" });
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test("the page where hosts try it", async ({ page, front }) => {
  await page.goto(`${front.url}/widget/try`);
  const widget = new Widget(page, WORDS.en!);
  await expect(page.locator("#tag")).toHaveText(`<script async src="${front.url}/widget.js" data-lang="auto"></script>`);
  await expectAccessible(page);
  await page.getByLabel("Language").selectOption("ar");
  await page.getByLabel("Colour").fill("#0b6b4f");
  await page.getByLabel("This site has a chat of its own").check();
  await expect(page.locator("#tag")).toContainText('data-lang="ar" data-chat');
  await page.getByRole("button", { name: "open()" }).click();
  await expect(widget.dialog.getByRole("heading", { name: WORDS.ar!.writeToUs })).toBeVisible();
  await expect(widget.dialog.getByRole("button", { name: WORDS.ar!.send, exact: true })).toHaveCSS("background-color", "rgb(11, 107, 79)");
  await expect(page.getByRole("log")).toContainText("lm:open");
  await widget.shot("try");
});
