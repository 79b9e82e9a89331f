// Whether the palette is open, what it offers, and for which messages.
import { useSyncExternalStore } from "react";
import type { Row } from "../inbox/book";

export type Mode = "all" | "assign" | "category" | "tag" | "priority";

/** Without `rows` it is about whatever the page says. */
export interface Opened {
  mode: Mode;
  rows?: readonly Row[];
}

let opened: Opened | null = null;
const listeners = new Set<() => void>();

function become(next: Opened | null): void {
  opened = next;
  for (const listener of listeners) listener();
}

export const openPalette = (mode: Mode, rows?: readonly Row[]) => become({ mode, rows });

export const closePalette = () => become(null);

export const usePalette = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => opened,
  );
