// What brings a message into a list that is not read to its end. Anything else happens to what stands further down as well,
// and is no news. Pure.
import type { MessageFilter, MessageStatus } from "../graph/generated/graphql";

/** Into any list: it was in none like it before, or somebody waits anew. */
const ANY = /^Message(Submitted|Continued|Reopened|Assigned|Unassigned|Restored|Unarchived|UnmarkedAsSpam)$/;
/** Into a list of those in one state. */
const INTO: Record<string, MessageStatus> = {
  MessageReplied: "REPLIED",
  MessageResolved: "RESOLVED",
  MessageClosed: "CLOSED",
  FollowUpScheduled: "FOLLOW_UP",
  FollowUpCameDue: "OPEN",
  FollowUpCompleted: "OPEN",
};

export function brings(type: string, filter: MessageFilter = {}): boolean {
  if (type === "ReplyBecameOverdue") return filter.overdue === true;
  if (type === "MessageArchived") return filter.archived === true;
  if (type === "MessageMarkedAsSpam") return filter.spam === true;
  const among = ([] as MessageStatus[]).concat(filter.status ?? []);
  return ANY.test(type) || (among.length === 1 && among[0] === INTO[type]);
}
