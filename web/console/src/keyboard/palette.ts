// Whether the palette is open, and what it offers.
import { useSyncExternalStore } from "react";

export type Mode = "all" | "assign" | "category" | "tag" | "priority";

let mode: Mode | null = null;
const listeners = new Set<() => void>();

export function openPalette(next: Mode | null): void {
  mode = next;
  for (const listener of listeners) listener();
}

export const usePalette = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => mode,
  );
