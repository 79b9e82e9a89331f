// Replies on their way: each waits eight seconds for second thoughts, is kept in the browser until the server has it,
// and is sent again under the same key for as long as the network is gone, so that it arrives once.
import { useSyncExternalStore } from "react";
import { Fault, ask } from "../graph/ask";
import { type DoneFragment, ReplyDocument } from "../graph/generated/graphql";
import { newKey } from "../graph/key";
import { queries } from "../graph/queries";
import { happened } from "../inbox/store";
import { session } from "../session/session";
import type { Uploaded } from "./drafts";

export const SECOND_THOUGHTS = 8_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
const PREFIX = "leaveword.outbox.";

export interface Outgoing {
  key: string;
  member: string;
  messageId: string;
  content: string;
  uploads: Uploaded[];
  /** What was on the screen when it was written. */
  version: number | null;
  sendAt: number;
  state: "waits" | "sends" | "retries" | "conflict" | "refused";
  /** Resolve the message once it is sent. */
  resolves: boolean;
  why?: string;
  conflict?: DoneFragment["conflict"];
}

let outbox: readonly Outgoing[] = [];
const listeners = new Set<() => void>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const waits = new Map<string, number>();
/** What happens with a reply once it has arrived. */
let then: { arrived(sent: Outgoing, done: DoneFragment): void; refused(one: Outgoing): void } | undefined;

export const onAnswer = (does: typeof then) => void (then = does);

function become(next: readonly Outgoing[]): void {
  const gone = outbox.filter(({ key }) => !next.some((one) => one.key === key));
  outbox = next;
  try {
    for (const { key } of gone) localStorage.removeItem(PREFIX + key);
    for (const one of next) localStorage.setItem(PREFIX + one.key, JSON.stringify(one));
  } catch {
    // Kept in memory alone.
  }
  for (const listener of listeners) listener();
}

const change = (key: string, some: Partial<Outgoing>) =>
  become(outbox.map((one) => (one.key === key ? { ...one, ...some } : one)));

export function send(reply: Omit<Outgoing, "key" | "sendAt" | "state">, now = Date.now()): string {
  const key = newKey();
  become([...outbox, { ...reply, key, sendAt: now + SECOND_THOUGHTS, state: "waits" }]);
  schedule(key, SECOND_THOUGHTS);
  return key;
}

function schedule(key: string, wait: number): void {
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(() => void deliver(key), wait));
}

/** Takes a reply back, unless it is under way; what it said is answered, so that it can be a draft again. */
export function takeBack(key: string): Outgoing | null {
  const one = outbox.find((other) => other.key === key);
  if (!one || one.state === "sends") return null;
  clearTimeout(timers.get(key));
  timers.delete(key);
  become(outbox.filter((other) => other.key !== key));
  return one;
}

/** Sends at once; `anyway` also when the message has moved on meanwhile. */
export function sendNow(key: string, anyway = false): void {
  if (!anyway) return schedule(key, 0);
  // Another key: under the old one it stays refused.
  const again = newKey();
  become(
    outbox.map((one) =>
      one.key === key ? { ...one, key: again, version: null, state: "waits", why: undefined, conflict: null } : one,
    ),
  );
  schedule(again, 0);
}

/** Something else that was done here has moved a message on, and nothing else has: that is no conflict. */
export function movedOn(messageId: string, from: number, to: number): void {
  if (to !== from + 1) return;
  for (const one of outbox) {
    if (one.messageId === messageId && one.version === from) change(one.key, { version: to });
  }
}

async function deliver(key: string, keepalive = false): Promise<void> {
  const one = outbox.find((other) => other.key === key);
  if (!one || one.state === "sends" || !session()) return;
  change(key, { state: "sends" });
  const { messageId, content, uploads, version } = one;
  const uploadIds = uploads.map(({ id }) => id);
  const input = { messageId, content, uploadIds, idempotencyKey: key, expectedVersion: version };
  try {
    const { done } = await ask(ReplyDocument, { input }, { keepalive });
    const why = done.userErrors[0];
    if (why) {
      const state = done.conflict ? "conflict" : "refused";
      return refuse(key, { state, why: why.message, conflict: done.conflict });
    }
    waits.delete(key);
    if (done.message) happened({ kind: "seen", message: done.message });
    await queries.invalidateQueries({ queryKey: ["message", messageId] });
    become(outbox.filter((other) => other.key !== key));
    then?.arrived(one, done);
  } catch (fault) {
    if (fault instanceof Fault && !fault.passes) return refuse(key, { state: "refused", why: fault.message });
    const wait = waits.get(key) ?? FIRST_WAIT;
    waits.set(key, Math.min(wait * 2, LONGEST_WAIT));
    change(key, { state: "retries" });
    schedule(key, wait);
  }
}

function refuse(key: string, why: Partial<Outgoing>): void {
  change(key, why);
  const one = outbox.find((other) => other.key === key);
  if (one) then?.refused(one);
}

/** Whoever leaves has had their second thoughts; what then does not arrive goes out the next time. */
export async function leave(): Promise<void> {
  await Promise.all(outbox.filter(({ state }) => state === "waits").map(({ key }) => deliver(key, true)));
}

/** With the session nothing goes out any more; what was not sent stays in the browser for whoever wrote it. */
export function rest(): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  outbox = [];
  for (const listener of listeners) listener();
}

function kept(): Outgoing[] {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    const all = keys.map((key) => JSON.parse(localStorage.getItem(key) ?? "null") as Outgoing | null);
    return all.filter((one) => one !== null).filter((one) => typeof one.content === "string");
  } catch {
    return [];
  }
}

/** Goes on with what an earlier page has left, of this member alone. */
export function resume(member: string): void {
  outbox = kept().filter((one) => one.member === member);
  for (const one of outbox) {
    if (one.state === "sends") change(one.key, { state: "retries" });
    if (one.state !== "conflict" && one.state !== "refused") schedule(one.key, Math.max(0, one.sendAt - Date.now()));
  }
  for (const listener of listeners) listener();
}

if (typeof window !== "undefined") {
  window.addEventListener("pagehide", () => void leave());
  window.addEventListener("online", () => outbox.forEach(({ key, state }) => state === "retries" && schedule(key, 0)));
}

export const useOutbox = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => outbox,
  );
