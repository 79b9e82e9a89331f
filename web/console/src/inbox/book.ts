// What the inbox knows: the list that is shown, the messages in it as the server told them last, and what was done here
// and is not answered yet. Pure; `apply.ts` says how it changes.
import type { MessageFilter, RowFragment } from "../graph/generated/graphql";

export type Row = RowFragment;

/** Something that was done here and that the server has not answered yet. */
export interface Guess {
  key: string;
  id: string;
  patch: Partial<Row>;
  /** The list does not find the message any more after it. */
  leaves: boolean;
  /** It was put back into the list for it. */
  returned?: boolean;
}

export interface Book {
  /** Which list is shown. */
  list: string;
  /** What was told of each message last. */
  rows: Readonly<Record<string, Row>>;
  /** The list, in order. */
  ids: readonly string[];
  /** Found by the list, and not shown yet: nothing moves under somebody's hand. */
  arrived: readonly string[];
  /** Shown, although the list does not find them any more. */
  gone: Readonly<Record<string, true>>;
  /** Where those stood that left by what was done here, for whoever takes it back. */
  places: Readonly<Record<string, number>>;
  guesses: readonly Guess[];
  cursor: string | null;
  more: boolean;
  total: number | null;
  /** Has the first page been read? */
  read: boolean;
}

export const EMPTY: Book = {
  list: "",
  rows: {},
  ids: [],
  arrived: [],
  gone: {},
  places: {},
  guesses: [],
  cursor: null,
  more: false,
  total: null,
  read: false,
};

/** A message as it is with what was done here. */
export function current(book: Book, id: string): Row | undefined {
  const row = book.rows[id];
  return row && guessed(row, book.guesses);
}

export function guessed<T extends Row>(row: T, guesses: readonly Guess[]): T {
  const mine = guesses.filter((guess) => guess.id === row.id);
  return mine.reduce<T>((so, { patch }) => ({ ...so, ...patch }), row);
}

/** Whatever is newer of two tellings of a message, and of the same version the later one. */
export function newer<T extends Row>(known: T | undefined, told: Row): T {
  if (!known) return told as T;
  if (told.version < known.version) return known;
  // Of what only one of them knows (a page of the message), nothing is lost.
  return { ...known, ...told, visitor: { ...known.visitor, ...told.visitor } };
}

const lists = new WeakMap<Book, readonly Row[]>();

/** The list as it is shown. */
export function shown(book: Book): readonly Row[] {
  const known = lists.get(book);
  if (known) return known;
  const leaving = new Set(book.guesses.filter((guess) => guess.leaves).map((guess) => guess.id));
  const rows = book.ids.filter((id) => !leaving.has(id)).flatMap((id) => current(book, id) ?? []);
  lists.set(book, rows);
  return rows;
}

/** Does a list find a message? As far as a message tells by itself; what a search finds only the server can tell. */
export function finds(filter: MessageFilter, row: Row): boolean {
  const among = <T>(wanted: readonly T[] | T | null | undefined, is: (one: T) => boolean) =>
    wanted == null || ([] as T[]).concat(wanted as T[]).some(is);
  return (
    !row.deleted &&
    row.spam === (filter.spam ?? false) &&
    row.archived === (filter.archived ?? false) &&
    among(filter.status, (one) => one === row.status) &&
    among(filter.priority, (one) => one === row.priority) &&
    among(filter.categoryId, (one) => one === row.category?.id) &&
    among(filter.tag, (one) => row.tags.includes(one)) &&
    among(filter.assigneeId, (one) => one === row.assignee?.id) &&
    among(filter.teamId, (one) => one === row.team?.id) &&
    (filter.unassigned == null || filter.unassigned === (!row.assignee && !row.team)) &&
    (filter.overdue == null || filter.overdue === row.overdue)
  );
}
