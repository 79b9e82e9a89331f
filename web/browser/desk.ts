// A desk of its own for the tests: the real binary on a fresh folder, with its administrator signed in.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

const STARTS_WITHIN = 120_000;

interface Answer {
  data?: Record<string, any> | null;
  errors?: { message: string }[];
}

export class Desk {
  private constructor(
    readonly url: string,
    readonly admin: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** `origins`: whose pages may ask, beside its own. `more`: what else it is told. */
  static async start(origins: string[] = [], more: Record<string, string> = {}): Promise<Desk> {
    const binary = process.env.LEAVEWORD_TEST_BINARY;
    if (!binary) throw new Error("say where the server's binary is: LEAVEWORD_TEST_BINARY=…/target/debug/leaveword");
    const folder = await mkdtemp(join(tmpdir(), "leaveword-browser-"));
    const env = {
      ...process.env,
      LEAVEWORD_DATA_DIR: join(folder, "data"),
      LEAVEWORD_LISTEN: "127.0.0.1:0",
      LEAVEWORD_ALLOWED_ORIGINS: origins.join(","),
      // Every test comes from one address.
      LEAVEWORD_LIMIT_SUBMITS_PER_MINUTE: "0",
      LEAVEWORD_LIMIT_SIGN_INS_PER_MINUTE: "0",
      LEAVEWORD_LIMIT_COST_PER_MINUTE: "0",
      LEAVEWORD_LOG: "error",
      ...more,
    };
    const child = spawn(binary, ["serve"], { env, stdio: ["ignore", "pipe", "inherit"] });
    const { url, link } = await welcome(child);
    const { redeemSignInLink } = await ask(url, null, REDEEM, { token: link });
    return new Desk(url, redeemSignInLink.token, child, folder, env);
  }

  /** Asks as the administrator. What is refused is an error, so that no test goes on without what it set up. */
  ask(query: string, variables: Record<string, unknown> = {}): Promise<Record<string, any>> {
    return ask(this.url, this.admin, query, variables);
  }

  /** The secret by which a host says who somebody is. */
  async identitySecret(): Promise<string> {
    const { stdout } = await run(process.env.LEAVEWORD_TEST_BINARY!, ["identity-secret"], { env: this.env });
    return stdout.trim().split("\n").at(-1)!.trim();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, "exit");
      this.child.kill("SIGTERM");
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

const REDEEM = `mutation ($token: String!) {
  redeemSignInLink(input: { token: $token, newPassword: "a long enough password" }) { token userErrors { code message } }
}`;

/** Reads what a started server prints until it has said where it is and how to sign in. */
async function welcome(child: ChildProcess): Promise<{ url: string; link: string }> {
  const late = setTimeout(() => child.kill("SIGKILL"), STARTS_WITHIN);
  let said = "";
  let url: string | undefined;
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      said += `${line}\n`;
      url ??= /listens on (\S+)/.exec(line)?.[1];
      const link = /\/sign-in#(\S+)/.exec(line)?.[1];
      if (url && link) {
        child.stdout!.resume();
        return { url, link };
      }
    }
  } finally {
    clearTimeout(late);
  }
  throw new Error(`the server ended before it was ready; it had said:\n${said}`);
}

export async function ask(
  url: string,
  token: string | null,
  query: string,
  variables: Record<string, unknown>,
): Promise<Record<string, any>> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(60_000),
  });
  const { data, errors } = (await response.json()) as Answer;
  if (errors || !data) throw new Error(`refused: ${JSON.stringify(errors)}\n${query}`);
  for (const payload of Object.values(data)) {
    // Set up as it is to be already: nothing is missing.
    const wrong = payload?.userErrors?.filter(({ code }: { code: string }) => code !== "ALREADY_SO") ?? [];
    if (wrong.length) throw new Error(`refused: ${JSON.stringify(wrong)}\n${query}`);
  }
  return data;
}
