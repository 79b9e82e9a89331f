// A message: what was said, what is known of it, and the place to answer.
import { useDeferredValue, useEffect, useMemo } from "react";
import type { WholeFragment } from "../graph/generated/graphql";
import { tell } from "../graph/live";
import { queries, useMessage } from "../graph/queries";
import { type Row, guessed, newer } from "../inbox/book";
import { happened, useInbox } from "../inbox/store";
import { useLate } from "../inbox/useLate";
import { sentenceOf } from "../commands/run";
import type { Command } from "../commands/commands";
import { useWords } from "../words/words";
import { Composer } from "./Composer";
import { MessageHead } from "./MessageHead";
import { Properties } from "./Properties";
import { Timeline } from "./Timeline";

interface Props {
  id: string;
  done(command: Command, message: Row): unknown;
  close(): void;
}

/** The message as it was read, with what was told since and what was done here. */
function useWhole(id: string) {
  const read = useMessage(id);
  const known = read.data?.id;
  const told = useInbox((book) => (known ? book.rows[known] : undefined));
  const guesses = useInbox((book) => book.guesses);
  const message = useMemo(() => {
    if (!read.data) return null;
    return guessed<WholeFragment>(told ? newer<WholeFragment>(read.data, told) : read.data, guesses);
  }, [read.data, told, guesses]);

  // Told of a version whose words are not here yet: they are read.
  const isBehind = Boolean(read.data && told && told.version > read.data.version);
  useEffect(() => {
    if (isBehind) void queries.invalidateQueries({ queryKey: ["message", id] });
  }, [isBehind, told?.version, id]);

  useEffect(() => {
    if (!known) return;
    return tell({
      id: known,
      told: ({ message }) => {
        if (message) happened({ kind: "seen", message });
        else void queries.invalidateQueries({ queryKey: ["message", id] });
        void queries.invalidateQueries({ queryKey: ["history", known] });
      },
      runs: (goesOn) => !goesOn && void queries.invalidateQueries({ queryKey: ["message", id] }),
    });
  }, [known, id]);
  return { read, message };
}

export function MessageView({ id, done, close }: Props) {
  const { t } = useWords();
  const { read, message } = useWhole(id);
  const isSlow = useLate(read.isLoading, 200);
  // What takes a while to stand there is put up in pieces, so that a key that is pressed meanwhile need not wait for it.
  const isReady = useDeferredValue(message !== null, false);

  if (read.isError && !message) {
    return (
      <div className="blank" role="alert">
        <p>{sentenceOf(read.error)}</p>
        <button type="button" className="link" onClick={() => void read.refetch()}>
          {t("again")}
        </button>
        <button type="button" className="link" onClick={close}>
          {t("back")}
        </button>
      </div>
    );
  }
  if (read.isSuccess && !message) {
    return (
      <div className="blank">
        <h2>{t("message.absent")}</h2>
        <p>{t("message.absentText")}</p>
        <button type="button" className="link" onClick={close}>
          {t("back")}
        </button>
      </div>
    );
  }
  if (!message || !isReady) return <div className="blank" aria-busy="true">{isSlow && t("loading")}</div>;
  return (
    <article className="message" aria-label={message.reference}>
      <MessageHead message={message} done={(command) => done(command, message)} close={close} />
      <div className="message-body">
        <div className="message-talk">
          <Timeline message={message} />
          <Composer message={message} readVersion={read.data?.version ?? message.version} />
        </div>
        <Properties message={message} />
      </div>
    </article>
  );
}
