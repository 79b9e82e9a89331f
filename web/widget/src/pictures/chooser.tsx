// The pictures that go along, how far each of them is, and how another one is chosen.
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../panel/icons";
import { type Language, fill } from "../words/language";
import { Picture } from "./picture";
import type { Item, Shelf } from "./shelf";

const PICTURES = "M4 5h16v14H4zM4 16l4.5-4.5L13 16l2.5-2.5L20 18M15.5 9.2h.1";

interface Chosen {
  shelf: Shelf;
  language: Language;
  add(files: Iterable<File>): void;
}

export function Chooser({ children, ...chosen }: Chosen & { children?: preact.ComponentChildren }) {
  const input = useRef<HTMLInputElement>(null);
  const { shelf, language, add } = chosen;
  return (
    <>
      {shelf.items.length > 0 && (
        <ul class="shelf">
          {shelf.items.map((item, at) => (
            <OnShelf key={item} item={item} at={at} {...chosen} />
          ))}
        </ul>
      )}
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={shelf.accepts}
        onChange={({ currentTarget }) => {
          add(currentTarget.files ?? []);
          currentTarget.value = "";
        }}
      />
      <button type="button" class="plain add" title={language.words.addPictures} onClick={() => input.current?.click()}>
        <Icon shape={PICTURES} />
        <span>{language.words.addPictures}</span>
      </button>
      {children}
    </>
  );
}

function OnShelf({ item, at, shelf, language }: Chosen & { item: Item; at: number }) {
  const { words } = language;
  const { name, state, why, still, progress } = item;
  const refusal = () => {
    if (typeof why !== "object") return fill(words.notTaken, { name });
    return "said" in why ? why.said : fill(words.tooLarge, { name, size: language.bytes(why.largest) });
  };
  const line = useRef<HTMLLIElement>(null);
  // What was just dropped or pasted is shown, wherever that was.
  useEffect(() => {
    if (item.file) line.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const trouble = state === "failed" ? fill(words.notSent, { name }) : state === "refused" && refusal();
  return (
    <li ref={line} class="item" data-state={state}>
      {still ? <Picture address={still} alt={`${words.picture} ${at + 1}: ${name}`} /> : <Icon of="file" />}
      <span class="name">
        <bdi>{name}</bdi>
        {trouble && (
          <span class="wrong" role="alert">
            {trouble}
          </span>
        )}
        {item.standsStill && (
          <span class="help" role="status">
            {words.still}
          </span>
        )}
        {(state === "waiting" || state === "sending") && <progress value={progress} aria-label={`${words.sending} ${name}`} />}
      </span>
      {state === "failed" && (
        <button type="button" class="round" aria-label={fill(words.resend, { name })} onClick={() => shelf.retry(item)}>
          <Icon of="again" />
        </button>
      )}
      <button type="button" class="round" aria-label={fill(words.removeFile, { name })} onClick={() => shelf.remove(item)}>
        <Icon of="close" />
      </button>
    </li>
  );
}

/** Takes what is dropped on it or pasted into it. */
export function takesFiles(add: (files: FileList) => void, over: (is: boolean) => void) {
  const take = (event: Event, files?: FileList | null) => {
    if (!files?.length) return;
    event.preventDefault();
    add(files);
  };
  return {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      over(true);
    },
    onDragLeave: ({ currentTarget, relatedTarget }: DragEvent) =>
      (currentTarget as Node).contains(relatedTarget as Node) || over(false),
    onDrop: (event: DragEvent) => {
      over(false);
      take(event, event.dataTransfer?.files);
    },
    onPaste: (event: ClipboardEvent) => take(event, event.clipboardData?.files),
  };
}
