// The list itself: only what is in sight is in the page, and nothing moves unless somebody asks for it.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useSearch } from "@tanstack/react-router";
import { type Dispatch, type SetStateAction, useEffect, useLayoutEffect, useRef } from "react";
import type { Fault } from "../graph/ask";
import { useConnection } from "../graph/live";
import { sentenceOf } from "../commands/run";
import { useMe } from "../session/rights";
import { useNavBeside } from "../shell/wide";
import { useWords } from "../words/words";
import { EmptyList } from "./EmptyList";
import { RowView } from "./RowView";
import { shown } from "./book";
import { type Choice, ranged, toggled } from "./choice";
import { filterOf } from "./folders";
import { placeIn, stands } from "./place";
import { readAnew, readMore } from "./reading";
import { inbox, useInbox } from "./store";
import { isStuck, useOutbox } from "../message/outgoing";
import { useDrafted } from "../message/useDraft";
import { useLate } from "./useLate";

const NEAR_THE_END = 12;
const LOST_AFTER = 3_000;
const SKELETON_AFTER = 200;

interface Props {
  list: string;
  choice: Choice;
  choose: Dispatch<SetStateAction<Choice>>;
  open(id: string): void;
  opened: string | undefined;
  failed: Fault | null;
}

export function List({ list, choice, choose, open, opened, failed }: Props) {
  const { t } = useWords();
  const search = useSearch({ from: "/desk/inbox" });
  const me = useMe();
  const rows = useInbox(shown);
  const book = useInbox((book) => book);
  const drafts = useDrafted(me?.id);
  const stuck = new Set(useOutbox().filter(isStuck).map(({ messageId }) => messageId));
  const dense = useNavBeside();
  // Where all are in one state, none of them says so.
  const showsStatus = filterOf(search, "").status?.length !== 1;
  const scroller = useRef<HTMLDivElement>(null);
  const isLost = useLate(useConnection() !== "connected", LOST_AFTER);
  const isSlow = useLate(!book.read && !failed, SKELETON_AFTER);
  const height = dense ? 76 : 88;

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (at) => rows[at]!.id,
    overscan: 6,
    // Rows are there with the page, before it has been measured.
    initialRect: { width: 0, height: typeof window === "undefined" ? 0 : window.innerHeight },
  });
  useEffect(() => virtual.measure(), [height]);
  useLayoutEffect(() => void (scroller.current!.scrollTop = placeIn(list).top), [list]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (book.more && last >= rows.length - NEAR_THE_END) void readMore();
  }, [last, rows.length, book.more]);

  // Where the keyboard is, is in sight and has the focus, unless somebody writes.
  useEffect(() => {
    const at = rows.findIndex(({ id }) => id === choice.cursor);
    if (at < 0) return;
    virtual.scrollToIndex(at, { align: "auto" });
    const isElsewhere = document.activeElement?.closest("textarea, input:not([type=checkbox]), select, dialog");
    if (isElsewhere) return;
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-id="${choice.cursor}"] a`)?.focus({ preventScroll: true }));
  }, [choice.cursor]);

  const anew = async () => {
    scroller.current?.scrollTo({ top: 0 });
    await readAnew();
  };

  return (
    <>
      <div aria-live="polite" className="list-says">
        {isLost && <p className="lost">{t("connection.reconnecting")}</p>}
        {book.arrived.length > 0 && (
          <button type="button" className="pill" onClick={() => void anew()}>
            {t("list.arrived", { n: book.arrived.length })}
          </button>
        )}
      </div>
      <div className="list-scroll" ref={scroller} tabIndex={-1} onScroll={({ currentTarget }) => stands(list, { top: currentTarget.scrollTop })}>
        {failed && rows.length === 0 && (
          <div className="blank" role="alert">
            <p>{sentenceOf(failed)}</p>
            <button type="button" className="link" onClick={() => void anew()}>
              {t("again")}
            </button>
          </div>
        )}
        {!book.read && isSlow && <Skeleton height={height} />}
        {book.read && rows.length === 0 && book.arrived.length === 0 && !failed && <EmptyList search={search} />}
        <ul className="list" style={{ height: virtual.getTotalSize() }} aria-label={t("inbox.messages")}>
          {items.map(({ index, start, key }) => {
            const row = rows[index]!;
            return (
              <RowView
                key={key}
                row={row}
                top={start}
                height={height}
                place={index + 1}
                size={book.total ?? rows.length}
                isCursor={choice.cursor === row.id}
                isSelected={choice.selected.has(row.id)}
                isOpen={opened === row.id}
                isGone={row.id in book.gone}
                showsStatus={showsStatus}
                hasDraft={drafts.has(row.id)}
                isStuck={stuck.has(row.id)}
                isMine={row.assignee?.id === me?.id}
                open={() => {
                  choose((so) => ({ ...so, cursor: row.id, anchor: row.id }));
                  open(row.id);
                }}
                select={(range) => {
                  const ids = shown(inbox()).map(({ id }) => id);
                  choose((so) => (range ? ranged(so, ids, row.id) : toggled(so, row.id)));
                }}
              />
            );
          })}
        </ul>
        {book.read && book.more && (
          <p className="list-more">
            <button type="button" className="link" onClick={() => void readMore(true)}>
              {t("list.more")}
            </button>
          </p>
        )}
      </div>
    </>
  );
}

function Skeleton({ height }: { height: number }) {
  return (
    <div aria-hidden className="skeleton">
      {Array.from({ length: 8 }, (_, at) => (
        <div key={at} style={{ height }}>
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}
