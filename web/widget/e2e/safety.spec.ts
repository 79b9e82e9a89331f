// Who somebody is, and words that are meant to be more than words.
import { createHmac, randomUUID } from "node:crypto";
import { expect, test } from "../../browser/fixtures.ts";
import { Shop } from "../../browser/shop.ts";
import { askLittle, reply, theMessageWith, visit, word } from "./visiting.ts";

test.beforeAll(({ desk }) => askLittle(desk));

function identity(secret: string, claims: object = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = { aud: "leaveword", sub: "user-1", iat: now, exp: now + 300, jti: randomUUID(), name: "韩梅梅", email: "hanmeimei@example.com", ...claims };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(body)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

test("an identity fills the form; one that is forged, over or used up changes nothing", async ({ page, shop, front, desk }) => {
  const secret = await desk.identitySecret();
  const widget = await visit(page, shop, front.url);
  const identify = (token: string) =>
    page.evaluate(async (it) => {
      await customElements.whenDefined("leave-message");
      return (document.querySelector("leave-message") as any).identify(it).then(
        () => "taken",
        (why: Error) => why.message,
      );
    }, token);
  const stored = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith(":token")));
  const past = Math.floor(Date.now() / 1000) - 3600;

  for (const bad of [
    identity("another secret, not the desk's own one"),
    identity(secret, { iat: past, exp: past + 300 }),
    identity(secret, { aud: "somebody else" }),
    "a.b.c",
  ]) {
    expect(await identify(bad)).not.toBe("taken");
    expect(await stored()).toEqual([]);
  }
  const good = identity(secret);
  expect(await identify(good)).toBe("taken");
  expect(await stored()).toHaveLength(1);
  expect(await identify(good)).not.toBe("taken");
  await widget.open();
  await expect(widget.field("name")).toHaveValue("韩梅梅");
  await expect(widget.field("contact")).toHaveValue("hanmeimei@example.com");

  // Whoever comes after them at the same browser sees nothing of theirs.
  await widget.field("content").fill("half a sentence");
  expect(await identify(identity(secret, { sub: "user-2", name: "李雷", email: "lilei@example.com" }))).toBe("taken");
  await expect(widget.field("name")).toHaveValue("李雷");
  await expect(widget.field("content")).toHaveValue("");
});

test("a token that has ended is no obstacle: the visitor is somebody new, and what they wrote arrives", async ({ page, shop, front, desk }) => {
  const widget = await visit(page, shop, front.url);
  await page.evaluate((url) => localStorage.setItem(`leaveword:${url}:token`, '"lwv_ended"'), front.url);
  await page.reload();
  const content = word();
  await widget.open();
  await widget.fill(content);
  await widget.dialog.locator("input[type=file]").setInputFiles(new URL("./pictures/tea.png", import.meta.url).pathname);
  await expect(widget.dialog.locator(".item[data-state=sent]")).toHaveCount(1);
  await widget.send();
  await widget.sent();
  await theMessageWith(desk, content);
});

const HOSTILE = [
  "@all <at user_id=\"all\">所有人</at>",
  "[click](javascript:alert(1)) ![x](https://evil.example/x.png)",
  "</script><script>window.ran = true</script><img src=x onerror=\"window.ran = true\">",
  "safe \u202Egnp.exe\u202C name \u2067rtl\u2069",
  "{{constructor.constructor('window.ran=true')()}}",
];

test("hostile words are words: nothing runs, nothing is fetched, nothing is turned round", async ({ page, shop, front, desk }) => {
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    if (![shop.url, front.url].some((url) => request.url().startsWith(url))) elsewhere.push(request.url());
  });
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const marked = word();
  const content = `${marked}\n${HOSTILE.join("\n")}`;
  await widget.open();
  await widget.fill(content);
  await widget.field("name").fill("<b onmouseover=alert(1)>Bob</b>");
  await widget.send();
  await widget.sent();
  const { id } = await theMessageWith(desk, marked);
  await reply(desk, id, HOSTILE.join("\n"));
  await widget.button(words.seeMessage).click();
  await expect(dialog.locator(".theirs .bubble p")).toHaveText(HOSTILE.join("\n"), { useInnerText: true });
  await expect(dialog.locator(".own .bubble p").first()).toContainText(HOSTILE[2]!);
  expect(await dialog.locator(".bubble").evaluateAll((all) => all.flatMap((it) => [...it.querySelectorAll("script, img, a, at, b")]).length)).toBe(0);
  // What turns the direction round in a text ends with it.
  await expect(dialog.locator(".theirs .bubble p")).toHaveCSS("unicode-bidi", "plaintext");
  await widget.button(words.back).click();
  await expect(dialog.locator(".list li").first()).toContainText(marked);
  expect(await page.evaluate(() => (window as any).ran)).toBeUndefined();
  expect(elsewhere).toEqual([]);
});

test("a control character and a hundred kilobytes are refused at their field, and nothing that was written is lost", async ({ page, shop, front, desk }) => {
  const widget = await visit(page, shop, front.url);
  await widget.open();
  await widget.fill("");
  const content = widget.field("content");
  const wrong = widget.dialog.locator("#content[aria-invalid=true]");
  const marked = word();
  for (const text of [`${marked}\u0000`, `${marked} ${"长".repeat(33_000)}`]) {
    // As a script or a drop puts it there: what is typed stops at five thousand characters.
    await content.evaluate((it: HTMLTextAreaElement, words) => {
      it.value = words;
      it.dispatchEvent(new Event("input", { bubbles: true }));
    }, text);
    await widget.send();
    await expect(wrong).toBeVisible();
    await expect(content).toHaveValue(text);
  }
  await content.fill(marked);
  await widget.send();
  await widget.sent();
  await theMessageWith(desk, marked);
});

test("a page of a site that is not listed gets no answer, and says so", async ({ page, front }) => {
  const stranger = await Shop.open();
  const widget = await visit(page, stranger, front.url);
  await widget.launcher.click();
  await expect(widget.dialog.getByText(widget.words.unreachable)).toBeVisible();
  await stranger.close();
});

test("what one site's page keeps is not another's", async ({ page, shop, front }) => {
  const widget = await visit(page, shop, front.url);
  await widget.leave(word());
  const keys = await page.evaluate(() => Object.keys(localStorage));
  expect(keys.every((key) => key.startsWith(`leaveword:${front.url}:`))).toBe(true);
  await page.goto(`${front.url}/leave-message?lang=en`);
  await page.getByRole("button", { name: "Your messages", exact: true }).click();
  await expect(page.getByText("Nothing here yet.")).toBeVisible();
});
