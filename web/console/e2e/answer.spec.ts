import { expect, expectAccessible, rowOf, sendNow, stopClock, test } from "./console.ts";

test("keyboard alone: open, reply, next", async ({ work }) => {
  const agent = await work.agent("小明");
  const first = await work.leave("键盘一");
  const second = await work.leave("键盘二");
  const page = await work.page(agent);
  await page.goto("/inbox?q=键盘&order=OLDEST_FIRST");
  // A search that took too long is asked again after a minute.
  await expect(rowOf(page, first.id)).toBeVisible({ timeout: 90_000 });
  await expect(rowOf(page, second.id)).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article", { name: first.reference })).toBeVisible();
  await page.keyboard.press("r");
  await expect(page.getByRole("textbox", { name: "回复", exact: true })).toBeFocused();
  await page.keyboard.type("您好，今天发货。");
  await page.keyboard.press("Control+Enter");
  await page.keyboard.press("j");
  await expect(page.getByRole("article", { name: second.reference })).toBeVisible();
  await expect.poll(async () => (await work.said(first.id)).replies, { timeout: 60_000 }).toEqual(["您好，今天发货。"]);
});

test("R in the list opens the message with the caret in the reply", async ({ work }) => {
  const agent = await work.agent("Ada");
  const { id, reference } = await work.leave("answer me at once");
  for (const width of [1440, 900]) {
    const page = await work.page(agent, { locale: "en", width });
    await page.goto("/inbox?order=NEWEST_FIRST");
    await expect(rowOf(page, id)).toBeVisible();
    await page.keyboard.press("j");
    await page.keyboard.press("r");
    await expect(page.getByRole("article", { name: reference })).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Reply", exact: true })).toBeFocused();
  }
});

test("a reply taken back within eight seconds is a draft again, and was never sent", async ({ work }) => {
  const agent = await work.agent("Anna");
  const { id, reference } = await work.leave("take it back");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  const field = page.getByRole("textbox", { name: "Reply" });
  await expect(field).toBeVisible();
  await stopClock(page);
  await field.fill("too hasty");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByText(/Goes out in \d s/)).toBeVisible();
  await page.keyboard.press("z");
  await expect(field).toHaveValue("too hasty");
  await page.clock.resume();
  await page.reload();
  await expect(field).toHaveValue("too hasty");
  expect((await work.said(id)).replies).toEqual([]);
});

test("whoever leaves the page has sent it", async ({ work }) => {
  const agent = await work.agent("Cora");
  const { id, reference } = await work.leave("leave at once");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  const field = page.getByRole("textbox", { name: "Reply" });
  await expect(field).toBeVisible();
  await stopClock(page);
  await field.fill("on my way out");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByText(/Goes out in \d s/)).toBeVisible();
  await page.goto("/health");
  await expect.poll(async () => (await work.said(id)).replies).toEqual(["on my way out"]);
});

test("resolving opens the next, and Z brings it back where it stood", async ({ work }) => {
  const agent = await work.agent("Dora");
  const first = await work.leave("zulu one");
  const second = await work.leave("zulu two");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/inbox?order=OLDEST_FIRST&m=${first.id}`);
  await expect(page.getByRole("article", { name: first.reference })).toBeVisible();
  const { version: before } = await work.said(first.id);
  await page.keyboard.press("e");
  await expect(page.getByRole("article", { name: second.reference })).toBeVisible();
  await expect(rowOf(page, first.id)).toHaveCount(0);
  // Said for eight seconds, once the server has it.
  await expect(page.locator(".toast-action")).toBeVisible();
  await page.keyboard.press("z");
  await expect(rowOf(page, first.id)).toBeVisible();
  const since = async () => {
    const { status, version } = await work.said(first.id);
    return version >= before + 2 && status;
  };
  await expect.poll(since).toBe("OPEN");
});

test("many at once: select a range, resolve, and all of it", async ({ work }) => {
  const agent = await work.agent("Emil");
  const left = [];
  for (const name of ["bulk a", "bulk b", "bulk c"]) left.push(await work.leave(name));
  const page = await work.page(agent, { locale: "en" });
  await page.goto("/inbox?q=bulk&order=OLDEST_FIRST");
  await expect(rowOf(page, left[2]!.id)).toBeVisible({ timeout: 90_000 });
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+J");
  await page.keyboard.press("Shift+J");
  await expect(page.getByText("3 selected")).toBeVisible();
  await page.getByRole("toolbar").getByRole("button", { name: "Resolve" }).click();
  // For some seconds.
  await expect(page.getByText("3 messages resolved")).toBeVisible();
  for (const { id } of left) await expect.poll(async () => (await work.said(id)).status).toBe("RESOLVED");
});

test("claiming and then resolving, or two replies at once, are no conflict with oneself", async ({ work }) => {
  const agent = await work.agent("Egon");
  const claimed = await work.leave("claimed and resolved");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${claimed.reference}`);
  await expect(page.getByRole("article", { name: claimed.reference })).toBeVisible();
  await page.keyboard.press("c");
  await page.keyboard.press("e");
  await expect.poll(async () => (await work.said(claimed.id)).status).toBe("RESOLVED");
  expect((await work.said(claimed.id)).assignee?.name).toBe("Egon");

  const { id, reference } = await work.leave("two replies");
  await page.goto(`/messages/${reference}`);
  const field = page.getByRole("textbox", { name: "Reply" });
  for (const words of ["first", "second"]) {
    await field.fill(words);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(field).toHaveValue("");
  }
  await expect.poll(async () => (await work.said(id)).replies, { timeout: 60_000 }).toEqual(["first", "second"]);
});

