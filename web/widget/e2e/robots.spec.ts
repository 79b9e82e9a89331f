// What gives programs away, and what a pressed desk asks of whoever writes.
import { Desk, ask } from "../../browser/desk.ts";
import { expect, test as base } from "../../browser/fixtures.ts";
import { askLittle, takeTheTime, visit, word } from "./visiting.ts";

/** A desk that asks an address for a proof from its fifth message within a minute on. */
const test = base.extend<object, { desk: Desk }>({
  desk: [
    async ({ shop }, use) => {
      const desk = await Desk.start([shop.url], { LEAVEWORD_LIMIT_SUBMITS_PER_MINUTE: "8" });
      await use(desk);
      await desk.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
});

test.beforeAll(({ desk }) => askLittle(desk));

/** What the desk's people find, as work and as spam. */
async function found(desk: Desk, content: string): Promise<Record<string, number>> {
  const query = `query ($work: MessageFilter!, $spam: MessageFilter!) {
    work: messages(filter: $work, first: 5) { nodes { content } }
    spam: messages(filter: $spam, first: 5) { nodes { content } }
  }`;
  const { work, spam } = await desk.ask(query, { work: { search: content }, spam: { search: content, spam: true } });
  return { work: work.nodes.length, spam: spam.nodes.length };
}

test("a program that fills in everything it finds is told that its message arrived, and is nobody's work", async ({ page, shop, front, desk }) => {
  const content = word();
  const widget = await visit(page, shop, front.url);
  await widget.open();
  await takeTheTime(page);
  const controls = widget.dialog.locator("form input, form textarea");
  await expect(controls.first()).toBeAttached();
  await controls.evaluateAll((all, words) => {
    for (const control of all as HTMLInputElement[]) {
      if (control.type !== "text" && control.tagName !== "TEXTAREA") continue;
      control.value = control.id === "contact" ? "seo@example.com" : words;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }, content);
  await widget.send();
  await widget.sent();
  await expect.poll(() => found(desk, content)).toEqual({ work: 0, spam: 1 });
});

test("a form that is sent before anybody can have written is taken for spam; one of somebody who writes is not", async ({ page, shop, front, desk }) => {
  const [quick, human] = [word(), word()];
  const widget = await visit(page, shop, front.url);
  // The page's clock stands still until the program has sent.
  await page.evaluate(() => {
    const now = performance.now();
    performance.now = () => now;
  });
  await widget.open();
  for (const [name, text] of [["name", "Bot"], ["contact", "bot@example.com"], ["content", quick]] as const) {
    await widget.field(name).fill(text);
  }
  await widget.send();
  await widget.sent();
  await expect.poll(() => found(desk, quick)).toEqual({ work: 0, spam: 1 });

  await page.reload();
  await widget.leave(human);
  await expect.poll(() => found(desk, human)).toEqual({ work: 1, spam: 0 });
});

test("whoever writes to a pressed desk proves without noticing that they are no flood", async ({ page, shop, front, desk }) => {
  const content = word();
  const pressing = `mutation ($input: SubmitMessageInput!) { submitMessage(input: $input) { receipt { id } userErrors { code } } }`;
  const press = () => ask(desk.url, null, pressing, { input: { name: "Flood", contact: "flood@example.com", content: "!" } });
  const flood = async () => {
    for (let n = 0; n < 8; n++) await press();
  };
  await expect(flood()).rejects.toThrow("PROOF_REQUIRED");

  const widget = await visit(page, shop, front.url);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.postData() ?? ""));
  await widget.leave(content);
  expect(asked.filter((body) => body.includes("challenge {") || body.includes("challenge{"))).toHaveLength(1);
  await expect.poll(() => found(desk, content)).toEqual({ work: 1, spam: 0 });
});
