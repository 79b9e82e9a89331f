// The desk as it is by the clock: whether somebody is there changes while the form is shown.
import { useEffect, useRef } from "preact/hooks";
import type { Desk, Visit } from "../visit/visit";

/** What is known of the desk is asked for again after this time, when it is looked at anew. */
const DESK_LASTS = 60_000;
const LONGEST = 3_600_000;

/** In how many milliseconds to ask again: when it opens or closes, by a clock that may go wrong. */
export function untilTurn({ opensAt, closesAt }: Desk["availability"], now: number): number {
  const next = Math.min(...[opensAt, closesAt].map((at) => (at ? Date.parse(at) - now : LONGEST)), LONGEST);
  return next > 0 ? Math.max(next, 1_000) : DESK_LASTS;
}

/** Reads the desk while the dialog is shown. */
export function useDesk(visit: Visit, open: boolean): void {
  const read = useRef(0);
  const { desk } = visit;
  useEffect(() => {
    if (!open) return;
    const again = () => {
      read.current = Date.now();
      void visit.readDesk();
    };
    const look = () => {
      if (!document.hidden && Date.now() - read.current >= DESK_LASTS) again();
    };
    look();
    document.addEventListener("visibilitychange", look);
    const timer = desk && setInterval(again, untilTurn(desk.availability, Date.now()));
    return () => {
      document.removeEventListener("visibilitychange", look);
      if (timer) clearInterval(timer);
    };
  }, [open, desk]);
}
