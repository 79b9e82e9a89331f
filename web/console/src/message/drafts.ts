// Words that are not sent yet, kept per member and message in the browser, so that no reload costs any.
import type { Named } from "./mentions";

export interface Draft {
  kind: "reply" | "note";
  reply: string;
  note: string;
  /** Pictures and files that the server has, for the reply. */
  uploads: Uploaded[];
  /** Whoever was picked while the note was written; it may not name them any more. */
  mentions: Named[];
  at: number;
}

export interface Uploaded {
  id: string;
  name: string;
}

export const BLANK: Draft = { kind: "reply", reply: "", note: "", uploads: [], mentions: [], at: 0 };

export const isBlank = ({ reply, note, uploads }: Draft) => !reply && !note && uploads.length === 0;

type Place = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const PREFIX = "leaveword.draft.";
const MOST = 200;

/** Whose draft of what it is, as `useDraft` calls it; null when it is none. */
export const draftNamed = (key: string) => (key.startsWith(PREFIX) ? key.slice(PREFIX.length) : null);

const name = (member: string, message: string) => `${PREFIX}${member}.${message}`;

export function readDraft(place: Place, member: string, message: string): Draft | null {
  try {
    const draft = JSON.parse(place.getItem(name(member, message)) ?? "null");
    if (typeof draft?.reply !== "string" || typeof draft?.note !== "string") return null;
    const uploads = Array.isArray(draft.uploads) ? draft.uploads : [];
    const mentions = Array.isArray(draft.mentions) ? draft.mentions : [];
    return { kind: draft.kind === "note" ? "note" : "reply", reply: draft.reply, note: draft.note, uploads, mentions, at: Number(draft.at) || 0 };
  } catch {
    return null;
  }
}

/** Keeps a draft; one without words is forgotten. */
export function keepDraft(place: Place, member: string, message: string, draft: Draft): void {
  const key = name(member, message);
  if (isBlank(draft)) return place.removeItem(key);
  try {
    place.setItem(key, JSON.stringify(draft));
  } catch {
    // A full place: the oldest go first, and this one is tried once more.
    thin(place, MOST / 2);
    try {
      place.setItem(key, JSON.stringify(draft));
    } catch {
      return;
    }
  }
  thin(place, MOST);
}

/** The messages that a member has drafts of. */
export function drafted(place: Place, member: string): string[] {
  const prefix = `${PREFIX}${member}.`;
  return keys(place).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
}

function keys(place: Place): string[] {
  return Array.from({ length: place.length }, (_, at) => place.key(at) ?? "").filter((key) => key.startsWith(PREFIX));
}

function thin(place: Place, most: number): void {
  const all = keys(place);
  if (all.length <= most) return;
  const age = (key: string) => {
    try {
      return Number(JSON.parse(place.getItem(key) ?? "{}").at) || 0;
    } catch {
      return 0;
    }
  };
  const oldest = all.map((key) => ({ key, at: age(key) })).sort((one, other) => one.at - other.at);
  for (const { key } of oldest.slice(0, all.length - most)) place.removeItem(key);
}
