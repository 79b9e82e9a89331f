// All that this visitor has written, the newest first, with what became of it.
import { useState } from "preact/hooks";
import { Icon } from "../panel/icons";
import type { Row, Visit } from "../visit/visit";

export const PLUS = "M12 5v14M5 12h14";

interface Shown {
  visit: Visit;
  open(id: string): void;
  write(): void;
  /** They miss what they wrote. */
  lose(): void;
}

export function List({ visit, open, write, lose }: Shown) {
  const { language, rows, older } = visit;
  const { words } = language;
  const [reading, setReading] = useState(false);
  const more = () => {
    setReading(true);
    void visit
      .read(true)
      .catch(() => {})
      .finally(() => setReading(false));
  };
  return (
    <>
      <div class="list">
        {!rows && visit.known && <p class="empty">{words.loading}</p>}
        {(rows?.length === 0 || !visit.known) && (
          <div class="empty">
            <Icon of="history" />
            <p>{words.noMessages}</p>
            <button type="button" class="plain" onClick={lose}>
              {words.lostMessages}
            </button>
          </div>
        )}
        {rows && (
          <ul>
            {rows.map((row) => (
              <li key={row.id}>
                <button type="button" onClick={() => open(row.id)}>
                  <OneRow row={row} visit={visit} />
                </button>
              </li>
            ))}
          </ul>
        )}
        {older && (
          <button type="button" class="plain" disabled={reading} onClick={more}>
            {words.older}
          </button>
        )}
      </div>
      <div class="foot">
        <button type="button" class="main" onClick={write}>
          <Icon shape={PLUS} />
          {words.newMessage}
        </button>
      </div>
    </>
  );
}

function OneRow({ row, visit }: { row: Row; visit: Visit }) {
  const { language } = visit;
  const unread = visit.unread(row);
  const last = row.entries.at(-1);
  return (
    <>
      <span class="top">
        <Status of={row.status} visit={visit} />
        {unread > 0 && (
          <span class="badge">
            <span aria-hidden="true">{language.number(unread)}</span>
            <span class="unseen">{language.many(language.words.newReplies, unread)}</span>
          </span>
        )}
        <time dateTime={row.lastActivityAt}>{language.moment(row.lastActivityAt)}</time>
      </span>
      <span class="words" dir="auto">
        {row.entries[0]?.content ?? language.words.erased}
      </span>
      {last && !last.own && (
        <span class="last" dir="auto">
          <Icon of="chat" />
          <span>{last.content ?? language.words.erased}</span>
        </span>
      )}
    </>
  );
}

export function Status({ of, visit }: { of: Row["status"]; visit: Visit }) {
  return <span class={`status ${of.toLowerCase()}`}>{visit.language.words[of]}</span>;
}
