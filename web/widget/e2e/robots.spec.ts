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
    { scope: "worker", timeout: 240_000 },
  ],
});

test.beforeAll(({ desk }) => askLittle(desk));

/** What the desk's people find, as work and as spam, as soon as they do. A search that took too long is asked again. */
async function expectFound(desk: Desk, content: string, counts: { work: number; spam: number }): Promise<void> {
  const query = `query ($work: MessageFilter!, $spam: MessageFilter!) {
    work: messages(filter: $work, first: 5) { nodes { content } }
    spam: messages(filter: $spam, first: 5) { nodes { content } }
  }`;
  await expect(async () => {
    const { work, spam } = await desk.ask(query, { work: { search: content }, spam: { search: content, spam: true } });
    expect({ work: work.nodes.length, spam: spam.nodes.length }).toEqual(counts);
  }).toPass({ timeout: 60_000 });
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
  await expectFound(desk, content, { work: 0, spam: 1 });
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
  await expectFound(desk, quick, { work: 0, spam: 1 });

  await page.reload();
  await widget.leave(human);
  await expectFound(desk, human, { work: 1, spam: 0 });
});

test("whoever writes to a pressed desk proves without noticing that they are no flood", async ({ page, shop, front, desk }) => {
  const content = word();
  const pressing = `mutation ($input: SubmitMessageInput!) { submitMessage(input: $input) { receipt { id } userErrors { code } } }`;
  const press = () => ask(desk.url, null, pressing, { input: { name: "Flood", contact: "flood@example.com", content: "!" } });

  const widget = await visit(page, shop, front.url);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.postData() ?? ""));
  await widget.open();
  await widget.fill(content);
  // A minute's worth and more, at once and at the very end: after half a minute the desk is pressed no longer.
  const flood = await Promise.allSettled(Array.from({ length: 16 }, press));
  expect(flood.map((one) => (one.status === "rejected" ? String(one.reason) : "")).join()).toContain("PROOF_REQUIRED");
  await widget.send();
  await widget.sent();
  expect(asked.filter((body) => body.includes("challenge {") || body.includes("challenge{"))).toHaveLength(1);
  await expectFound(desk, content, { work: 1, spam: 0 });
});
