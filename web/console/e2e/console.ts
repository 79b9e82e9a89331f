// The test of every specification of the console: a desk, the wire to it, and agents who are signed in.
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expect, test as base } from "../../browser/fixtures.ts";
import { ask, type Desk } from "../../browser/desk.ts";
import { Wire } from "./wire.ts";

export interface Agent {
  id: string;
  name: string;
  token: string;
}

interface Looks {
  width?: number;
  height?: number;
  locale?: "zh-CN" | "en";
  theme?: "light" | "dark";
}

const INVITE = `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { receipt { id } invitation { token } userErrors { message } } }`;
const ACCEPT = `mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { token userErrors { message } } }`;
const SUBMIT = `mutation ($input: SubmitMessageInput!) { submitMessage(input: $input) { receipt { id } visitorToken visitorMessage { reference } userErrors { message } } }`;
const SAID = `query ($id: ID!) { message(id: $id) { status version assignee { name } entries { __typename ... on Reply { automatic content } ... on Note { content } } } }`;

export const PASSWORD = "correct horse battery";
let counted = 0;

/** What a test does with a desk. */
export class Work {
  constructor(
    readonly desk: Desk,
    readonly wire: Wire,
    private readonly browser: Browser,
    private readonly contexts: BrowserContext[],
  ) {}

  async agent(name: string, roleId = "ADMIN"): Promise<Agent & { email: string }> {
    const email = `agent-${process.pid}-${(counted += 1)}@example.com`;
    const { inviteMember } = await this.desk.ask(INVITE, { input: { name, email, roleId } });
    const { acceptInvitation } = await ask(this.desk.url, null, ACCEPT, { input: { token: inviteMember.invitation.token, newPassword: PASSWORD } });
    return { id: inviteMember.receipt.id, name, email, token: acceptInvitation.token };
  }

  async leave(content: string, name = "李雷"): Promise<{ id: string; reference: string; token: string }> {
    const { submitMessage } = await ask(this.desk.url, null, SUBMIT, { input: { name, contact: "lilei@example.com", content } });
    const { id } = submitMessage.receipt;
    // A busy desk answers before the message is where it is read.
    let reference: string | undefined = submitMessage.visitorMessage?.reference;
    const look = async () => (reference ??= (await this.desk.ask("query ($id: ID!) { message(id: $id) { reference } }", { id })).message?.reference);
    await expect.poll(look).toBeTruthy();
    return { id, reference: reference!, token: submitMessage.visitorToken };
  }

  async said(id: string): Promise<{ status: string; version: number; assignee: { name: string } | null; replies: string[]; notes: string[] }> {
    const { message } = await this.desk.ask(SAID, { id });
    const of = (kind: string) => message.entries.filter((entry: any) => entry.__typename === kind && !entry.automatic).map((entry: any) => entry.content);
    return { ...message, replies: of("Reply"), notes: of("Note") };
  }

  /** A browser of its own, in which somebody is signed in; nobody when there is no agent. */
  async context(agent: Agent | null, { width = 1440, height = 900, locale = "zh-CN", theme = "light" }: Looks = {}): Promise<BrowserContext> {
    const isPhone = width < 500;
    const context = await this.browser.newContext({ viewport: { width, height }, locale, colorScheme: theme, hasTouch: isPhone, isMobile: isPhone, baseURL: this.wire.url, reducedMotion: "reduce" });
    this.contexts.push(context);
    if (agent) {
      await context.addInitScript((token) => {
        // Once: whoever signs out stays so over a reload.
        if (sessionStorage.getItem("test.signed-in")) return;
        sessionStorage.setItem("test.signed-in", "yes");
        localStorage.setItem("leaveword.session", JSON.stringify({ token, expiresAt: "2099-01-01T00:00:00Z" }));
      }, agent.token);
    }
    return context;
  }

  async page(agent: Agent | null, looks?: Looks): Promise<Page> {
    return (await this.context(agent, looks)).newPage();
  }
}

export const test = base.extend<{ work: Work }, { wire: Wire }>({
  wire: [
    async ({ desk }, use) => {
      const wire = await Wire.to(desk.url);
      await use(wire);
      await wire.close();
    },
    { scope: "worker" },
  ],
  work: async ({ desk, wire, browser }, use) => {
    const contexts: BrowserContext[] = [];
    await use(new Work(desk, wire, browser, contexts));
    wire.mend();
    for (const context of contexts) await context.close();
  },
});

export { expect, expectAccessible } from "../../browser/fixtures.ts";

/** The page's clock stands still from now on: on a slow machine nothing is over sooner than a test is done with it. */
export async function stopClock(page: Page): Promise<void> {
  await page.clock.install();
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 60_000));
}

/** Sends a reply before its eight seconds are over. When they are, it has gone by itself, and there is nothing to press. */
export async function sendNow(page: Page): Promise<void> {
  await page.locator(".on-its-way").getByRole("button", { name: /^(Send now|立即发送)$/ }).click({ timeout: 10_000 }).catch(() => {});
}

/** The row of a message in the list. */
export const rowOf = (page: Page, id: string) => page.locator(`.row[data-id="${id}"]`);
