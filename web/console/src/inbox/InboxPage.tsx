// The inbox: the list, and beside it the message that is open.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Fault } from "../graph/ask";
import { openPalette } from "../keyboard/palette";
import { useKeys } from "../keyboard/useKeys";
import { compose, goneTo } from "../message/compose";
import { openFollowUp } from "../message/followUp";
import { openedRow } from "../message/opened";
import { cannot, run } from "../commands/run";
import { type Command, KINDS } from "../commands/commands";
import { may, useMe } from "../session/rights";
import { whenIdle } from "../shell/idle";
import { bringParts, useParts } from "../shell/parts";
import { TopBar } from "../shell/TopBar";
import { useSplit } from "../shell/wide";
import { useWords } from "../words/words";
import { Filters, Order } from "./Filters";
import { List } from "./List";
import { type Row, shown } from "./book";
import { type Choice, NOTHING, kept, moved, successor } from "./choice";
import { filterOf, orderOf } from "./folders";
import { placeIn, stands } from "./place";
import { listOf, useReading } from "./reading";
import { useTarget } from "./target";
import { useInbox } from "./store";

export function InboxPage() {
  const { t } = useWords();
  const search = useSearch({ from: "/desk/inbox" });
  const navigate = useNavigate({ from: "/inbox" });
  const me = useMe();
  const split = useSplit();
  const [failed, isFailed] = useState<Fault | null>(null);
  const rows = useInbox(shown);
  const total = useInbox((book) => book.total);
  const ids = useMemo(() => rows.map(({ id }) => id), [rows]);

  const filter = filterOf(search, me?.id ?? "");
  const order = orderOf(search);
  const list = listOf(filter, order);
  useReading({ list, filter, order }, isFailed);
  const [choice, choose] = useState<Choice>(() => placeIn(list).choice);
  useEffect(() => stands(list, { choice }), [list, choice]);

  const isRead = useInbox((book) => book.read);
  useEffect(() => (isRead ? whenIdle(() => void bringParts()) : undefined), [isRead]);
  const before = useRef(ids);
  useEffect(() => {
    choose((so) => kept(so, before.current, ids));
    before.current = ids;
  }, [ids]);
  const wasIn = useRef(list);
  useEffect(() => {
    if (wasIn.current !== list) choose(NOTHING);
    wasIn.current = list;
  }, [list]);

  const open = (id: string | undefined) => {
    if (!split && id) return void navigate({ to: "/messages/$id", params: { id } });
    void navigate({ search: (so) => ({ ...so, m: id }), replace: search.m !== undefined });
  };
  const opened = split ? search.m : undefined;
  useEffect(() => goneTo(opened), [opened]);
  const parts = useParts(opened !== undefined || choice.selected.size > 0);

  /** What a key is about. What is done in the message that is open is about that one alone. */
  const chosen = (): Row[] => {
    if (choice.selected.size > 0) return rows.filter(({ id }) => choice.selected.has(id));
    if (choice.cursor) return rows.filter(({ id }) => id === choice.cursor);
    const row = openedRow(opened);
    return row ? [row] : [];
  };
  useTarget(chosen);

  const go = (by: number, range = false) => {
    const next = moved(opened && !choice.cursor ? { ...choice, cursor: opened } : choice, ids, by, range);
    choose(next);
    if (opened && next.cursor && !range) open(next.cursor);
  };
  /** What is done with a message opens the one below it, when one is open. */
  const doIt = (command: Command, only?: Row) => {
    const all = only ? [only] : chosen();
    const able = all.filter((row) => KINDS[command.name].possible(row) && may(me, KINDS[command.name].permission, row));
    if (able.length === 0) return cannot(command, all);
    const here = openedRow(opened)?.id;
    const next = here && able.some(({ id }) => id === here) ? successor(here, ids, ids.filter((id) => !able.some((row) => row.id === id))) : undefined;
    void run(command, able);
    if (!only && choice.selected.size > 0) choose((so) => ({ ...so, selected: new Set() }));
    if (next !== undefined && ["resolve", "close", "archive", "spam", "delete", "followUp"].includes(command.name)) {
      choose((so) => ({ ...so, cursor: next }));
      open(next ?? undefined);
    }
  };
  const write = (kind: "reply" | "note") => {
    const row = chosen()[0];
    if (!row) return false as const;
    open(row.id);
    compose(row.id, kind);
  };
  const pick = (mode: "assign") => (chosen().length > 0 ? openPalette(mode) : (false as const));

  useKeys({
    next: () => go(1),
    previous: () => go(-1),
    selectNext: () => go(1, true),
    selectPrevious: () => go(-1, true),
    select: () => {
      const id = choice.cursor ?? opened;
      if (!id) return false;
      choose((so) => ({ cursor: id, anchor: id, selected: so.selected.has(id) ? new Set([...so.selected].filter((one) => one !== id)) : new Set([...so.selected, id]) }));
    },
    open: () => (choice.cursor ? open(choice.cursor) : false),
    back: () => {
      if (choice.selected.size > 0) return choose((so) => ({ ...so, selected: new Set() }));
      return opened ? open(undefined) : false;
    },
    resolve: () => doIt({ name: "resolve" }),
    archive: () => doIt({ name: "archive" }),
    claim: () => (me ? doIt({ name: "claim", me }) : false),
    assign: () => pick("assign"),
    followUp: () => (chosen().length > 0 ? openFollowUp(chosen()) : false),
    reply: () => write("reply"),
    note: () => write("note"),
    search: () => document.querySelector<HTMLInputElement>("#search input, input#search")?.focus(),
  });

  return (
    <main className={split ? "inbox split" : "inbox"}>
      <section className="inbox-list" aria-label={t("inbox.list")}>
        <TopBar title={t(`folder.${search.folder ?? "open"}`)} total={total}>
          <Order />
        </TopBar>
        <Filters />
        <List list={list} choice={choice} choose={choose} open={open} opened={opened} failed={failed} />
        {parts && choice.selected.size > 0 && (
          <parts.BulkBar rows={chosen()} all={ids} doIt={doIt} choose={choose} />
        )}
      </section>
      {split && (
        <section className="inbox-pane" aria-label={t("inbox.pane")}>
          {opened ? (
            parts ? <parts.MessageView key={opened} id={opened} done={doIt} close={() => open(undefined)} /> : <div className="blank" aria-busy="true" />
          ) : (
            <div className="blank quiet">
              <p>{t("inbox.choose")}</p>
              <p>
                <kbd>J</kbd> <kbd>K</kbd> {t("inbox.chooseMove")} · <kbd>Enter</kbd> {t("inbox.chooseOpen")} · <kbd>?</kbd> {t("inbox.chooseKeys")}
              </p>
            </div>
          )}
        </section>
      )}
    </main>
  );
}
