// One message in the list.
import { memo } from "react";
import { DueClock, titled } from "../message/DueClock";
import { useWords } from "../words/words";
import type { Row } from "./book";

interface Props {
  row: Row;
  top: number;
  height: number;
  place: number;
  size: number;
  isCursor: boolean;
  isSelected: boolean;
  isOpen: boolean;
  isGone: boolean;
  showsStatus: boolean;
  hasDraft: boolean;
  isStuck: boolean;
  isMine: boolean;
  open(): void;
  select(range: boolean): void;
}

/** The callbacks are made anew each time and do the same. */
const same = (one: Props, other: Props) =>
  (Object.keys(one) as (keyof Props)[]).every((key) => key === "open" || key === "select" || one[key] === other[key]);

export const RowView = memo(function RowView(props: Props) {
  const { row, top, height, place, size, isCursor, isSelected, isOpen, isGone, showsStatus, hasDraft, isStuck, isMine, open, select } = props;
  const { t, when, whole } = useWords();
  const name = row.visitor.name ?? row.visitor.contact?.value ?? t("visitor.erased");
  const marks = [isCursor && "cursor", isSelected && "selected", isOpen && "open", isGone && "gone"].filter(Boolean).join(" ");
  return (
    <li
      className={`row ${marks}`}
      style={{ transform: `translateY(${top}px)`, height }}
      data-id={row.id}
      aria-posinset={place}
      aria-setsize={size}
    >
      <label className="row-select">
        <input
          type="checkbox"
          checked={isSelected}
          aria-label={t("list.select", { reference: row.reference })}
          onChange={() => {}}
          onClick={(event) => select(event.shiftKey)}
        />
      </label>
      {/* A link of the browser's: fifty of the router's take it a while. */}
      <a
        href={`/messages/${row.id}`}
        className="row-link"
        aria-current={isOpen ? "true" : undefined}
        onClick={(event) => {
          // With a key held the browser opens it elsewhere, as any link.
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          open();
        }}
      >
        <span className="row-head">
          {row.priority === "URGENT" || row.priority === "HIGH" ? <i className={`flag ${row.priority}`} title={t(`priority.${row.priority}`)} /> : null}
          <strong>{name}</strong>
          {showsStatus && row.status !== "OPEN" && <span className={`status ${row.status}`}>{t(`status.${row.status}`)}</span>}
          {isGone && <span className="status">{t("list.gone")}</span>}
          <time dateTime={row.lastActivityAt} onPointerEnter={titled(() => whole(row.lastActivityAt))}>
            {when(row.lastActivityAt)}
          </time>
        </span>
        <span className="row-words">
          {isStuck && <em className="bad">{t("sending.stuck")}</em>}
          {hasDraft && <em>{t("draft.mark")}</em>}
          {row.content || (row.erased ? t("erased") : t("message.pictures", { n: row.images.length }))}
        </span>
        <span className="row-foot">
          <DueClock row={row} />
          {row.category && (
            <span>
              {row.category.icon} {row.category.name}
            </span>
          )}
          {row.tags.slice(0, 2).map((tag) => (
            <span key={tag}>#{tag}</span>
          ))}
          <span className="row-who">{isMine ? t("assignee.me") : (row.assignee?.name ?? row.team?.name ?? "")}</span>
        </span>
      </a>
    </li>
  );
}, same);
