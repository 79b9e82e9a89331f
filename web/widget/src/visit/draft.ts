// What a visitor has begun to write, kept over a reload.
import { newKey } from "../../../client/key";
import type { SubmitMessageInput } from "../api/generated/graphql";

export interface SentFile {
  id: string;
  name: string;
  /** A small still, as a `data:` address; none of a file that is no picture. */
  still?: string;
}

export interface Draft {
  /** Of this one message: a repeat with it is harmless. */
  key: string;
  name: string;
  contact: string;
  content: string;
  categoryId: string;
  /** Answers to the desk's own questions. */
  answers: Record<string, string>;
  /** The form that was shown when it was begun: what was answered is judged by it as well. */
  formVersion: number | null;
  relatedTo: { id: string; reference: string } | null;
  files: SentFile[];
  /** It was sent, and nobody knows yet whether it arrived. */
  pending: boolean;
  /** As it left, each time that it was another one; the desk may have one of these under the key. */
  tried: SubmitMessageInput[];
}

export function emptyDraft(name = "", contact = ""): Draft {
  const key = newKey();
  return {
    key,
    name,
    contact,
    content: "",
    categoryId: "",
    answers: {},
    formVersion: null,
    relatedTo: null,
    files: [],
    pending: false,
    tried: [],
  };
}

/** What a visitor says in it; the rest of what is sent is said by the page. */
const SAID = ["name", "contact", "categoryId", "fields", "uploadIds", "relatedTo", "content"] as const;

/** Does one say what the other says? */
export function sameSaid(one: SubmitMessageInput, other: SubmitMessageInput): boolean {
  return SAID.every((part) => JSON.stringify(one[part]) === JSON.stringify(other[part]));
}

/** More words in a message that is there already. */
export interface Addition {
  key: string;
  content: string;
  files: SentFile[];
}

export function emptyAddition(): Addition {
  return { key: newKey(), content: "", files: [] };
}
