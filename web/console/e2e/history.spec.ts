import { expect, test } from "./console.ts";

test("the history goes on beyond its first hundred events, and says how far it is told", async ({ work, desk }) => {
  const agent = await work.agent("Anna");
  const { id, reference } = await work.leave("a long story");
  // Each tag is an event of its own: with the first one 231.
  for (let n = 0; n < 115; n += 1) {
    await desk.ask(`mutation ($id: ID!) { on: tagMessage(input: { messageId: $id, add: ["complaint"] }) { userErrors { message } } off: tagMessage(input: { messageId: $id, remove: ["complaint"] }) { userErrors { message } } }`, { id });
  }
  const { message } = await desk.ask(`query ($id: ID!) { message(id: $id) { history(first: 1) { totalCount } } }`, { id });
  const all = message.history.totalCount;
  expect(all).toBeGreaterThan(200);
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  await page.locator(".history summary").click();
  const events = page.locator(".history li");
  const told = page.locator(".history [role=status]");
  const more = page.locator(".history").getByRole("button", { name: "Show more" });
  await expect(events).toHaveCount(100);
  await expect(told).toHaveText(`The first 100 of ${all}.`);
  await more.click();
  await expect(events).toHaveCount(200);
  await expect(told).toHaveText(`The first 200 of ${all}.`);
  await more.click();
  await expect(events).toHaveCount(all);
  await expect(more).toHaveCount(0);
  await expect(told).toHaveCount(0);
  // In the order of the log.
  const times = await events.locator("time").evaluateAll((times) => times.map((time) => time.getAttribute("datetime")!));
  expect(times).toEqual(times.toSorted());
  // What happens meanwhile comes at its end.
  await desk.ask(`mutation ($id: ID!) { prioritizeMessage(input: { messageId: $id, priority: URGENT }) { userErrors { message } } }`, { id });
  await expect(events).toHaveCount(all + 1);
});
