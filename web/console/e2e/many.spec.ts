import { measured } from "../../browser/budgets.ts";
import { expect, test } from "./console.ts";

const MANY = 10_000;

/** Answers pages as the server would: to leave so many would take longer, and to answer each from here as well. */
function answerPages(many: number): void {
  const row = (at: number) => ({
    id: `row-${at}`,
    reference: `LW-${at}`,
    version: 1,
    status: "OPEN",
    priority: at % 7 ? "NORMAL" : "URGENT",
    tags: ["refund", "vip"],
    content: `message ${at} of many`,
    erased: false,
    spam: false,
    archived: false,
    deleted: false,
    submittedAt: "2026-11-01T00:00:00Z",
    lastActivityAt: "2026-11-01T00:00:00Z",
    dueAt: "2026-11-02T00:00:00Z",
    overdue: true,
    assignee: { id: "m", name: "Anna" },
    team: null,
    category: { id: "c", name: "Delivery", icon: "📦" },
    visitor: { id: `v-${at}`, name: `Visitor ${at}`, contact: null },
    followUp: null,
    images: [],
  });
  const really = window.fetch;
  window.fetch = async (input, init) => {
    const { query, variables } = JSON.parse(String(init?.body ?? "{}"));
    if (!query?.includes("query Page(")) return really(input, init);
    if ((window as any).isCut) throw new TypeError("cut");
    const from = Number(variables.after ?? 0);
    const until = Math.min(many, from + variables.first);
    const nodes = Array.from({ length: until - from }, (_, at) => row(from + at));
    const pageInfo = { hasNextPage: until < many, endCursor: String(until) };
    return Response.json({ data: { messages: { totalCount: many, nodes, pageInfo } } });
  };
}

test("ten thousand messages are at most 800 nodes, wherever one is in them", async ({ work }) => {
  const agent = await work.agent("Anna");
  const page = await work.page(agent, { locale: "en" });
  await page.addInitScript(answerPages, MANY);
  await page.goto("/inbox");
  await expect(page.locator(".row").first()).toBeVisible();
  const nodes = () => page.evaluate(() => document.querySelectorAll("*").length);
  let most = await nodes();
  const scroller = page.locator(".list-scroll");
  // As a hand on the scroll bar does it, until the end is there.
  const end = page.locator(`.row[data-id="row-${MANY - 1}"]`);
  await expect(async () => {
    for (let step = 0; step < 40; step += 1) {
      await scroller.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      most = Math.max(most, await nodes());
    }
    expect(await end.count()).toBe(1);
  }).toPass({ timeout: 180_000, intervals: [0] });
  await scroller.evaluate((element) => element.scrollTo({ top: element.scrollHeight / 2 }));
  await expect(page.locator(".row").first()).toBeVisible();
  most = Math.max(most, await nodes());
  measured(`nodes of a list of ${MANY.toLocaleString("en")} messages, at most`, most, 800);
  expect(most).toBeLessThanOrEqual(800);
  await expect(page.getByRole("heading", { name: "To answer" })).toBeVisible();
});

test("a page that could not be read is read when somebody asks for it again", async ({ work }) => {
  const agent = await work.agent("Ben");
  const page = await work.page(agent, { locale: "en" });
  await page.addInitScript(answerPages, 120);
  await page.goto("/inbox");
  await expect(page.locator(".row").first()).toBeVisible();

  const cut = (isSo: boolean) => page.evaluate((isSo) => void ((window as any).isCut = isSo), isSo);
  await cut(true);
  const toTheEnd = () => page.locator(".list-scroll").evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  const failing = page.waitForEvent("console", (said) => said.text() === "a page failed");
  await page.evaluate(() => {
    const asks = window.fetch;
    window.fetch = (...request) => asks(...request).catch((why) => {
      console.log("a page failed");
      throw why;
    });
  });
  await toTheEnd();
  await failing;
  await cut(false);
  await page.locator(".list-more button").click();
  await expect(async () => {
    await toTheEnd();
    await expect(page.locator('.row[data-id="row-119"]')).toBeVisible({ timeout: 1_000 });
  }).toPass();
});
