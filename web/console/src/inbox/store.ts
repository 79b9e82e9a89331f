// The inbox of this tab.
import { useSyncExternalStore } from "react";
import { type Event, applyEvent } from "./apply";
import { type Book, EMPTY } from "./book";

let book: Book = EMPTY;
const listeners = new Set<() => void>();

export const inbox = () => book;

export function happened(event: Event): void {
  const next = applyEvent(book, event);
  if (next === book) return;
  book = next;
  for (const listener of listeners) listener();
}

/** With the session everything that was read is gone. */
export function forget(): void {
  book = EMPTY;
  for (const listener of listeners) listener();
}

const listen = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function useInbox<T>(of: (book: Book) => T): T {
  return useSyncExternalStore(listen, () => of(book));
}
