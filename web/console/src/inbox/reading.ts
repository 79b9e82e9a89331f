// Reading the list that is shown: its pages, its stream, and what may have been missed.
import { useEffect } from "react";
import { Fault, ask } from "../graph/ask";
import { type MessageFilter, type MessageOrder, PageDocument, type PageQuery } from "../graph/generated/graphql";
import { tell } from "../graph/live";
import { type Search, filterOf, isOnesOwn, orderOf } from "./folders";
import { session } from "../session/session";
import { whenIdle } from "../shell/idle";
import { happened, inbox } from "./store";

/** Few at first, so that they are there soon; then as many as the server gives. */
const FIRST = 50;
const MORE = 100;
const HEAL_EVERY = 60_000;
/** Of a page that was read a moment ago, only what can have come to its top since. */
const TOP = 10;
const MOMENT = 5_000;
/** A search is asked again when something has changed, and not more often. */
const SEARCH_AGAIN = 1_500;

interface Shown {
  list: string;
  filter: MessageFilter;
  order: MessageOrder;
}

let now: Shown | null = null;
let failed: Fault | null = null;
/** Pages are read one after the other, so that none is read behind a cursor that is not there any more. */
let last: Promise<unknown> = Promise.resolve();
let isReadingMore = false;
let readAt = 0;
/** Says what became of reading the list that is shown. */
let says: (go: Promise<void>) => Promise<void> = (go) => go;

/** The first page of the list that is shown first: it is asked for, and known, while the page itself is being put up. */
let early: { list: string; token: string | undefined; known: Promise<boolean> } | null = null;

export const listOf = (filter: MessageFilter, order: MessageOrder) => JSON.stringify([filter, order]);

/** Begins with a list of which the address tells everything; whoever shows the list takes it over. */
export function readEarly(search: Search): void {
  if (isOnesOwn(search)) return;
  const [filter, order] = [filterOf(search, ""), orderOf(search)];
  const list = listOf(filter, order);
  const token = session()?.token;
  const begin = async () => {
    const { messages } = await ask(PageDocument, { filter, order, first: FIRST, after: null });
    // A page of a search may be empty although there are more.
    if (messages.nodes.length === 0 && messages.pageInfo.hasNextPage) return false;
    if (token !== session()?.token) return false;
    // Another list is shown by now.
    if (now && now.list !== list) return false;
    happened({ kind: "opened", list });
    happened(pageOf(list, "replace", messages));
    readAt = Date.now();
    return true;
  };
  // What went wrong is found again by whoever takes it over, and said there.
  early = { list, token, known: begin().catch(() => false) };
}

/** Reads what a list begins with, unless that is under way. */
async function begin(list: string): Promise<void> {
  const taken = early?.list === list && early.token === session()?.token ? early.known : null;
  early = null;
  if (taken && (await taken)) return;
  // Whoever comes back finds it as it was, and what has happened since.
  await read(inbox().read ? "heal" : "replace");
}

const pageOf = (list: string, as: "replace" | "more" | "heal", { nodes, pageInfo, totalCount }: PageQuery["messages"]) =>
  ({ kind: "page", list, as, rows: nodes, cursor: pageInfo.endCursor, more: pageInfo.hasNextPage, total: totalCount }) as const;

/** What finds the list that is shown, as far as a message tells by itself. */
export const shownFilter = () => now?.filter ?? null;

function read(as: "replace" | "more" | "heal"): Promise<void> {
  const shown = now;
  const turn = last.then(() => (shown && shown === now ? page(shown, as) : undefined));
  last = turn.catch(() => {});
  return turn;
}

async function page(shown: Shown, as: "replace" | "more" | "heal"): Promise<void> {
  const { list, filter, order } = shown;
  let how = as;
  let after = as === "more" ? inbox().cursor : null;
  try {
    for (;;) {
      const first = as === "more" ? MORE : as === "heal" && Date.now() - readAt < MOMENT ? TOP : FIRST;
      const { messages } = await ask(PageDocument, { filter, order, first, after });
      if (shown !== now) return;
      const { nodes, pageInfo } = messages;
      happened(pageOf(list, how, messages));
      if (as !== "more") readAt = Date.now();
      failed = null;
      // A page of a search may be empty although there are more.
      if (nodes.length > 0 || !pageInfo.hasNextPage) return;
      after = pageInfo.endCursor;
      how = as === "heal" ? "heal" : "more";
    }
  } catch (fault) {
    if (shown === now && as !== "heal") failed = fault as Fault;
    throw fault;
  }
}

/** The next page, unless it is being read; one that could not be read is tried again by hand. */
export async function readMore(byHand = false): Promise<void> {
  if (byHand) failed = null;
  if (isReadingMore || !inbox().more || failed) return;
  isReadingMore = true;
  try {
    await read("more");
  } catch {
    // `failed` says it, and whoever scrolls finds the button.
  } finally {
    isReadingMore = false;
  }
}

export const readAnew = () => says(read("replace"));

/** Keeps a list read as long as it is shown. */
export function useReading(shown: Shown, isFailed: (fault: Fault | null) => void): void {
  const { list } = shown;
  useEffect(() => {
    now = shown;
    failed = null;
    happened({ kind: "opened", list });
    const say = (go: Promise<void>) =>
      go.then(
        () => void (now?.list === list && isFailed(null)),
        (fault) => void (now?.list === list && isFailed(fault)),
      );
    says = say;
    const heal = () => void (inbox().read ? read("heal").catch(() => {}) : say(read("replace")));
    let over = false;
    let again: ReturnType<typeof setTimeout> | undefined;
    const { search, ...found } = shown.filter;
    let stop = () => {};
    const listen = () => {
      stop = tell({
        filter: search ? undefined : found,
        told: ({ type, messageId, message }) => {
          if (!search) return happened({ kind: "told", list, filter: found, type, messageId, message });
          if (message) happened({ kind: "seen", message });
          again ??= setTimeout(() => {
            again = undefined;
            heal();
          }, SEARCH_AGAIN);
        },
        // What happened between the first reading and the stream is in a second one.
        runs: (goesOn) => !goesOn && heal(),
      });
    };
    // The list comes first.
    void say(begin(list)).finally(() => {
      if (!over) stop = whenIdle(listen);
    });
    const timer = setInterval(heal, HEAL_EVERY);
    const seen = () => document.visibilityState === "visible" && heal();
    document.addEventListener("visibilitychange", seen);
    return () => {
      over = true;
      stop();
      clearInterval(timer);
      clearTimeout(again);
      document.removeEventListener("visibilitychange", seen);
    };
    // The list's name tells filter and order.
  }, [list]);
}
