// What both sides said, and the notes, in one order; and what is on its way.
import { useEffect, useRef } from "react";
import type { AttachedFragment, PictureFragment, WholeFragment } from "../graph/generated/graphql";
import { useWords } from "../words/words";
import { Files } from "./Files";
import { useOutbox } from "./outbox";
import { OnItsWay } from "./OnItsWay";
import { Pictures } from "./Pictures";
import { RatingView } from "./RatingView";

interface Said {
  id: string;
  tone: "visitor" | "reply" | "note";
  who: string;
  at: string;
  text: string | null;
  note?: string;
  images: readonly PictureFragment[];
  files: readonly AttachedFragment[];
}

export function Timeline({ message }: { message: WholeFragment }) {
  const { t } = useWords();
  const end = useRef<HTMLDivElement>(null);
  const outgoing = useOutbox().filter((one) => one.messageId === message.id);
  const visitor = message.visitor.name ?? t("visitor.unnamed");
  // The words that it was left with are the first of them.
  const said = message.entries.map((entry): Said => {
      const { id, at, content: text } = entry;
      if (entry.__typename === "Note") {
        const to = entry.mentions.map(({ name }) => `@${name}`).join(" ");
        return { id, tone: "note", who: entry.author?.name ?? "", at, text, note: [t("note.mark"), to].filter(Boolean).join(" · "), images: [], files: [] };
      }
      if (entry.__typename === "VisitorWords") return { id, tone: "visitor", who: visitor, at, text, images: entry.images, files: entry.files };
      const note = entry.automatic ? t("reply.automatic") : undefined;
      return { id, tone: "reply", who: entry.author?.name ?? t("reply.desk"), at, text, note, images: entry.images, files: entry.files };
  });
  const count = said.length + outgoing.length;
  const before = useRef(0);
  useEffect(() => {
    // Opened at what was said last; afterwards only what is new is brought into sight.
    if (before.current !== count) end.current?.scrollIntoView({ block: "end" });
    before.current = count;
  }, [count]);
  return (
    <div className="timeline" tabIndex={0} role="region" aria-label={t("message.talk")}>
      <ol>
        {said.map((one) => (
          <Entry key={one.id} said={one} />
        ))}
        {outgoing.map((one) => (
          <OnItsWay key={one.key} outgoing={one} />
        ))}
      </ol>
      {message.rating && <RatingView rating={message.rating} />}
      <div ref={end} />
    </div>
  );
}

function Entry({ said }: { said: Said }) {
  const { t, moment, whole } = useWords();
  return (
    <li className={`entry ${said.tone}`}>
      <p className="entry-head">
        <span className="avatar small" aria-hidden>
          {[...said.who][0] ?? "·"}
        </span>
        <strong>{said.who}</strong>
        {said.note && <span className="entry-note">{said.note}</span>}
        <time dateTime={said.at} title={whole(said.at)}>
          {moment(said.at)}
        </time>
      </p>
      {said.text === null ? <p className="entry-text erased">{t("erased")}</p> : said.text && <p className="entry-text">{said.text}</p>}
      <Pictures images={said.images} />
      <Files files={said.files} />
    </li>
  );
}
