// Replies on their way: each waits eight seconds for second thoughts, is kept in the browser until the server has it,
// and is sent again under the same key for as long as the network is gone, so that it arrives once. Every tab shows all of
// them; the one in which a reply was written sends it, and another one only when that is not there any more.
import { attempt, sentenceOf, tellOf } from "../commands/run";
import { Fault, ask } from "../graph/ask";
import { OneMessageDocument, ReplyDocument } from "../graph/generated/graphql";
import { newKey } from "../../../client/key";
import { queries } from "../graph/queries";
import { type Row, current } from "../inbox/book";
import { happened, inbox } from "../inbox/store";
import { session } from "../session/session";
import { say } from "../told/toasts";
import { kept, keptOne, keyOf, letGo } from "./kept";
import { type Outgoing, canTakeBack, change, find, isRefused, outbox, put, show, showOne } from "./outgoing";
import { live, living, tab } from "./tabs";
import { inTurn, movedOn, onMoved, reached } from "./versions";

export const SECOND_THOUGHTS = 8_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
const LOOKS_EVERY = 2_000;

/** Whose replies these are. */
let member: string | null = null;
let looking: ReturnType<typeof setInterval> | undefined;
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const waits = new Map<string, number>();
const underWay = new Set<string>();
const sent = new Set<string>();
/** Whoever is to hear that a reply was not taken. */
let refused: ((one: Outgoing) => void) | undefined;

export const onRefused = (does: typeof refused) => void (refused = does);

function unschedule(key: string): void {
  clearTimeout(timers.get(key));
  timers.delete(key);
}

function unshow(key: string): void {
  unschedule(key);
  waits.delete(key);
  if (find(key)) show(outbox().filter((one) => one.key !== key));
}

function drop(key: string): void {
  letGo(key);
  unshow(key);
}

export function send(reply: Omit<Outgoing, "key" | "sendAt" | "state" | "owner">, now = Date.now()): string {
  const key = newKey();
  put({ ...reply, key, owner: tab, sendAt: now + SECOND_THOUGHTS, state: "waits" });
  schedule(key, SECOND_THOUGHTS);
  return key;
}

function schedule(key: string, wait: number): void {
  clearTimeout(timers.get(key));
  const go = () => {
    timers.delete(key);
    void (find(key)?.state === "resolves" ? resolve(key) : deliver(key));
  };
  timers.set(key, setTimeout(go, wait));
}

/** Takes a reply back, and answers it, so that what it said can be a draft again; or why that cannot be done. */
export function takeBack(key: string): Outgoing | "sent" | "gone" {
  // As it is kept: another tab may have been sooner.
  const one = keptOne(key);
  if (!one) {
    unshow(key);
    return sent.has(key) ? "sent" : "gone";
  }
  if (underWay.has(key) || !canTakeBack(one)) return "sent";
  drop(key);
  return one;
}

/** Sends at once; `anyway` also when the message has moved on meanwhile. */
export function sendNow(key: string, anyway = false): void {
  const one = find(key);
  if (!one) return;
  if (anyway) {
    // Another key: under the old one it stays refused.
    drop(key);
    const again = { ...one, key: newKey(), owner: tab, version: null, state: "waits", why: undefined, conflict: null } as const;
    put(again);
    return schedule(again.key, 0);
  }
  change(key, { owner: tab });
  schedule(key, 0);
}

onMoved((messageId, from, to) => {
  for (const one of outbox()) {
    if (one.messageId === messageId && one.version === from && one.owner === tab) change(one.key, { version: to });
  }
});

async function deliver(key: string, keepalive = false, inOrder = !keepalive): Promise<void> {
  const one = find(key);
  if (!one || underWay.has(key) || !session()) return;
  // Taken back or sent elsewhere.
  if (!keptOne(key)) return unshow(key);
  underWay.add(key);
  change(key, { state: "sends" });
  const { messageId, content, uploads } = one;
  const uploadIds = uploads.map(({ id }) => id);
  const reply = async () => {
    const from = find(key)?.version ?? one.version;
    const version = from === null ? null : reached(messageId, from);
    const input = { messageId, content, uploadIds, idempotencyKey: key, expectedVersion: version };
    const { done } = await ask(ReplyDocument, { input }, { keepalive });
    if (done.receipt && version !== null) movedOn(messageId, version, done.receipt.version);
    return done;
  };
  try {
    // A page that is left cannot wait for its turn.
    const done = await (inOrder ? inTurn(messageId, reply) : reply());
    const why = done.userErrors[0];
    if (why) {
      const state = done.conflict ? "conflict" : "refused";
      return refuse(key, { state, why: why.message, conflict: done.conflict });
    }
    waits.delete(key);
    sent.add(key);
    if (one.resolves) change(key, { state: "resolves", version: done.receipt?.version ?? null, resolveKey: newKey() });
    if (done.message) happened({ kind: "seen", message: done.message });
    await queries.invalidateQueries({ queryKey: ["message", messageId] });
    if (!one.resolves) return drop(key);
    schedule(key, 0);
  } catch (fault) {
    if (fault instanceof Fault && !fault.passes) return refuse(key, { state: "refused", why: fault.message });
    change(key, { state: "retries" });
    later(key);
  } finally {
    underWay.delete(key);
  }
}

