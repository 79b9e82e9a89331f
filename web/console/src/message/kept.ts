// Replies on their way, as the browser keeps them: every tab sees them, and whichever was written last counts.
import type { Outgoing } from "./outgoing";

const PREFIX = "leaveword.outbox.";

/** What a browser that keeps nothing has in this tab alone. */
const beside = new Map<string, Outgoing>();

/** The key of a reply by its name in the browser's storage; null when it is none of ours. */
export const keyOf = (name: string) => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : null);

export function keep(one: Outgoing): void {
  try {
    localStorage.setItem(PREFIX + one.key, JSON.stringify(one));
    beside.delete(one.key);
  } catch {
    beside.set(one.key, one);
  }
}

export function letGo(key: string): void {
  beside.delete(key);
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // Nothing was kept.
  }
}

export function keptOne(key: string): Outgoing | null {
  const one = beside.get(key);
  if (one) return one;
  try {
    const read = JSON.parse(localStorage.getItem(PREFIX + key) ?? "null") as Outgoing | null;
    return typeof read?.content === "string" ? read : null;
  } catch {
    return null;
  }
}

export function kept(member: string): Outgoing[] {
  const keys = new Set(beside.keys());
  try {
    for (let at = 0; at < localStorage.length; at += 1) {
      const key = keyOf(localStorage.key(at) ?? "");
      if (key) keys.add(key);
    }
  } catch {
    // What is beside is all there is.
  }
  return [...keys].flatMap((key) => keptOne(key) ?? []).filter((one) => one.member === member);
}
