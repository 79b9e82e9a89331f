import { expect, rowOf, sendNow, test } from "./console.ts";

test("the network is cut and comes back, and nothing is lost or doubled", async ({ work, wire }) => {
  const agent = await work.agent("Anna");
  const first = await work.leave("before the cut");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/inbox?order=NEWEST_FIRST&m=${first.id}`);
  await expect(page.getByRole("article", { name: first.reference })).toBeVisible();
  await expect(page.getByText("At the desk")).toBeVisible();
  // Told once, so that there is a place to go on after.
  const heard = await work.leave("heard");
  await page.getByRole("button", { name: "1 new message" }).click();
  await expect(rowOf(page, heard.id)).toHaveCount(1);

  wire.cut();
  await page.getByRole("textbox", { name: "Reply" }).fill("written without a network");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await sendNow(page);
  await expect(page.getByText("Waiting for the network; it is sent once.")).toBeVisible();
  const missed = [];
  for (let n = 0; n < 5; n += 1) missed.push(await work.leave(`missed ${n}`));
  await expect(page.getByText(/The connection is lost/)).toBeVisible();

  wire.mend();
  await expect(page.getByRole("button", { name: "5 new messages" })).toBeVisible({ timeout: 60_000 });
  await expect.poll(async () => (await work.said(first.id)).replies, { timeout: 60_000 }).toEqual(["written without a network"]);
  await expect(page.getByText(/The connection is lost/)).toHaveCount(0);
  await page.getByRole("button", { name: "5 new messages" }).click();
  for (const { id } of missed) await expect(rowOf(page, id)).toHaveCount(1);
  // And live again.
  await work.leave("after the cut");
  await expect(page.getByRole("button", { name: "1 new message" })).toBeVisible();
  expect((await work.said(first.id)).replies).toEqual(["written without a network"]);
});

test("what colleagues did while the connection was lost is seen, although nothing had been told before", async ({ work, wire, desk }) => {
  const agent = await work.agent("Dora");
  const stays = await work.leave("lunch: stays");
  const goes = await work.leave("lunch: answered by a colleague");
  const pages = [await work.page(agent, { locale: "en" }), await work.page(agent, { locale: "en" })];
  // A list, and one with words.
  await pages[0]!.goto("/inbox?order=NEWEST_FIRST");
  await pages[1]!.goto("/inbox?order=NEWEST_FIRST&q=lunch");
  for (const page of pages) {
    await expect(rowOf(page, goes.id)).toBeVisible({ timeout: 90_000 });
    await expect(page.getByText("At the desk")).toBeVisible();
  }
  wire.cut();
  for (const page of pages) await expect(page.getByText(/The connection is lost/)).toBeVisible();
  await desk.ask(`mutation ($id: ID!) { resolveMessage(input: { messageId: $id }) { userErrors { message } } }`, { id: goes.id });
  wire.mend();
  for (const page of pages) {
    await expect(page.locator(`.row.gone[data-id="${goes.id}"]`)).toBeVisible({ timeout: 60_000 });
    await expect(page.locator(`.row.gone[data-id="${stays.id}"]`)).toHaveCount(0);
  }
});

test("an answer that is lost on its way back is not sent twice", async ({ work }) => {
  const agent = await work.agent("Ben");
  const { id, reference } = await work.leave("lost answer");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  let lost = 0;
  await page.route("**/graphql", async (route) => {
    if (!route.request().postData()?.includes("mutation Reply") || lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    await route.abort();
  });
  await page.getByRole("textbox", { name: "Reply" }).fill("once");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await sendNow(page);
  await expect(page.locator(".on-its-way")).toHaveCount(0, { timeout: 60_000 });
  expect(lost).toBe(1);
  await expect.poll(async () => (await work.said(id)).replies).toEqual(["once"]);
  await expect(page.locator(".entry.reply")).toHaveCount(1);
});
