// Doing it: at once on the screen, then by the server, and back again when it is refused. Many at a time, four abreast.
import { Fault, ask } from "../graph/ask";
import type { DoneFragment } from "../graph/generated/graphql";
import { newKey } from "../../../client/key";
import { queries } from "../graph/queries";
import { type Row, current, finds } from "../inbox/book";
import { shownFilter } from "../inbox/reading";
import { happened, inbox } from "../inbox/store";
import { inTurn, movedOn, reached } from "../message/versions";
import { becomes, unknown } from "../told/owners";
import { say } from "../told/toasts";
import { words } from "../words/words";
import { type Command, KINDS, argumentsOf, inverse, patchOf } from "./commands";

const ABREAST = 4;

interface Refused {
  row: Row;
  why: string;
  /** May the same succeed later? */
  passes: boolean;
  stories?: string[];
}

/** What a command came to, for whoever waits for it. */
export interface Outcome {
  done: Row[];
  /** Those of them that were so before: there is nothing to take back. */
  already: Set<string>;
  refused: Refused[];
}

export async function run(command: Command, rows: readonly Row[], quiet = false): Promise<Outcome> {
  const outcome = await attempt(command, rows);
  tellOf(command, outcome, quiet);
  return outcome;
}

/** Does it and says nothing. `key`: of one message, when it may have been tried before. */
export async function attempt(command: Command, rows: readonly Row[], key?: string): Promise<Outcome> {
  const possible = rows.filter((row) => KINDS[command.name].possible(row));
  const outcome: Outcome = { done: [], already: new Set(), refused: [] };
  // All of them change on the screen before the first is asked for.
  const waiting = possible.map((row) => ({ row, key: guess(command, row, key) }));
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one; one = waiting.shift()) await each(command, one.row, one.key, outcome);
  };
  await Promise.all(Array.from({ length: ABREAST }, next));
  void queries.invalidateQueries({ queryKey: ["counts"] });
  for (const row of possible) void queries.invalidateQueries({ queryKey: ["message", row.id] });
  return outcome;
}

function guess(command: Command, row: Row, key = newKey()): string {
  const patch = patchOf(command, row);
  const filter = shownFilter();
  const found = filter ? finds(filter, { ...row, ...patch }) : true;
  // What one gives oneself is no news to oneself.
  if (patch.assignee !== undefined) becomes(row.id, patch.assignee?.id ?? null);
  const isBack = found && !inbox().ids.includes(row.id) && row.id in inbox().places;
  happened({ kind: "guess", key, id: row.id, patch, leaves: !found, returns: isBack });
  return key;
}

async function each(command: Command, row: Row, key: string, outcome: Outcome): Promise<void> {
  const { document, guarded } = KINDS[command.name];
  const once = async () => {
    const version = reached(row.id, row.version);
    const input = { messageId: row.id, idempotencyKey: key, ...(guarded && { expectedVersion: version }), ...argumentsOf(command) };
    const { done } = await ask(document, { input: input as never });
    if (done.receipt) movedOn(row.id, version, done.receipt.version);
    return done;
  };
  try {
    const done = await inTurn(row.id, once);
    const why = done.userErrors[0];
    // Whoever wanted it so has it so.
    if (why && why.code !== "ALREADY_SO") {
      undone(key, row);
      outcome.refused.push({ row, why: why.message, passes: false, stories: storiesOf(done) });
      return;
    }
    happened({ kind: "settled", key, message: done.message });
    outcome.done.push(row);
    if (why) outcome.already.add(row.id);
  } catch (fault) {
    undone(key, row);
    outcome.refused.push({ row, why: sentenceOf(fault), passes: fault instanceof Fault && fault.passes });
  }
}

function undone(key: string, row: Row): void {
  happened({ kind: "refused", key });
  unknown(row.id);
}

/** Nothing could be done: of a claim it is said who was sooner, which the screen may have learnt a moment ago. */
export function cannot(command: Command, rows: readonly Row[]): false {
  const taken = command.name === "claim" && rows.find((row) => row.assignee && row.assignee.id !== command.me.id);
  if (taken) say({ text: words().t("refused.taken", { reference: taken.reference, name: taken.assignee!.name }), tone: "bad" });
  return false;
}

export const storiesOf = (done: DoneFragment) => done.conflict?.eventsSince.map(({ story }) => story);

/** A sentence for whoever wanted something. */
export function sentenceOf(fault: unknown): string {
  const { t } = words();
  if (!(fault instanceof Fault)) return String(fault);
  if (fault.code === "UNREACHABLE") return t("fault.unreachable");
  if (fault.code === "UNAVAILABLE") return t("fault.unavailable");
  if (fault.code === "RATE_LIMITED") return t("fault.limited", { n: fault.retryAfter ?? 60 });
  if (fault.code === "FORBIDDEN") return t("fault.forbidden");
  if (fault.code === "FOREIGN") return t("fault.foreign", { address: location.origin });
  return fault.message;
}

export function tellOf(command: Command, { done, already, refused }: Outcome, quiet: boolean): void {
  const { t } = words();
  const first = refused[0];
  if (first) {
    const text = done.length + refused.length === 1
      ? t("refused.one", { reference: first.row.reference, why: first.why })
      : t("refused.many", { n: refused.length, all: done.length + refused.length, why: first.why });
    const again = refused.map(({ row }) => current(inbox(), row.id) ?? row);
    say({ text, tone: "bad", details: first.stories?.slice(0, 3), action: { label: t("again"), run: () => void run(command, again) } });
  }
  if (done.length === 0 || quiet || first) return;
  const back = done.flatMap((row) => {
    const undo = already.has(row.id) ? [] : inverse(command, row);
    return undo.length > 0 ? [{ row, undo }] : [];
  });
  const undo = () => back.forEach(({ row, undo }) => void takeBack(row, undo));
  const text = t(KINDS[command.name].done, { n: done.length, reference: done[0]!.reference, name: targetOf(command) });
  say({ text, ...(back.length > 0 && { action: { label: t("undo"), run: undo } }) });
}

/** One after the other, each of the message as it is then. */
async function takeBack(row: Row, undo: readonly Command[]): Promise<void> {
  for (const command of undo) {
    const { refused } = await run(command, [current(inbox(), row.id) ?? row], true);
    if (refused.length > 0) return;
  }
}

const targetOf = (command: Command) =>
  command.name === "assign" ? (command.member ?? command.team)?.name ?? "" : "";
