// Which messages are about to be parked.
import { useSyncExternalStore } from "react";
import type { Row } from "../inbox/book";

let about: readonly Row[] | null = null;
const listeners = new Set<() => void>();

export function openFollowUp(rows: readonly Row[] | null): void {
  about = rows;
  for (const listener of listeners) listener();
}

export const useFollowUp = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => about,
  );
