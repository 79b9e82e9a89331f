// One question of the form: its label, what can be answered, and what is wrong with the answer.
import type { JSX } from "preact";
import { Icon } from "../panel/icons";
import type { Desk } from "../visit/visit";
import type { Words } from "../words/en";

export interface Asked {
  /** Its place in the form, as the desk names it in what is wrong. */
  id: string;
  label: string;
  help?: string | null;
  required: boolean;
  error?: string | undefined;
  words: Words;
}

interface Control {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
  "aria-required": boolean;
}

function carried({ id, help, error, required }: Asked): Control {
  const parts = [error && `${id}-error`, help && `${id}-help`].filter(Boolean);
  return {
    id,
    "aria-describedby": parts.join(" ") || undefined,
    "aria-invalid": Boolean(error),
    "aria-required": required,
  };
}

/** `control` draws what is answered with, given what it has to carry. */
export function Question({ control, ...asked }: Asked & { control: (carries: Control) => JSX.Element }) {
  const { id, label, required, words } = asked;
  return (
    <div class="question">
      <label for={id}>
        <span dir="auto">{label}</span>
        {!required && <small>{words.notRequired}</small>}
      </label>
      {control(carried(asked))}
      <Below {...asked} />
    </div>
  );
}

function Below({ id, help, error }: Asked) {
  return (
    <>
      {error && (
        <p class="wrong" id={`${id}-error`}>
          <Icon of="alert" />
          <span dir="auto">{error}</span>
        </p>
      )}
      {help && (
        <p class="help" id={`${id}-help`} dir="auto">
          {help}
        </p>
      )}
    </>
  );
}

type Field = Desk["form"]["fields"][number];

interface Own extends Omit<Asked, "label" | "required" | "help"> {
  field: Field;
  value: string;
  write(value: string): void;
}

/** A question of the desk's own. */
export function OwnQuestion({ field, value, write, ...asked }: Own) {
  const { kind, label, help, required, options } = field;
  const all = { ...asked, label, help, required };
  const takes = ({ currentTarget }: { currentTarget: HTMLInputElement }) => write(currentTarget.value);
  if (kind === "CHECKBOX") {
    return (
      <div class="question">
        <label class="tick" for={asked.id}>
          <input
            {...carried(all)}
            type="checkbox"
            checked={value === "true"}
            onChange={({ currentTarget }) => write(currentTarget.checked ? "true" : "")}
          />
          <span dir="auto">{label}</span>
          {!required && <small>{asked.words.notRequired}</small>}
        </label>
        <Below {...all} />
      </div>
    );
  }
  return (
    <Question
      {...all}
      control={(carries) =>
        kind === "CHOICE" ? (
          <Choice {...carries} words={asked.words} value={value} write={write}>
            {options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </Choice>
        ) : kind === "DATE" ? (
          <input {...carries} type="date" value={value} onInput={takes} />
        ) : (
          <input
            {...carries}
            inputMode={kind === "NUMBER" ? "decimal" : "text"}
            dir={value ? "auto" : undefined}
            maxLength={1000}
            placeholder={field.example ?? ""}
            value={value}
            onInput={takes}
          />
        )
      }
    />
  );
}

interface Choosing extends Control {
  words: Words;
  value: string;
  write(value: string): void;
  children: JSX.Element[];
}

export function Choice({ words, children, value, write, ...carries }: Choosing) {
  return (
    <select
      {...carries}
      class={value ? "" : "none"}
      value={value}
      onChange={({ currentTarget }) => write(currentTarget.value)}
    >
      <option value="">{words.choose}</option>
      {children}
    </select>
  );
}
