// How long the visitor may still wait, or has waited too long; of a parked message, until when it is parked.
import ClockCircleOutlined from "@ant-design/icons/es/icons/ClockCircleOutlined";
import { useEffect, useState } from "react";
import type { Row } from "../inbox/book";
import { useWords } from "../words/words";

const TICK = 30_000;
const SOON = 3_600_000;

export function useNow(): number {
  const [now, is] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => is(Date.now()), TICK);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function DueClock({ row }: { row: Pick<Row, "dueAt" | "overdue" | "followUp" | "status"> }) {
  const { t, lasts, moment, whole } = useWords();
  const now = useNow();
  if (row.status === "FOLLOW_UP" && row.followUp) {
    return (
      <span className="due" title={whole(row.followUp.dueAt)}>
        <ClockCircleOutlined aria-hidden /> {moment(row.followUp.dueAt)}
      </span>
    );
  }
  if (!row.dueAt) return null;
  const left = Date.parse(row.dueAt) - now;
  const isLate = left < 0 || row.overdue;
  const tone = isLate ? "late" : left < SOON ? "soon" : "";
  return (
    <span className={`due ${tone}`} title={whole(row.dueAt)}>
      <ClockCircleOutlined aria-hidden /> {isLate ? t("due.late", { time: lasts(left) }) : t("due.left", { time: lasts(left) })}
    </span>
  );
}
