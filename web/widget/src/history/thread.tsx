// One message with all that was said, and what can be said next.
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../panel/icons";
import type { Message, Visit } from "../visit/visit";
import { fill } from "../words/language";
import { Add } from "./add";
import { PLUS, Status } from "./list";
import { Rating } from "./rating";
import { readMessage } from "./read";

interface Shown {
  id: string;
  visit: Visit;
  open(id: string): void;
  back(): void;
  /** Another message, about this one. */
  ask(relatedTo: { id: string; reference: string }): void;
}

/** The addresses of pictures and files are good for ten minutes. */
const ADDRESSES_LAST = 8 * 60_000;

export function Thread({ id, visit, open, back, ask }: Shown) {
  const end = useRef<HTMLDivElement>(null);
  const message = visit.messages.get(id);
  const { words } = visit.language;

  const [failed, setFailed] = useState(false);
  const [gone, setGone] = useState(false);
  const read = () => {
    setFailed(false);
    readMessage(visit, id).then(
      () => setGone(!visit.messages.has(id)),
      () => setFailed(true),
    );
  };
  // It may go while it is shown.
  const was = useRef(false);
  if (message) was.current = true;

  // And once more with the list, which brings who they are: it is read when the desk begins to tell, for of what happened
  // before that nobody tells.
  useEffect(() => {
    read();
    const timer = setInterval(read, ADDRESSES_LAST);
    return () => clearInterval(timer);
  }, [id, visit.person]);
  useEffect(() => {
    if (!message) return;
    const saw = () => document.hidden || visit.saw(message);
    end.current?.scrollIntoView({ block: "end" });
    saw();
    document.addEventListener("visibilitychange", saw);
    return () => document.removeEventListener("visibilitychange", saw);
  }, [message?.entries.length, message?.id]);

  if (!message && (gone || was.current)) {
    return (
      <div class="empty" role="status">
        <p>{words.erased}</p>
        <button type="button" class="plain" data-next onClick={back}>
          {words.history}
        </button>
      </div>
    );
  }
  if (!message) {
    return (
      <div class="empty">
        <p>{failed ? words.unreachable : words.loading}</p>
        {failed && (
          <button type="button" class="plain" onClick={read}>
            {words.tryAgain}
          </button>
        )}
      </div>
    );
  }
  const { reference, relatedTo, category, fields, entries, status } = message;
  const answers = fields.filter(({ value }) => value);
  return (
    <>
      <div class="thread">
        <div class="about">
          <Status of={status} visit={visit} />
          <span>
            {words.number} <bdi>{reference}</bdi>
          </span>
          {category && <span dir="auto">{category.name}</span>}
          {relatedTo && (
            <button type="button" class="plain" onClick={() => open(relatedTo.id)}>
              <Icon of="link" />
              {fill(words.belongsTo, { reference: relatedTo.reference })}
            </button>
          )}
        </div>
        <ol>
          {entries.map((entry, at) => (
            <Entry key={entry.id} entry={entry} visit={visit}>
              {at === 0 && answers.length > 0 && (
                <dl>
                  {answers.map(({ fieldId, label, value }) => (
                    <div key={fieldId}>
                      <dt dir="auto">{label}</dt>
                      <dd dir="auto">{value === "true" ? "✓" : value}</dd>
                    </div>
                  ))}
                </dl>
              )}
            </Entry>
          ))}
        </ol>
        <Rating message={message} visit={visit} />
        <button type="button" class="plain more" onClick={() => ask({ id, reference })}>
          <Icon shape={PLUS} />
          {words.askMore}
        </button>
        <div ref={end} />
      </div>
      <Add message={message} visit={visit} />
    </>
  );
}

type Said = Message["entries"][number];

function Entry({ entry, visit, children }: { entry: Said; visit: Visit; children?: preact.ComponentChildren }) {
  const { own, automatic, author, at, content, images, files } = entry;
  const { language } = visit;
  const { words } = language;
  const who = own ? words.you : automatic ? words.automatic : (author ?? words.team);
  return (
    <li class={own ? "own" : "theirs"}>
      <p class="who">
        <bdi>{who}</bdi> <time dateTime={at}>{language.moment(at)}</time>
      </p>
      <div class="bubble">
        {content !== "" && (
          <p dir="auto" class={content === null ? "erased" : undefined}>
            {content ?? words.erased}
          </p>
        )}
        {children}
        {images.length > 0 && (
          <div class="images">
            {images.map(({ id, thumbnailUrl, url, width, height }, nth) => (
              <a key={id} href={new URL(url, visit.url).href} target="_blank" rel="noopener">
                <span style={{ aspectRatio: `${width} / ${height}` }}>
                  {visit.pictures && (
                    <visit.pictures.Picture
                      address={new URL(thumbnailUrl, visit.url).href}
                      alt={`${words.picture} ${language.number(nth + 1)}`}
                    />
                  )}
                </span>
              </a>
            ))}
          </div>
        )}
        {files.map(({ id, name, url, bytes }) => (
          <a key={id} class="file" href={new URL(url, visit.url).href} target="_blank" rel="noopener">
            <Icon of="file" />
            <bdi>{name}</bdi>
            <small>{language.bytes(bytes)}</small>
          </a>
        ))}
      </div>
    </li>
  );
}
