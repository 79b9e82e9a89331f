// A page and a desk for unit tests, as far as a visit asks for them.
import { onTestFinished, vi } from "vitest";
import { Language } from "../words/language";
import { Memory } from "./memory";
import { Visit } from "./visit";

export const DESK = "https://desk.example";

type Answer = Record<string, unknown> | Error;

export interface Page {
  kept: Map<string, string>;
  /** What the desk was asked, the newest last. */
  asked: { query: string; input: any; token: string | null }[];
  /** What the host page was told. */
  told: string[];
}

/** `answer`: what the desk says to each question; an error is a network that broke off. */
export function page(answer: (query: string, input: any) => Answer | Promise<Answer>): Page {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  const target = new EventTarget();
  vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
  vi.stubGlobal("removeEventListener", target.removeEventListener.bind(target));
  vi.stubGlobal("location", { origin: "https://shop.example", pathname: "/" });
  const document = Object.assign(new EventTarget(), { hidden: false });
  vi.stubGlobal("document", document);
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("WebSocket", class {});
  const asked: Page["asked"] = [];
  vi.stubGlobal("fetch", async (_: string, { body, headers }: { body: string; headers: Record<string, string> }) => {
    const { query, variables } = JSON.parse(body);
    asked.push({ query, input: variables.input, token: headers.authorization?.slice("Bearer ".length) ?? null });
    const said = await answer(query, variables.input);
    if (said instanceof Error) throw said;
    return { status: 200, json: async () => said };
  });
  return { kept, asked, told: [] };
}

export async function visiting(page: Page, token: string | null = "lwv_1"): Promise<Visit> {
  const memory = new Memory(DESK);
  if (token) memory.set("token", token);
  const visit = new Visit(DESK, await Language.load("en"), memory, {
    changed: () => {},
    tell: (event) => {
      page.told.push(event);
      return true;
    },
    say: () => {},
    dress: () => {},
    close: () => {},
  });
  onTestFinished(() => visit.leave());
  return visit;
}

let counted = 0;
/** The answer to a message that has arrived. */
export function arrives(content: string, id = `m${++counted}`): Answer {
  const entries = [{ id: "e", at: "2026-01-01T00:00:00Z", own: true, automatic: false, author: null, content, images: [], files: [] }];
  const visitorMessage = { id, reference: `LW-${id}`, status: "AWAITING_REPLY", lastActivityAt: "", entries, fields: [] };
  return { data: { submitMessage: { receipt: { id }, visitorMessage, userErrors: [] } } };
}

export function finds(code: string, field: string[] | null = null): Answer {
  return { data: { submitMessage: { receipt: null, visitorMessage: null, userErrors: [{ code, field, message: code }] } } };
}

/** A desk that has one message for each key, as what was said in it. */
export function keepsKeys(lost: (times: number) => boolean = () => false) {
  const had = new Map<string, { said: string; answer: Answer }>();
  let times = 0;
  return {
    had,
    answer: (_query: string, { proof: _, filledInSeconds: __, website: ___, formVersion: ____, ...input }: any): Answer => {
      const said = JSON.stringify(input);
      const before = had.get(input.idempotencyKey);
      if (!before) had.set(input.idempotencyKey, { said, answer: arrives(input.content) });
      if (lost(++times)) return new TypeError("reset");
      if (before && before.said !== said) return finds("IDEMPOTENCY_KEY_REUSED");
      return had.get(input.idempotencyKey)!.answer;
    },
  };
}
