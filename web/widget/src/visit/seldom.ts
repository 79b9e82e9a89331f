// What is seldom needed to send a message: the desk has something else under its key, it was changed while it was on its way,
// the desk is pressed, or finds something wrong. Fetched when the page is idle.
import { newKey } from "../../../client/key";
import { Failure, ask } from "../api/ask";
import { SubmitDocument, type SubmitMessageInput } from "../api/generated/graphql";
import { emptyAddition, sameSaid } from "./draft";
import { drawn } from "./found";
import type { Visit } from "./visit";
import type { Outcome, UserError, Writing } from "./writing";

export { found } from "./found";

/**
 * Something is wrong with it. What the form does not show any more, nobody can mend: it is among the words from now on; or the
 * page filled it in and nobody was asked, and it is left out.
 */
export async function refused(writing: Writing, visit: Visit, input: SubmitMessageInput, errors: UserError[]): Promise<Outcome> {
  const conflict = errors.find(({ code }) => code === "CONFLICT");
  if (!visit.desk || conflict) await visit.readDesk();
  const { draft } = writing;
  const { desk } = visit;
  if (draft.key !== input.idempotencyKey) return { kind: "unknown" };
  const answers = { ...draft.answers };
  let { categoryId, content } = draft;
  const told = errors.filter((error) => {
    const [of, id = ""] = error.field ?? [];
    const said = of === "fields" && answers[id];
    if (error === conflict) return false;
    if (of === "categoryId" && error.code === "UNKNOWN") {
      categoryId = "";
      return conflict && drawn(of, desk);
    }
    if (!said || !desk || drawn(`fields.${id}`, desk)) return true;
    delete answers[id];
    if (conflict) content = `${content}\n${said}`.trim();
    return false;
  });
  writing.write({ answers, categoryId, content, tried: draft.tried.filter((each) => each !== input) });
  // The form says that it has changed; alone, that is what is wrong.
  if (!told.length && !conflict) return writing.once();
  return { kind: "errors", errors: told.length ? told : [conflict!] };
}

/** Its key is used: by what was sent before it was changed, its answer lost, or by what another page has sent. */
export async function reused(writing: Writing, visit: Visit, input: SubmitMessageInput): Promise<Outcome> {
  // The one that arrived is known by its receipt: sent as it was, it is no second one.
  for (const tried of writing.draft.tried.filter((each) => each !== input)) {
    const { receipt, visitorMessage } = (await ask(visit, SubmitDocument, { input: tried })).submitMessage;
    if (!receipt) continue;
    const { id } = receipt;
    if (visitorMessage) visit.keep(visitorMessage);
    visit.host.tell("lm:submitted", { id, reference: visitorMessage?.reference });
    const { content, pending } = writing.draft;
    if (!pending || !sameSaid(tried, { ...writing.input(), content: tried.content })) return goOn(writing, visit, id, tried);
    // Nothing but the words is new: they wait below the message that is there.
    if (content !== tried.content) visit.memory.set(`addition:${id}`, { ...emptyAddition(), content });
    return { kind: "sent", id };
  }
  rekey(writing, visit, []);
  return writing.once();
}

/** What is here is a message of its own, about the one that is there, without the pictures that are there. */
export function goOn(writing: Writing, visit: Visit, id: string, { uploadIds }: SubmitMessageInput): Outcome {
  const reference = visit.messages.get(id)?.reference;
  rekey(writing, visit, uploadIds ?? []);
  writing.write({ pending: false, relatedTo: reference ? { id, reference } : null });
  writing.earlier = true;
  return { kind: "earlier" };
}

function rekey(writing: Writing, visit: Visit, without: readonly (string | number)[]): void {
  const { draft } = writing;
  const key = newKey();
  visit.shelves?.move(draft.key, key, without);
  writing.write({ key, tried: [], files: draft.files.filter(({ id }) => !without.includes(id)) });
}

/** Once more, with what a pressed desk asks for. */
export async function proven(writing: Writing, visit: Visit): Promise<Outcome> {
  // The same may be on its way already, and have used it up.
  if (writing.proof) return { kind: "unknown" };
  const { proof } = await import("../proof/proof").catch(() => Promise.reject(new Failure("network")));
  writing.proof = await proof(visit);
  return writing.once().finally(() => (writing.proof = null));
}