/** The reply is there; the message is resolved as of it, however long that takes to be known. */
async function resolve(key: string): Promise<void> {
  const one = find(key);
  if (!one || underWay.has(key) || !session()) return;
  underWay.add(key);
  try {
    const known: Row | null = current(inbox(), one.messageId) ?? (await ask(OneMessageDocument, { id: one.messageId })).message;
    if (!known) return drop(key);
    const command = { name: "resolve" } as const;
    const outcome = await attempt(command, [{ ...known, version: one.version ?? known.version }], one.resolveKey);
    if (outcome.refused.some(({ passes }) => passes)) return later(key);
    drop(key);
    tellOf(command, outcome, true);
  } catch (fault) {
    if (fault instanceof Fault && fault.passes) return later(key);
    drop(key);
    say({ text: sentenceOf(fault), tone: "bad" });
  } finally {
    underWay.delete(key);
  }
}

function later(key: string): void {
  const wait = waits.get(key) ?? FIRST_WAIT;
  waits.set(key, Math.min(wait * 2, LONGEST_WAIT));
  if (find(key)) schedule(key, wait);
}

function refuse(key: string, why: Partial<Outgoing>): void {
  change(key, why);
  const one = find(key);
  if (one) refused?.(one);
}

/** Whoever leaves has had their second thoughts; what then does not arrive goes out the next time. */
export async function leave(): Promise<void> {
  await Promise.all(outbox().filter(({ state, owner }) => state === "waits" && owner === tab).map(({ key }) => deliver(key, true)));
}

/** Whoever signs out does so in every tab: what any of them has not sent yet goes out. */
export async function leaveAll(): Promise<void> {
  await Promise.all(outbox().filter((one) => !isRefused(one) && one.state !== "resolves").map(({ key }) => deliver(key, true, true)));
}

/** With the session nothing goes out any more; what was not sent stays in the browser for whoever wrote it. */
export function rest(): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  clearInterval(looking);
  looking = undefined;
  member = null;
  show([]);
}

/** Goes on with what earlier pages have left, of this member alone. */
export function resume(who: string): void {
  const known = new Set(outbox().map(({ key }) => key));
  member = who;
  live();
  show(kept(who));
  for (const one of outbox()) {
    if (isRefused(one) && !known.has(one.key)) refused?.(one);
    // Whoever signed out and in again in this tab.
    if (one.owner === tab && !isRefused(one) && !timers.has(one.key) && !underWay.has(one.key)) takeUp(one);
  }
  looking ??= setInterval(() => void takeOver(), LOOKS_EVERY);
  void takeOver();
}

/** What the tab that is to send it cannot send any more, this one sends. */
async function takeOver(): Promise<void> {
  const others = outbox().filter((one) => one.owner !== tab && !isRefused(one));
  if (others.length === 0) return;
  const lives = await living();
  for (const { key, owner } of others) {
    const one = keptOne(key);
    if (!one || one.member !== member || lives(one.owner) || one.owner !== owner) continue;
    takeUp(one);
  }
}

function takeUp(one: Outgoing): void {
  put({ ...one, owner: tab, state: one.state === "sends" ? "retries" : one.state });
  schedule(one.key, Math.max(0, one.sendAt - Date.now()));
}

/** Another tab has changed what is kept; `name` is null when all of it was cleared. */
function changed(name: string | null): void {
  if (!member) return;
  for (const key of name === null ? outbox().map(({ key }) => key) : [keyOf(name)]) {
    if (key === null) continue;
    const one = keptOne(key);
    if (!one) {
      unshow(key);
      continue;
    }
    if (one.member !== member) continue;
    if (one.owner !== tab) unschedule(key);
    showOne(one);
  }
}

if (typeof window !== "undefined") {
  window.addEventListener("pagehide", () => void leave());
  // A phone stops the clocks of a page that is out of sight, and may end it without a word.
  window.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && matchMedia("(pointer: coarse)").matches) void leave();
  });
  window.addEventListener("online", () => outbox().forEach(({ key, state, owner }) => owner === tab && (state === "retries" || state === "resolves") && schedule(key, 0)));
  window.addEventListener("storage", ({ key }) => changed(key));
}
