// The one way in which the inbox changes: by what the server tells, and by what was done here before it answers.
import type { MessageFilter } from "../graph/generated/graphql";
import { type Book, EMPTY, type Row, newer } from "./book";
import { brings } from "./brings";

export type Event =
  /** Another list is shown. */
  | { kind: "opened"; list: string }
  /**
   * A page was read. `replace`: it is the first; `more`: it comes after what is there; `heal`: it is the first, read
   * again behind what is shown, because something may have been missed.
   */
  | { kind: "page"; list: string; as: "replace" | "more" | "heal"; rows: readonly Row[]; cursor: string | null; more: boolean; total: number | null }
  /** The list's own stream: the message, or null when the list, which `filter` makes, does not find it any more. */
  | { kind: "told"; list: string; filter?: MessageFilter; type: string; messageId: string; message: Row | null }
  /** A message was seen elsewhere. */
  | { kind: "seen"; message: Row }
  /** Something is done here. `leaves`: the list finds it no more; `returns`: it finds it again. */
  | { kind: "guess"; key: string; id: string; patch: Partial<Row>; leaves: boolean; returns?: boolean }
  /** The server did it; the message as it is then, when it told. */
  | { kind: "settled"; key: string; message: Row | null }
  /** It did not. */
  | { kind: "refused"; key: string };

/** So many messages are known beside those of the list. */
const MOST_BESIDE = 500;

export function applyEvent(book: Book, event: Event): Book {
  switch (event.kind) {
    case "opened":
      // What is known of messages stays known, so that one that is open does not flicker.
      return event.list === book.list ? book : { ...EMPTY, list: event.list, rows: book.rows, guesses: book.guesses };
    case "page":
      return event.list === book.list ? page(book, event) : book;
    case "told":
      return event.list === book.list ? told(book, event) : book;
    case "seen":
      return know(book, [event.message]);
    case "guess": {
      const { key, id, patch, leaves, returns } = event;
      const returned = Boolean(returns) && !book.ids.includes(id);
      const guessing = { ...book, guesses: [...book.guesses, { key, id, patch, leaves, returned }] };
      return returned ? comesBack(guessing, id) : guessing;
    }
    case "settled": {
      const guess = book.guesses.find(({ key }) => key === event.key);
      const settled = know(without(book, event.key), event.message ? [event.message] : []);
      return guess?.leaves ? leaves(settled, guess.id) : settled;
    }
    case "refused": {
      const guess = book.guesses.find(({ key }) => key === event.key);
      const refused = without(book, event.key);
      return guess?.returned ? leaves(refused, guess.id) : refused;
    }
  }
}

function know(book: Book, messages: readonly Row[]): Book {
  if (messages.length === 0) return book;
  const rows = { ...book.rows };
  for (const message of messages) rows[message.id] = newer(rows[message.id], message);
  return thin({ ...book, rows }, messages);
}

/** A day's stream tells of more messages than anybody looks at: of those that are in no list only so many are kept. */
function thin(book: Book, told: readonly Row[]): Book {
  const { rows, ids, arrived, guesses } = book;
  if (Object.keys(rows).length <= ids.length + arrived.length + MOST_BESIDE) return book;
  const kept = new Set([...ids, ...arrived, ...guesses.map(({ id }) => id), ...told.map(({ id }) => id)]);
  return { ...book, rows: Object.fromEntries(Object.entries(rows).filter(([id]) => kept.has(id))) };
}

function page(book: Book, event: Extract<Event, { kind: "page" }>): Book {
  const known = know(book, event.rows);
  const ids = event.rows.map(({ id }) => id);
  const { cursor, more, total } = event;
  if (event.as === "replace" || !book.read) {
    return { ...known, ids, arrived: [], gone: {}, places: {}, cursor, more, total, read: true };
  }
  const there = new Set([...book.ids, ...(event.as === "heal" ? book.arrived : [])]);
  const fresh = ids.filter((id) => !there.has(id));
  // Where nothing is shown nothing can jump.
  if (event.as === "heal" && book.ids.length === 0) return { ...known, ids, arrived: [], gone: {}, cursor, more, total };
  if (event.as === "heal") return { ...known, arrived: [...book.arrived, ...fresh], gone: goneBy(book, ids, more), total };
  const arrived = book.arrived.filter((id) => !fresh.includes(id));
  return { ...known, ids: [...book.ids, ...fresh], arrived, cursor, more, total };
}

/**
 * Which of those that are shown are gone, as the first page says: as far down as it goes, or all that it lacks when it is the
 * last. It ends where its last row is shown; one from further down may have come to its top.
 */
function goneBy(book: Book, ids: readonly string[], more: boolean): Book["gone"] {
  const found = new Set(ids);
  const shown = new Map(book.ids.map((id, at) => [id, at]));
  const edge = ids.findLast((id) => shown.has(id));
  const until = more ? shown.get(edge ?? "") ?? 0 : book.ids.length;
  const gone = book.ids.filter((id, at) => !found.has(id) && (at < until || id in book.gone));
  return Object.fromEntries(gone.map((id) => [id, true] as const));
}

/** As many more or fewer are in the list. */
const counted = (book: Book, by: number): Book => (book.total === null ? book : { ...book, total: Math.max(0, book.total + by) });

function told(book: Book, { messageId: id, message, type, filter }: Extract<Event, { kind: "told" }>): Book {
  const there = book.ids.includes(id);
  if (!message) {
    if (there) return id in book.gone ? book : counted({ ...book, gone: { ...book.gone, [id]: true } }, -1);
    if (!book.arrived.includes(id)) return book;
    return counted({ ...book, arrived: book.arrived.filter((other) => other !== id) }, -1);
  }
  // Told late, of what has gone on since.
  if (message.version < (book.rows[id]?.version ?? 0)) return book;
  const known = know(book, [message]);
  if (there) {
    const { [id]: wasGone, ...gone } = book.gone;
    return wasGone ? counted({ ...known, gone }, 1) : known;
  }
  if (!book.read || book.arrived.includes(id) || (book.more && !brings(type, filter))) return known;
  if (book.ids.length === 0) return counted({ ...known, ids: [id] }, 1);
  return counted({ ...known, arrived: [...book.arrived, id] }, 1);
}

function leaves(book: Book, id: string): Book {
  const place = book.ids.indexOf(id);
  if (place < 0) return book;
  const { [id]: wasGone, ...gone } = book.gone;
  const left = { ...book, gone, ids: book.ids.filter((other) => other !== id), places: { ...book.places, [id]: place } };
  return wasGone ? left : counted(left, -1);
}

function comesBack(book: Book, id: string): Book {
  if (book.ids.includes(id) || !book.rows[id]) return book;
  const ids = [...book.ids];
  ids.splice(book.places[id] ?? 0, 0, id);
  const arrived = book.arrived.filter((other) => other !== id);
  return counted({ ...book, ids, arrived }, 1);
}

function without(book: Book, key: string): Book {
  return { ...book, guesses: book.guesses.filter((guess) => guess.key !== key) };
}
