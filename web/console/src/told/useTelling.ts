// Being told wherever one is: the number of the title, a sound, a notice of the system, and counts that follow.
import { useEffect } from "react";
import type { HereQuery } from "../graph/generated/graphql";
import { tell } from "../graph/live";
import { useCounts, queries } from "../graph/queries";
import { current } from "../inbox/book";
import { happened, inbox } from "../inbox/store";
import { settings } from "../settings/settings";
import { words } from "../words/words";
import { concerns } from "./concerns";
import { ring } from "./ring";

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
        const hadIt = current(inbox(), change.messageId)?.assignee?.id === me;
        if (change.message) happened({ kind: "seen", message: change.message });
        const why = concerns(change, me, settings().tell, hadIt);
        if (why && change.message) notify(why, change.message);
      },
      runs: () => {
        count();
        void arrive();
      },
    });
    return () => {
      stop();
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

function notify(why: "new" | "more" | "assigned", message: { id: string; reference: string; content: string | null; visitor: { name: string | null } }): void {
  const { t } = words();
  const { sound, desktop } = settings();
  if (sound) ring();
  if (!desktop || document.visibilityState === "visible" || !("Notification" in window) || Notification.permission !== "granted") return;
  const name = message.visitor.name ?? message.reference;
  const notice = new Notification(t(`told.${why}`, { name }), { body: message.content?.slice(0, 120) ?? "", tag: message.id });
  notice.onclick = () => {
    window.focus();
    // The router hears of addresses that are told so.
    history.pushState(null, "", `/messages/${message.id}`);
    dispatchEvent(new PopStateEvent("popstate"));
    notice.close();
  };
}