test("a note whose answer is lost is kept once, and what is typed meanwhile stays", async ({ work }) => {
  const agent = await work.agent("Emma");
  const { id, reference } = await work.leave("lost note");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  let answer = () => {};
  let asked = 0;
  await page.route("**/graphql", async (route) => {
    if (!route.request().postData()?.includes("mutation AddNote")) return route.continue();
    asked += 1;
    if (asked > 1) {
      await new Promise<void>((go) => (answer = go));
      return route.continue();
    }
    await route.fetch();
    await route.abort();
  });
  await expect(page.getByRole("article", { name: reference })).toBeVisible();
  await page.keyboard.press("n");
  const field = page.getByRole("textbox", { name: "Note" });
  await field.fill("she called");
  await field.press("Control+Enter");
  await expect(page.locator(".toast.bad")).toBeVisible();
  await field.press("Control+Enter");
  await expect.poll(() => asked).toBe(2);
  await field.press("End");
  await field.pressSequentially(" and wrote");
  answer();
  await expect(field).toHaveValue("and wrote");
  expect((await work.said(id)).notes).toEqual(["she called"]);
});

test("the palette gives a message to somebody by the sounds of their name, and leaves an input method alone", async ({ work }) => {
  const agent = await work.agent("Fritz");
  await work.agent("欧阳锋");
  const { id, reference } = await work.leave("who takes it?");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  await expect(page.getByRole("article", { name: reference })).toBeVisible();
  await page.keyboard.press("a");
  const field = page.getByRole("combobox");
  await expect(page.getByRole("option", { name: /欧阳锋/ })).toBeVisible();
  await field.fill("oyf");
  await expect(page.getByRole("option")).toHaveCount(1);
  // The Enter that chooses a word of an input method is none of ours.
  await field.dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await field.dispatchEvent("keydown", { key: "Enter", keyCode: 229 });
  await expect(field).toBeVisible();
  await field.press("Enter");
  await expect.poll(async () => (await work.said(id)).assignee?.name).toBe("欧阳锋");
  await expect(page.locator(".properties")).toContainText("欧阳锋");
});

test("a note stays inside, and a follow-up parks in one tap", async ({ work }) => {
  const agent = await work.agent("Gerd");
  const { id, reference } = await work.leave("park me");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  await expect(page.getByRole("article", { name: reference })).toBeVisible();
  const field = page.getByRole("textbox", { name: "Note" });
  await page.keyboard.press("n");
  await expect(field).toBeFocused();
  await page.keyboard.type("she called twice");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".entry.note")).toContainText("she called twice");
  expect((await work.said(id)).notes).toEqual(["she called twice"]);
  await expect(field).not.toBeFocused();
  await page.keyboard.press("f");
  await page.getByRole("button", { name: /Tomorrow morning/ }).click();
  await expect.poll(async () => (await work.said(id)).status).toBe("FOLLOW_UP");
});

test("what happened since is told, and nothing is sent, until one says so", async ({ work, desk }) => {
  const agent = await work.agent("Hanna");
  const { id, reference } = await work.leave("conflict");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  await page.getByRole("textbox", { name: "Reply" }).fill("as I saw it");
  // The page does not hear of what happens next, as on a bad network.
  await page.route("**/graphql", async (route) => {
    if (route.request().postData()?.includes("query OneMessage")) return route.abort();
    await route.continue();
  });
  await desk.ask(`mutation ($id: ID!) { addNote(input: { messageId: $id, content: "wait" }) { userErrors { message } } }`, { id });
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await sendNow(page);
  await expect(page.getByText("Not sent: something happened since you read it.")).toBeVisible();
  await expect(page.locator(".since li")).toHaveCount(1);
  expect((await work.said(id)).replies).toEqual([]);
  await page.getByRole("button", { name: "Send anyway" }).click();
  await expect.poll(async () => (await work.said(id)).replies).toEqual(["as I saw it"]);
});

test("a note mentions a colleague by the sounds of their name, and an address mentions nobody", async ({ work, desk }) => {
  const agent = await work.agent("Ida");
  const nuo = await work.agent("诸葛诺");
  const { id, reference } = await work.leave("ask somebody");
  const page = await work.page(agent, { locale: "en" });
  await page.goto(`/messages/${reference}`);
  await expect(page.getByRole("article", { name: reference })).toBeVisible();
  await page.keyboard.press("n");
  const field = page.getByRole("textbox", { name: "Note" });
  const options = page.getByRole("option");
  await field.pressSequentially("write to me@zgn");
  await expect(options).toHaveCount(0);
  await field.fill("");
  await field.pressSequentially("请@zgn");
  await expect(options).toHaveText(["诸葛诺"]);
  await expectAccessible(page);
  // What an input method does with Enter is its own.
  await field.dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await expect(options).toHaveCount(1);
  await field.press("Enter");
  await expect(field).toHaveValue("请@诸葛诺 ");
  await field.pressSequentially("看一下");
  await expect(page.getByText("Mentions 诸葛诺")).toBeVisible();
  // The draft knows whom it mentions after a reload as well.
  await page.reload();
  await expect(page.getByText("Mentions 诸葛诺")).toBeVisible();
  await field.focus();
  await field.press("Control+Enter");
  await expect(page.locator(".entry.note")).toContainText("@诸葛诺");
  const { message } = await desk.ask(`query ($id: ID!) { message(id: $id) { entries { ... on Note { content mentions { id } } } } }`, { id });
  expect(message.entries.at(-1)).toEqual({ content: "请@诸葛诺 看一下", mentions: [{ id: nuo.id }] });
});
