// What the desk has found wrong, by the question that it is about, in the visitor's language.
import { WHOLE, type Wrong } from "../form/wrong";
import type { Words } from "../words/en";
import type { Desk } from "./visit";
import type { UserError } from "./writing";

/** What has a place of its own in every form. */
const PLACES = ["formVersion", "name", "contact", "content"];

/** Whether the form draws what this is about. Nobody sees what is said of a question that is not asked. */
export function drawn(id: string, desk: Desk | null): boolean {
  if (PLACES.includes(id)) return true;
  if (id === "categoryId") return Boolean(desk?.categories.length);
  if (id === "uploadIds") return Boolean(desk?.uploads?.perMessage);
  return Boolean(desk?.form.fields.some((field) => id === `fields.${field.id}`));
}

/** What the desk has found. It speaks four languages, so what is said often is said by us. */
export function found(errors: UserError[], words: Words, desk: Desk | null): Wrong {
  const wrong: Wrong = {};
  for (const { code, field, message } of errors) {
    const said = field?.join(".") ?? "";
    const id = drawn(said, desk) ? said : WHOLE;
    wrong[id] ??= sentence(code, said, message, words);
  }
  return wrong;
}

function sentence(code: UserError["code"], id: string, message: string, words: Words): string {
  if (id === "formVersion") return words.formChanged;
  if (code === "REQUIRED") return words.required;
  if (code === "TOO_LONG") return words.tooLong;
  if (id === "contact") return words.contactWrong;
  if (id === "categoryId" && code === "UNKNOWN") return words.wrong;
  return message || words.wrong;
}
