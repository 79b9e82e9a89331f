// What is said at the foot of the window, for some seconds, with one thing that can be done about it.
import { useSyncExternalStore } from "react";
import { listeners } from "../shell/listeners";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "bad";
  /** Sentences below it. */
  details?: readonly string[];
  action?: { label: string; run(): void };
  /** When it goes by itself. */
  until: number;
}

const SECONDS = { plain: 8, bad: 15 };
const MOST = 4;

let shown: readonly Toast[] = [];
let last = 0;
const those = listeners();

function become(next: readonly Toast[]): void {
  shown = next;
  those.tell();
}

export function say(toast: Omit<Toast, "id" | "until" | "tone"> & { tone?: Toast["tone"]; seconds?: number }): number {
  const id = ++last;
  const tone = toast.tone ?? "plain";
  const seconds = toast.seconds ?? SECONDS[tone];
  become([...shown, { ...toast, tone, id, until: Date.now() + seconds * 1000 }].slice(-MOST));
  setTimeout(() => unsay(id), seconds * 1000);
  return id;
}

export function unsay(id: number): void {
  if (shown.some((toast) => toast.id === id)) become(shown.filter((toast) => toast.id !== id));
}

export const toasts = () => shown;

export const useToasts = () => useSyncExternalStore(those.listen, toasts);
