// How long the visitor may still wait, or has waited too long; of a parked message, until when it is parked.
import ClockCircleOutlined from "@ant-design/icons/es/icons/ClockCircleOutlined";
import { type PointerEvent, useSyncExternalStore } from "react";
import type { Row } from "../inbox/book";
import { useWords } from "../words/words";

const TICK = 30_000;
const SOON = 3_600_000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** One clock for all: every row has its own time, and looks at this. */
function listen(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const read = () => {
  if (!timer && Date.now() - now > TICK) now = Date.now();
  return now;
};

export const useNow = () => useSyncExternalStore(listen, read);

/** A date in full is made when somebody looks: to make one for every row takes a while. */
export const titled = (text: () => string) => (event: PointerEvent<HTMLElement>) => void (event.currentTarget.title = text());

export function DueClock({ row }: { row: Pick<Row, "dueAt" | "overdue" | "followUp" | "status"> }) {
  const { t, lasts, moment, whole } = useWords();
  const now = useNow();
  if (row.status === "FOLLOW_UP" && row.followUp) {
    const due = row.followUp.dueAt;
    return (
      <span className="due" onPointerEnter={titled(() => whole(due))}>
        <ClockCircleOutlined aria-hidden /> {moment(due)}
      </span>
    );
  }
  const due = row.dueAt;
  if (!due) return null;
  const left = Date.parse(due) - now;
  const isLate = left < 0 || row.overdue;
  const tone = isLate ? "late" : left < SOON ? "soon" : "";
  return (
    <span className={`due ${tone}`} onPointerEnter={titled(() => whole(due))}>
      <ClockCircleOutlined aria-hidden /> {isLate ? t("due.late", { time: lasts(left) }) : t("due.left", { time: lasts(left) })}
    </span>
  );
}
