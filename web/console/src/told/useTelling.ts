// Being told wherever one is: the number of the title, notices, and counts that follow.
import { useEffect } from "react";
import type { HereQuery } from "../graph/generated/graphql";
import { tell } from "../graph/live";
import { useCounts, queries } from "../graph/queries";
import { happened } from "../inbox/store";
import { settings } from "../settings/settings";
import { concerns, isNews } from "./concerns";
import { beTeller, notify } from "./notices";
import { becomes } from "./owners";

const COUNT_AFTER = 400;
const MOST_ASKED = 5;
const ASKED_AFTER = 200;

export function useTelling(me: string | undefined): void {
  const open = useCounts(me).data?.all.open;
  useEffect(() => {
    document.title = open ? `(${open}) Leaveword` : "Leaveword";
  }, [open]);

  useEffect(() => {
    if (!me) return;
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
        count();
        void arrive();
      },
    });
    const rest = beTeller();
    return () => {
      stop();
      rest();
      clearTimeout(counting);
    };
  }, [me]);
}

/** Whoever is told is at the desk. The server answers before it has written that down, so it may have to be asked again. */
async function arrive(): Promise<void> {
  for (let times = 0; times < MOST_ASKED; times += 1) {
    await queries.invalidateQueries({ queryKey: ["here"] });
    const read = queries.getQueriesData<HereQuery>({ queryKey: ["here"] });
    if (read.some(([, here]) => here?.viewer?.presence === "PRESENT")) return;
    await new Promise((later) => setTimeout(later, ASKED_AFTER * 2 ** times));
  }
}
