// Being told wherever one is: the number of the title, notices, and counts that follow.
import { useLocation } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { lookAgain } from "../graph/again";
import type { HereQuery } from "../graph/generated/graphql";
import { tell } from "../graph/live";
import { useCounts, queries } from "../graph/queries";
import { happened, useInbox } from "../inbox/store";
import { whenIdle } from "../shell/idle";
import { settings } from "../settings/settings";
import { concerns, isNews } from "./concerns";
import { beTeller, notify } from "./notices";
import { becomes } from "./owners";

/** A list that cannot be read is not waited for any longer. */
const LIST_AT_MOST = 10_000;
const COUNT_AFTER = 400;
/** Counts that are as old as this one reads again. */
const OLD = 5_000;

export function useTelling(me: string | undefined): void {
  const open = useCounts(me).data?.all.open;
  useEffect(() => {
    document.title = open ? `(${open}) Leaveword` : "Leaveword";
  }, [open]);

  // A list that is shown comes first.
  const pathname = useLocation({ select: ({ pathname }) => pathname });
  const isRead = useInbox(({ read }) => read);
  const [begins, begin] = useState(false);
  useEffect(() => {
    if (!me || begins) return;
    if (isRead || pathname !== "/inbox") return whenIdle(() => begin(true));
    const anyway = setTimeout(() => begin(true), LIST_AT_MOST);
    return () => clearTimeout(anyway);
  }, [me, isRead, begins, pathname]);

  useEffect(() => {
    if (!me || !begins) return;
    let counting: ReturnType<typeof setTimeout> | undefined;
    const count = () => {
      counting ??= setTimeout(() => {
        counting = undefined;
        void queries.invalidateQueries({ queryKey: ["counts"] });
      }, COUNT_AFTER);
    };
    const stop = tell({
      told: (change) => {
        count();
        if (change.message) happened({ kind: "seen", message: change.message });
        const hadIt = change.message && becomes(change.messageId, change.message.assignee?.id ?? null) === me;
        const why = concerns(change, me, settings().tell, Boolean(hadIt));
        if (why && change.message && isNews(why, change.message)) notify(why, change.message);
      },
      runs: () => {
        // They have just been read with the page.
        if (Date.now() - (queries.getQueryState(["counts", me])?.dataUpdatedAt ?? 0) > OLD) count();
        void arrive();
      },
    });
    const rest = beTeller();
    return () => {
      stop();
      rest();
      clearTimeout(counting);
    };
  }, [me, begins]);
}

/** Whoever is told is at the desk. The server answers before it has written that down, so it may have to be asked again. */
const arrive = () =>
  lookAgain(async () => {
    await queries.invalidateQueries({ queryKey: ["here"] });
    const read = queries.getQueriesData<HereQuery>({ queryKey: ["here"] });
    return read.some(([, here]) => here?.viewer?.presence === "PRESENT");
  });
