// Parking messages: until when, in one tap for the usual times, and what is to be done then.
import Button from "antd/es/button";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { run } from "../commands/run";
import type { Row } from "../inbox/book";
import { useWords } from "../words/words";
import { SHORTCUTS, localTime, usualTimes } from "./dates";
import { openFollowUp, useFollowUp } from "./followUp";

export function FollowUpDialog() {
  const rows = useFollowUp();
  return rows && rows.length > 0 ? <Open rows={rows} /> : null;
}

function Open({ rows }: { rows: readonly Row[] }) {
  const { t, moment } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [note, write] = useState(rows.length === 1 ? (rows[0]!.followUp?.note ?? "") : "");
  const [at, is] = useState(() => localTime(SHORTCUTS[1].at(new Date())));
  useEffect(() => dialog.current?.showModal(), []);
  // Closed by the browser, so that the focus is where it was before.
  const close = () => dialog.current?.close();
  const park = (until: Date) => {
    close();
    void run({ name: "followUp", dueAt: until.toISOString(), note: note.trim() || undefined }, rows);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const until = new Date(at);
    if (until.getTime() > Date.now()) park(until);
  };
  const isPast = !(new Date(at).getTime() > Date.now());
  return (
    <dialog ref={dialog} className="asks follow-up" aria-labelledby="follow-up-title" onClose={() => openFollowUp(null)} onClick={(event) => event.target === dialog.current && close()}>
      <h2 id="follow-up-title">{rows.length === 1 ? t("followUp.title", { reference: rows[0]!.reference }) : t("followUp.titleMany", { n: rows.length })}</h2>
      <label>
        {t("followUp.note")}
        <textarea rows={2} maxLength={1000} value={note} onChange={(event) => write(event.target.value)} />
      </label>
      <div className="shortcuts">
        {usualTimes(new Date()).map(({ name, until }) => (
          <button key={name} type="button" onClick={() => park(until)}>
            <span>{t(`followUp.${name}`)}</span>
            <small>{moment(until.toISOString())}</small>
          </button>
        ))}
      </div>
      <form onSubmit={submit}>
        <label>
          {t("followUp.at")}
          <input type="datetime-local" required value={at} onChange={(event) => is(event.target.value)} />
        </label>
        {isPast && <p role="alert">{t("followUp.past")}</p>}
        <div className="dialog-does">
          <Button onClick={close}>{t("cancel")}</Button>
          <Button type="primary" htmlType="submit" disabled={isPast}>
            {t("followUp.go")}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
