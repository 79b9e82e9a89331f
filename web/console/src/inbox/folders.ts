// The folders of the inbox, and how an address tells which list is shown.
import type { CountsQuery, MessageFilter, MessageOrder, Priority } from "../graph/generated/graphql";

export const FOLDERS = [
  "open",
  "mine",
  "unassigned",
  "overdue",
  "follow-up",
  "replied",
  "resolved",
  "closed",
  "all",
  "archive",
  "spam",
] as const;
export type Folder = (typeof FOLDERS)[number];

const PRIORITIES = ["LOW", "NORMAL", "HIGH", "URGENT"] as const satisfies readonly Priority[];
export const ORDERS = ["DUE_FIRST", "NEWEST_FIRST", "OLDEST_FIRST", "LAST_ACTIVITY"] as const satisfies readonly MessageOrder[];
/** What says it best comes first: only where something is looked for. */
export const ORDERS_OF_SEARCH = [...ORDERS, "BEST_FIRST"] as const satisfies readonly MessageOrder[];

/** What stands in the address of the inbox. */
export interface Search {
  folder?: Folder;
  q?: string;
  category?: string;
  tag?: string;
  priority?: Priority;
  assignee?: string;
  order?: MessageOrder;
  /** The message that is open beside the list. */
  m?: string;
}

const words = (value: unknown, longest: number) =>
  typeof value === "string" || typeof value === "number" ? String(value).slice(0, longest) || undefined : undefined;
const oneOf = <T>(value: unknown, all: readonly T[]) => all.find((one) => one === value);

/** Reads an address: what is not understood counts for nothing. */
export function readSearch(raw: Record<string, unknown>): Search {
  return {
    folder: oneOf(raw.folder, FOLDERS),
    q: words(raw.q, 200),
    category: words(raw.category, 50),
    tag: words(raw.tag, 50),
    priority: oneOf(raw.priority, PRIORITIES),
    assignee: words(raw.assignee, 64),
    order: oneOf(raw.order, ORDERS_OF_SEARCH),
    m: words(raw.m, 64),
  };
}

const OF_FOLDER: Record<Folder, (me: string) => MessageFilter> = {
  open: () => ({ status: ["OPEN"] }),
  mine: (me) => ({ status: ["OPEN", "FOLLOW_UP"], assigneeId: [me] }),
  unassigned: () => ({ status: ["OPEN"], unassigned: true }),
  overdue: () => ({ status: ["OPEN"], overdue: true }),
  "follow-up": () => ({ status: ["FOLLOW_UP"] }),
  replied: () => ({ status: ["REPLIED"] }),
  resolved: () => ({ status: ["RESOLVED"] }),
  closed: () => ({ status: ["CLOSED"] }),
  all: () => ({}),
  archive: () => ({ archived: true }),
  spam: () => ({ spam: true }),
};

/** A search looks for letters or digits; without one it is none. */
export const isSearch = (q: string | undefined) => /[\p{L}\p{N}]/u.test(q ?? "");

/** Does the list depend on who looks at it? */
export const isOnesOwn = ({ folder, assignee }: Search) => folder === "mine" || assignee === "me";

export function filterOf(search: Search, me: string): MessageFilter {
  const filter = { ...OF_FOLDER[search.folder ?? "open"](me) };
  if (isSearch(search.q)) filter.search = search.q;
  if (search.category) filter.categoryId = [search.category];
  if (search.tag) filter.tag = [search.tag];
  if (search.priority) filter.priority = [search.priority];
  if (search.assignee && mayAskWhose(search)) {
    if (search.assignee === NOBODY) filter.unassigned = true;
    else filter.assigneeId = [search.assignee === "me" ? me : search.assignee];
  }
  return filter;
}

/** In an address: whose nobody is. */
export const NOBODY = "nobody";

/** Some folders say already whose the messages are. */
export const mayAskWhose = ({ folder }: Search) => folder !== "mine" && folder !== "unassigned";

/** Is the list narrowed by anything but words? */
export const isNarrowed = (search: Search) => Boolean(search.category || search.tag || search.priority || (search.assignee && mayAskWhose(search)));

/** Where somebody waits, whoever waits longest comes first; elsewhere what was touched last. */
export function orderOf(search: Search): MessageOrder {
  if (search.order && (search.order !== "BEST_FIRST" || isSearch(search.q))) return search.order;
  const waits = ["open", "mine", "unassigned", "overdue"].includes(search.folder ?? "open");
  return waits ? "DUE_FIRST" : "LAST_ACTIVITY";
}

export function countOf(folder: Folder, counts: CountsQuery | undefined): number | undefined {
  if (!counts) return undefined;
  const { all, waiting, mine } = counts;
  switch (folder) {
    case "open":
      return all.open;
    case "mine":
      return mine.total;
    case "unassigned":
      return waiting.unassigned;
    case "overdue":
      return waiting.overdue;
    case "follow-up":
      return all.followUp;
    case "replied":
      return all.replied;
    case "resolved":
      return all.resolved;
    case "closed":
      return all.closed;
    case "all":
      return all.total;
    case "archive":
    case "spam":
      return undefined;
  }
}
