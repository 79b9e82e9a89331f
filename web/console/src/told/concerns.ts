// Whom a change concerns: whoever is told of everything that is new, or of what is theirs. Pure.
import type { Told } from "../graph/live";

/** `hadIt`: it was theirs before, so that they have it is no news. */
export function concerns(change: Told, me: string, tell: "all" | "mine", hadIt: boolean): "new" | "more" | "assigned" | null {
  const { type, message } = change;
  if (!message) return null;
  const mine = message.assignee?.id === me;
  if (type === "MessageSubmitted") return tell === "all" || mine ? "new" : null;
  if (type === "MessageContinued") return mine || (tell === "all" && !message.assignee) ? "more" : null;
  if (type === "MessageAssigned") return mine && !hadIt ? "assigned" : null;
  return null;
}

const NEWS_FOR = 60_000;

/** A stream that goes on after a night tells all of it: what visitors wrote then is no news. Of what is given nobody says when. */
export const isNews = (why: "new" | "more" | "assigned", message: { lastActivityAt: string }, now = Date.now()) =>
  why === "assigned" || now - Date.parse(message.lastActivityAt) < NEWS_FOR;
