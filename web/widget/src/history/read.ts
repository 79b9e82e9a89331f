// One message with all that was said in it, as it is now.
import { WholeDocument } from "../api/generated/graphql";
import type { Visit } from "../visit/visit";

/** Afterwards the visit has it, unless it is not there any more. What was told meanwhile is newer than what was asked for before. */
export async function readMessage(visit: Visit, id: string): Promise<void> {
  /** The message, or whether the list has it. */
  const known = () => visit.messages.get(id) ?? Boolean(visit.rows?.some((row) => row.id === id));
  const before = known();
  const message = (await visit.ask(WholeDocument, { id })).visitor?.message;
  const now = known();
  const isNewer = now && message && (now === true || Date.parse(message.lastActivityAt) > Date.parse(now.lastActivityAt));
  if (now === before || isNewer) visit.told(id, message);
}
