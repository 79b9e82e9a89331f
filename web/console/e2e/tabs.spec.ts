import type { BrowserContext, Page } from "@playwright/test";
import { expect, rowOf, sendNow, stopClock, test } from "./console.ts";

/** Two tabs of one browser, each with the message open. */
async function twice(context: BrowserContext, reference: string): Promise<[Page, Page]> {
  const pages: [Page, Page] = [await context.newPage(), await context.newPage()];
  for (const page of pages) {
    await page.goto(`/messages/${reference}`);
    await expect(page.getByRole("textbox", { name: "Reply" })).toBeVisible();
  }
  return pages;
}

test("a reply that is taken back in one tab is sent by none", async ({ work }) => {
  const agent = await work.agent("Anna");
  const { id, reference } = await work.leave("two tabs, taken back");
  const [one, other] = await twice(await work.context(agent, { locale: "en" }), reference);
  for (const page of [one, other]) await stopClock(page);
  await one.getByRole("textbox", { name: "Reply" }).fill("too hasty");
  await one.getByRole("button", { name: "Send", exact: true }).click();
  await expect(other.locator(".on-its-way")).toContainText("too hasty");
  await one.locator(".on-its-way").getByRole("button", { name: "Undo" }).click();
  await expect(other.locator(".on-its-way")).toHaveCount(0);
  for (const page of [one, other]) await page.clock.runFor(30_000);
  // What would have gone out is behind what goes out now.
  await one.getByRole("textbox", { name: "Reply" }).fill("thought over");
  await one.getByRole("button", { name: "Send", exact: true }).click();
  await one.getByRole("button", { name: "Send now" }).click();
  await one.clock.runFor(1_000);
  await expect.poll(async () => (await work.said(id)).replies).toEqual(["thought over"]);
});

test("a reply goes out once although two tabs are open, and a draft is the same in both", async ({ work }) => {
  const agent = await work.agent("Ben");
  const { id, reference } = await work.leave("two tabs, sent");
  const [one, other] = await twice(await work.context(agent, { locale: "en" }), reference);
  await one.getByRole("textbox", { name: "Reply" }).fill("from the first");
  await expect(other.getByRole("textbox", { name: "Reply" })).toHaveValue("from the first");
  await other.getByRole("textbox", { name: "Reply" }).pressSequentially(", and the second");
  await expect(one.getByRole("textbox", { name: "Reply" })).toHaveValue("from the first, and the second");
  for (const page of [one, other]) await stopClock(page);
  await one.getByRole("button", { name: "Send", exact: true }).click();
  // What becomes of the draft is kept a moment later.
  await one.clock.runFor(1_000);
  await expect(other.getByRole("textbox", { name: "Reply" })).toHaveValue("");
  await other.locator(".on-its-way").getByRole("button", { name: "Send now" }).click();
  await other.clock.runFor(1_000);
  await expect.poll(async () => (await work.said(id)).replies).toEqual(["from the first, and the second"]);
  for (const page of [one, other]) await expect(page.locator(".on-its-way")).toHaveCount(0);
  expect((await work.said(id)).replies).toHaveLength(1);
});

test("a reply that was not taken is told of everywhere, and again by a page that comes later", async ({ work }) => {
  const agent = await work.agent("Cora");
  const { id, reference } = await work.leave("never taken");
  const page = await work.page(agent, { locale: "en" });
  await page.route("**/graphql", async (route) => {
    if (!route.request().postData()?.includes("mutation Reply")) return route.continue();
    const done = { message: null, receipt: null, conflict: null, userErrors: [{ code: "INVALID", message: "no such thing", field: null }] };
    await route.fulfill({ json: { data: { done } } });
  });
  await page.goto(`/messages/${reference}`);
  await page.getByRole("textbox", { name: "Reply" }).fill("refused");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await sendNow(page);
  await expect(page.locator(".on-its-way")).toContainText("no such thing");
  await page.goto("/inbox?order=NEWEST_FIRST");
  await expect(page.locator(".toast.bad")).toContainText("no such thing");
  await expect(rowOf(page, id)).toContainText("Not sent");
  await page.locator(".nav").getByRole("link", { name: /Not sent/ }).click();
  await expect(page.locator(".on-its-way")).toContainText("refused");
});

test("whoever signs out in one tab has sent what another one had waiting", async ({ work }) => {
  const agent = await work.agent("Dora");
  const { id, reference } = await work.leave("sign out elsewhere");
  const [one, other] = await twice(await work.context(agent, { locale: "en" }), reference);
  // Its eight seconds are not over sooner on a slow machine: it has to be the other tab that sends it.
  await stopClock(one);
  await one.getByRole("textbox", { name: "Reply" }).fill("on my way home");
  await one.getByRole("button", { name: "Send", exact: true }).click();
  await expect(other.locator(".on-its-way")).toContainText("on my way home");
  await other.getByRole("button", { name: /Dora/ }).click();
  await other.getByRole("menuitem", { name: "Sign out" }).click();
  // It hears of it some time after.
  await expect(async () => {
    await one.clock.runFor(1_000);
    await expect(one).toHaveURL(/sign-in/, { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await expect.poll(async () => (await work.said(id)).replies).toEqual(["on my way home"]);
});
