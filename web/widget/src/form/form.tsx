// The form, as the desk defines it.
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../panel/icons";
import type { Draft } from "../visit/draft";
import type { Desk, Visit } from "../visit/visit";
import type { Writing } from "../visit/writing";
import { fill } from "../words/language";
import { Choice, OwnQuestion, Question } from "./question";
import { WHOLE, type Wrong, missing } from "./wrong";

interface Shown {
  desk: Desk;
  visit: Visit;
  writing: Writing;
  wrong: Wrong;
  setWrong(wrong: Wrong): void;
  send(): void;
  /** Where whoever has lost what they wrote goes; null: they are known. */
  lose: (() => void) | null;
}

export function Form({ desk, visit, writing, wrong, setWrong, send, lose }: Shown) {
  const [over, setOver] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const { language, pictures } = visit;
  const { words } = language;
  const { draft } = writing;
  const shelf = visit.shelves?.of(draft.key, draft.files, (files) => writing.write({ files }));

  // The first thing that is wrong is where the visitor goes on.
  useEffect(() => {
    if (!Object.keys(wrong).length) return;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true], [role=alert]")?.focus();
  }, [wrong]);

  const add = (files: Iterable<File>) => {
    if (shelf?.add(files)) return;
    setWrong({ uploadIds: fill(words.tooMany, { n: language.number(desk.uploads!.perMessage) }) });
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (writing.draft.pending || writing.holding) return;
    const lacking = missing(desk, draft, words);
    if (shelf?.items.length) delete lacking.content;
    setWrong(lacking);
    if (!Object.keys(lacking).length) send();
  };
  const asked = (id: string) => ({ id, error: wrong[id], words });
  /** What is written anew is not wrong any more; the rest of what is wrong stays, and so does the keyboard. */
  const write = (id: string, part: Partial<Draft>) => {
    delete wrong[id];
    writing.write(part);
  };
  const sending = draft.pending || writing.holding;
  const { version } = desk.form;
  const changed = (draft.formVersion ?? version) !== version;
  useEffect(() => {
    if (changed) visit.host.say(words.formChanged);
  }, [changed]);
  const whole = wrong[WHOLE] ?? wrong.formVersion;

  return (
    <form ref={form} noValidate onSubmit={submit} class={over ? "form over" : "form"} {...(shelf && pictures!.takesFiles(add, setOver))}>
      <fieldset disabled={sending}>
        {whole && (
          <p class="wrong whole" role="alert" tabIndex={-1}>
            <Icon of="alert" />
            {whole}
          </p>
        )}
        {changed && !wrong.formVersion && <p class="linked">{words.formChanged}</p>}
        {writing.earlier && <p class="linked">{words.sentBefore}</p>}
        {draft.relatedTo && (
          <p class="linked">
            <Icon of="link" />
            <span>{fill(words.belongsTo, { reference: draft.relatedTo.reference })}</span>
            <button type="button" class="round" aria-label={words.unlink} onClick={() => writing.write({ relatedTo: null })}>
              <Icon of="close" />
            </button>
          </p>
        )}
        {/* People do not see it, and no screen reader reads it. */}
        <input
          class="bait"
          name="subject"
          aria-hidden="true"
          tabIndex={-1}
          autocomplete="off"
          value={writing.website}
          onInput={({ currentTarget }) => (writing.website = currentTarget.value)}
        />
        <Question
          {...asked("name")}
          label={words.name}
          required={desk.form.requireName}
          control={(carries) => (
            <input
              {...carries}
              autocomplete="name"
              dir={draft.name ? "auto" : undefined}
              maxLength={100}
              value={draft.name}
              onInput={({ currentTarget }) => write("name", { name: currentTarget.value })}
            />
          )}
        />
        <Question
          {...asked("contact")}
          label={words.contact}
          required
          control={(carries) => (
            <input
              {...carries}
              autocomplete="email"
              inputMode="email"
              dir={draft.contact ? "auto" : undefined}
              autocapitalize="off"
              spellcheck={false}
              maxLength={320}
              value={draft.contact}
              onInput={({ currentTarget }) => write("contact", { contact: currentTarget.value })}
            />
          )}
        />
        {desk.categories.length > 0 && (
          <Question
            {...asked("categoryId")}
            label={words.category}
            required={desk.form.requireCategory}
            control={(carries) => (
              <Choice
                {...carries}
                words={words}
                value={draft.categoryId}
                write={(categoryId) => write("categoryId", { categoryId })}
              >
                {desk.categories.map(({ id, name, icon }) => (
                  <option key={id} value={id}>
                    {icon ? `${icon} ${name}` : name}
                  </option>
                ))}
              </Choice>
            )}
          />
        )}
        {desk.form.fields.map((field) => (
          <OwnQuestion
            key={field.id}
            {...asked(`fields.${field.id}`)}
            field={field}
            value={draft.answers[field.id] ?? ""}
            write={(value) => write(`fields.${field.id}`, { answers: { ...draft.answers, [field.id]: value } })}
          />
        ))}
        <Question
          {...asked("content")}
          label={words.content}
          required
          control={(carries) => (
            <textarea
              {...carries}
              rows={5}
              dir={draft.content ? "auto" : undefined}
              maxLength={5000}
              placeholder={words.contentExample}
              value={draft.content}
              onInput={({ currentTarget }) => write("content", { content: currentTarget.value })}
            />
          )}
        />
        {shelf && pictures && (
          <div class="pictures">
            <pictures.Chooser shelf={shelf} language={language} add={add}>
              <span class="help">{fill(words.picturesHint, { n: language.number(desk.uploads!.perMessage) })}</span>
            </pictures.Chooser>
            {wrong.uploadIds && (
              <p class="wrong" role="alert" tabIndex={-1}>
                <Icon of="alert" />
                {wrong.uploadIds}
              </p>
            )}
            <span class="drop" aria-hidden="true">
              {words.drop}
            </span>
          </div>
        )}
      </fieldset>
      {desk.privacyNotice && (
        <details class="privacy">
          <summary>{words.privacy}</summary>
          <p dir="auto">{desk.privacyNotice}</p>
        </details>
      )}
      {/* With the pictures above it, not before them: it would be pushed down. */}
      {lose && (shelf || !desk.uploads?.perMessage) && (
        <button type="button" class="plain lost" onClick={lose}>
          {words.lostMessages}
        </button>
      )}
      <div class="foot">
        {writing.waiting ? (
          <div class="kept" role="status">
            <Icon of="cloud" />
            <span>{words[writing.waiting]}</span>
            <button type="button" class="plain" data-next onClick={() => writing.tryNow()}>
              {words.tryNow}
            </button>
            <button type="button" class="plain" onClick={() => writing.stop()}>
              {words.edit}
            </button>
          </div>
        ) : (
          <button class="main" data-next aria-disabled={sending}>
            {sending ? <Icon of="again" turns /> : <Icon of="send" />}
            {sending ? words.sending : words.send}
          </button>
        )}
      </div>
    </form>
  );
}
