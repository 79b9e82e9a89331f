// What is read of the desk beside the list, and for how long it counts as known.
import { QueryClient, queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useSession } from "../session/session";
import { Fault, ask } from "./ask";
import { ColleaguesDocument, type ColleaguesQuery, CountsDocument, HereDocument, HistoryDocument, OneMessageDocument, OthersDocument } from "./generated/graphql";
import { useSettings } from "../settings/settings";

const MINUTES = 60_000;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: MINUTES,
      retry: (times, why) => why instanceof Fault && why.passes && times < 4,
      retryDelay: (times, why) => (why instanceof Fault && why.retryAfter ? why.retryAfter * 1000 : 500 * 2 ** times),
    },
  },
});

/** Who is here and what the desk is. */
export const hereOf = (token: string | undefined, locale: string) =>
  queryOptions({
    queryKey: ["here", token, locale],
    queryFn: () => ask(HereDocument, {}),
    enabled: Boolean(token),
    staleTime: 5 * MINUTES,
  });

export const useHere = () => useQuery(hereOf(useSession()?.token, useSettings().locale));

export function useCounts(me: string | undefined) {
  return useQuery({
    queryKey: ["counts", me],
    queryFn: () => ask(CountsDocument, { mine: me ? [me] : [] }),
    enabled: Boolean(me),
    refetchOnWindowFocus: true,
    refetchInterval: 2 * MINUTES,
  });
}

/** So many pages of a hundred: a desk of more is none that picks people from a list. */
const MOST_PAGES = 10;

export interface Colleagues {
  members: ColleaguesQuery["members"]["nodes"];
  teams: ColleaguesQuery["teams"];
}

async function colleagues(): Promise<Colleagues> {
  const read = await ask(ColleaguesDocument, {});
  const members = [...read.members.nodes];
  let { pageInfo } = read.members;
  for (let pages = 1; pageInfo.hasNextPage && pages < MOST_PAGES; pages += 1) {
    const next = (await ask(ColleaguesDocument, { after: pageInfo.endCursor })).members;
    members.push(...next.nodes);
    pageInfo = next.pageInfo;
  }
  return { members, teams: read.teams };
}

const colleaguesOf = queryOptions({ queryKey: ["colleagues"], queryFn: colleagues });

export const useColleagues = (wanted: boolean) => useQuery({ ...colleaguesOf, enabled: wanted });

/** Who else is at the desk, asked again for as long as somebody looks. */
export function usePresent(me: string | undefined): Colleagues["members"] {
  const { data } = useQuery({ ...colleaguesOf, refetchInterval: MINUTES });
  return data?.members.filter(({ id, presence }) => presence === "PRESENT" && id !== me) ?? [];
}

const REFERENCE = /^LW-/i;

/** A message by its id or its short name. */
export function useMessage(id: string) {
  return useQuery({
    queryKey: ["message", id],
    queryFn: async () => (await ask(OneMessageDocument, REFERENCE.test(id) ? { reference: id } : { id })).message,
    // Addresses of pictures are good for ten minutes.
    refetchInterval: 8 * MINUTES,
    refetchOnWindowFocus: true,
    placeholderData: undefined,
  });
}

/** What happened to a message, as many pages of it as were asked for. */
export function useHistory(id: string, wanted: boolean) {
  return useInfiniteQuery({
    queryKey: ["history", id],
    queryFn: async ({ pageParam: after }) => (await ask(HistoryDocument, { id, after })).message?.history ?? null,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
    enabled: wanted,
  });
}

export function useOthers(visitorId: string | undefined) {
  return useQuery({
    queryKey: ["others", visitorId],
    queryFn: async () => (await ask(OthersDocument, { visitorId: visitorId! })).messages,
    enabled: Boolean(visitorId),
  });
}
