import { ask, Desk } from "../../browser/desk.ts";
import { expect, rowOf, test } from "./console.ts";
import { Wire } from "./wire.ts";

test("a new desk ends with a test message in the inbox and the line to embed", async ({ work }) => {
  const agent = await work.agent("Anna");
  const page = await work.page(agent, { locale: "en" });
  await page.goto("/start");
  await expect(page.locator(".copyable code").last()).toHaveText(`<script async src="${work.wire.url}/widget.js" data-lang="auto"></script>`);
  await page.getByRole("button", { name: "Send the test message" }).click();
  const done = page.getByText(/LW-\w+ has arrived/);
  await expect(done).toBeVisible();
  const reference = /LW-\w+/.exec((await done.textContent())!)![0];
  const { message } = await work.desk.ask(`query ($reference: String!) { message(reference: $reference) { id } }`, { reference });
  await page.getByRole("link", { name: "Answer it in the inbox" }).click();
  await page.getByLabel("Order", { exact: true }).selectOption("NEWEST_FIRST");
  await expect(rowOf(page, message.id)).toBeVisible();

  await page.goto("/start");
  await page.getByPlaceholder("Name").fill("Ben");
  await page.getByPlaceholder("E-mail").fill(`ben-${Date.now()}@example.com`);
  await page.getByRole("button", { name: "Invite" }).click();
  const link = await page.locator(".step", { hasText: "Invite a colleague" }).locator("code").textContent();
  const ben = await work.page(null, { locale: "en" });
  await ben.goto(link!.replace(/^https?:\/\/[^/]+/, ""));
  await ben.locator("input[name=password]").fill("a password of my own");
  await ben.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(ben.getByRole("heading", { name: "To answer" })).toBeVisible();
});

test("the administrator that the server makes, whose address no visitor can have, sends the test message as well", async ({ work }) => {
  const page = await work.page({ id: "", name: "Admin", token: work.desk.admin }, { locale: "en" });
  await page.goto("/start");
  await page.getByRole("button", { name: "Send the test message" }).click();
  await expect(page.getByText(/LW-\w+ has arrived/)).toBeVisible();
});

test("whoever comes first to an empty desk begins by setting it up", async ({ browser }) => {
  const desk = await Desk.start();
  const wire = await Wire.to(desk.url);
  const context = await browser.newContext({ locale: "en", baseURL: wire.url });
  try {
    const link = async (roleId: string) => {
      const input = { name: roleId, email: `${roleId}@example.com`, roleId };
      const { inviteMember } = await desk.ask(`mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { invitation { token } userErrors { message } } }`, { input });
      return `/sign-in#${inviteMember.invitation.token}`;
    };
    for (const [roleId, begins] of [["ADMIN", "Set up the desk"], ["AGENT", "To answer"]] as const) {
      const page = await context.newPage();
      await page.goto(await link(roleId));
      await page.locator("input[name=password]").fill("a password of my own");
      await page.getByRole("button", { name: "Set password and sign in" }).click();
      await expect(page.getByRole("heading", { name: begins, level: 1 })).toBeVisible();
      await page.close();
    }
    // What it ends with: a message, answered.
    const page = await context.newPage();
    await page.goto("/inbox");
    await expect(page.getByRole("heading", { name: "All answered" })).toBeVisible();
    await ask(desk.url, null, `mutation { submitMessage(input: { name: "L", contact: "l@example.com", content: "first" }) { userErrors { message } } }`, {});
    // Where nothing is shown nothing can jump: it comes by itself.
    await expect(page.locator(".row")).toHaveCount(1);
  } finally {
    await context.close();
    await wire.close();
    await desk.stop();
  }
});
