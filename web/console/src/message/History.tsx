// Everything that happened to a message, a sentence each, a page at a time from the beginning on.
import { useState } from "react";
import { sentenceOf } from "../commands/run";
import { useHistory } from "../graph/queries";
import { useWords } from "../words/words";

export function History({ id }: { id: string }) {
  const { t, moment, whole } = useWords();
  const [isOpen, open] = useState(false);
  const history = useHistory(id, isOpen);
  const pages = history.data?.pages.flatMap((page) => page ?? []) ?? [];
  const events = pages.flatMap(({ nodes }) => nodes);
  return (
    <details className="history" onToggle={(event) => open(event.currentTarget.open)}>
      <summary>{t("history.title")}</summary>
      <ol>
        {events.map(({ position, story, recordedAt }) => (
          <li key={position}>
            <time dateTime={recordedAt} title={whole(recordedAt)}>
              {moment(recordedAt)}
            </time>
            {story}
          </li>
        ))}
      </ol>
      {isOpen && history.isFetching && events.length === 0 && <p className="quiet">{t("loading")}</p>}
      {history.isError && <p role="alert">{sentenceOf(history.error)}</p>}
      {history.hasNextPage && (
        <p className="history-more">
          <span role="status">{t("history.first", { n: events.length, all: pages.at(-1)!.totalCount })}</span>
          <button type="button" className="link" disabled={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
            {t(history.isFetchingNextPage ? "loading" : "list.more")}
          </button>
        </p>
      )}
    </details>
  );
}
