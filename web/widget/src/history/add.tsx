// More words, and pictures, in a message that is there already.
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../api/ask";
import { WHOLE } from "../form/wrong";
import { Icon } from "../panel/icons";
import { type Addition, emptyAddition } from "../visit/draft";
import type { Message, Visit } from "../visit/visit";
import { fill } from "../words/language";
import { readMessage } from "./read";

export function Add({ message, visit }: { message: Message; visit: Visit }) {
  const { id } = message;
  const { language, memory, desk, pictures } = visit;
  const { words } = language;
  const place = `addition:${id}`;
  const [addition, setAddition] = useState<Addition>(() => memory.get(place) ?? emptyAddition());
  const [sending, setSending] = useState(false);
  const [wrong, setWrong] = useState("");
  const [over, setOver] = useState(false);
  const text = useRef<HTMLTextAreaElement>(null);

  const now = useRef(addition);
  const write = (part: Partial<Addition>) => {
    now.current = { ...now.current, ...part };
    memory.set(place, now.current.content || now.current.files.length ? now.current : null);
    setAddition(now.current);
    visit.host.changed();
  };
  const shelf = visit.shelves?.of(addition.key, addition.files, (files) => write({ files }));
  const add = (files: Iterable<File>) =>
    setWrong(shelf?.add(files) ? "" : fill(words.tooMany, { n: language.number(desk!.uploads!.perMessage) }));

  // As high as what is written, up to what the stylesheet allows.
  useEffect(() => {
    const { style, scrollHeight } = text.current!;
    style.height = "auto";
    style.height = `${addition.content ? text.current!.scrollHeight : Math.min(scrollHeight, 44)}px`;
  }, [addition.content]);

  const send = async () => {
    if (sending) return;
    setSending(true);
    setWrong("");
    try {
      await shelf?.settled();
      if (shelf?.failed) return;
      if (!now.current.content.trim() && !now.current.files.length) return text.current?.focus();
      const errors = await visit.add(id, now.current);
      if (!errors.length) {
        visit.shelves?.drop(now.current.key);
        return write(emptyAddition());
      }
      // What was sent before its words were changed has arrived; what is here now is something else.
      if (errors.some(({ code }) => code === "IDEMPOTENCY_KEY_REUSED")) {
        const { key } = emptyAddition();
        visit.shelves?.move(now.current.key, key, []);
        write({ key });
        return await readMessage(visit, id);
      }
      const { found } = await import("../visit/seldom");
      const sentences = found(errors, words, null);
      setWrong(sentences[WHOLE] ?? Object.values(sentences)[0] ?? words.failed);
    } catch (failure) {
      const wait = failure instanceof Failure && failure.wait;
      setWrong(wait ? fill(words.tooOften, { n: language.number(wait) }) : words.failed);
    } finally {
      setSending(false);
    }
  };

  return (
    <form
      class={over ? "foot add over" : "foot add"}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      {...(shelf && pictures!.takesFiles(add, setOver))}
    >
      {message.status === "CLOSED" && <p class="help">{words.reopens}</p>}
      {wrong && (
        <p class="wrong" role="alert">
          <Icon of="alert" />
          {wrong}
        </p>
      )}
      <textarea
        ref={text}
        data-next
        rows={1}
        dir={addition.content ? "auto" : undefined}
        maxLength={5000}
        aria-label={words.addWords}
        placeholder={words.addWords}
        value={addition.content}
        onInput={({ currentTarget }) => write({ content: currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) void send();
        }}
      />
      <div class="tools">
        {shelf && pictures && <pictures.Chooser shelf={shelf} language={language} add={add} />}
        <button class="main" aria-disabled={sending}>
          <Icon of={sending ? "again" : "send"} turns={sending} />
          {sending ? words.sending : words.send}
        </button>
      </div>
    </form>
  );
}
