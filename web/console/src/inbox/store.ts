// The inbox of this tab.
import { useSyncExternalStore } from "react";
import { type Event, applyEvent } from "./apply";
import { type Book, EMPTY } from "./book";
import { listeners } from "../shell/listeners";

let book: Book = EMPTY;
const those = listeners();

export const inbox = () => book;

export function happened(event: Event): void {
  const next = applyEvent(book, event);
  if (next === book) return;
  book = next;
  those.tell();
}

/** With the session everything that was read is gone. */
export function forget(): void {
  book = EMPTY;
  those.tell();
}

export function useInbox<T>(of: (book: Book) => T): T {
  return useSyncExternalStore(those.listen, () => of(book));
}
