// Who is signed in here: in memory, and in the browser's storage, so that a reload signs nobody out and a sign-out in
// another tab counts here as well.
import { useSyncExternalStore } from "react";
import { listeners } from "../shell/listeners";

export interface Session {
  token: string;
  expiresAt: string;
}

const PLACE = "leaveword.session";

export function readSession(text: string | null, now = Date.now()): Session | null {
  try {
    const session = JSON.parse(text ?? "null");
    if (typeof session?.token !== "string" || !(Date.parse(session.expiresAt) > now)) return null;
    return { token: session.token, expiresAt: session.expiresAt };
  } catch {
    return null;
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(PLACE);
  } catch {
    return null;
  }
}

let current = readSession(stored());
const those = listeners();

export const session = () => current;

function become(next: Session | null): void {
  if (next?.token === current?.token) return;
  current = next;
  those.tell();
}

export function signedIn(next: Session): void {
  try {
    localStorage.setItem(PLACE, JSON.stringify(next));
  } catch {
    // Kept in memory alone.
  }
  become(next);
}

export function signedOut(): void {
  try {
    localStorage.removeItem(PLACE);
  } catch {
    // Nothing was kept.
  }
  become(null);
}

export const onSession = those.listen;

export const useSession = () => useSyncExternalStore(onSession, session);

if (typeof window !== "undefined") {
  window.addEventListener("storage", (event) => {
    // `key` is null when everything was cleared.
    if (event.key === PLACE || event.key === null) become(readSession(stored()));
  });
}
