// One message with all that was said in it, as it is now.
import { WholeDocument } from "../api/generated/graphql";
import type { Visit } from "../visit/visit";

/** Afterwards the visit has it, unless it is not there any more. */
export async function readMessage(visit: Visit, id: string): Promise<void> {
  const message = (await visit.ask(WholeDocument, { id })).visitor?.message;
  const known = visit.messages.get(id);
  // What was told meanwhile is newer than what was asked for before.
  if (message && known && Date.parse(known.lastActivityAt) > Date.parse(message.lastActivityAt)) return;
  visit.told(id, message);
}
