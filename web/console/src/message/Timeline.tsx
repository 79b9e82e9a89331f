// What both sides said, and the notes, in one order; and what is on its way.
import { useEffect, useRef, useState } from "react";
import type { AttachedFragment, PictureFragment, WholeFragment } from "../graph/generated/graphql";
import { useLatePart } from "../shell/useLatePart";
import { useWords } from "../words/words";
import { Files } from "./Files";
import { useOutbox } from "./outgoing";
import { OnItsWay } from "./OnItsWay";
import { type Hung, Pictures } from "./Pictures";
import { RatingView } from "./RatingView";
import type { ViewerProps } from "./Viewer";

const viewer = async () => (await import("./Viewer")).Viewer;

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
  const hung = said.flatMap(({ who, images }) => images.map((image) => ({ image, who }))).map((one, at): Hung => ({ ...one, n: at + 1 }));
  const [viewed, view] = useState<string | null>(null);
  const [Viewer, bring] = useLatePart<ViewerProps>(viewer);
  const at = hung.findIndex(({ image }) => image.id === viewed);
  const open = async (id: string) => {
    if (await bring()) view(id);
  };
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
          <Entry key={one.id} said={one} hung={hung} open={(id) => void open(id)} />
        ))}
        {outgoing.map((one) => (
          <OnItsWay key={one.key} outgoing={one} />
        ))}
      </ol>
      {message.rating && <RatingView rating={message.rating} />}
      <div ref={end} />
      {Viewer && at >= 0 && <Viewer hung={hung} at={at} show={view} />}
    </div>
  );
}

function Entry({ said, hung, open }: { said: Said; hung: readonly Hung[]; open(id: string): void }) {
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
      <Pictures hung={hung.filter(({ image }) => said.images.includes(image))} all={hung.length} open={open} />
      <Files files={said.files} />
    </li>
  );
}
