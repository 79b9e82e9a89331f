// What a visitor has begun to write, kept over a reload.

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
  relatedTo: { id: string; reference: string } | null;
  files: SentFile[];
  /** It was sent, and nobody knows yet whether it arrived. */
  pending: boolean;
}

export function emptyDraft(name = "", contact = ""): Draft {
  const key = newKey();
  return { key, name, contact, content: "", categoryId: "", answers: {}, relatedTo: null, files: [], pending: false };
}

/** `crypto.randomUUID` is not there on a page without https. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, "$1-$2-4$3-8$4-$5");
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
