// What is wrong with a form, by the question that it is about, in the visitor's language.
import type { Draft } from "../visit/draft";
import type { Desk } from "../visit/visit";
import type { UserError } from "../visit/writing";
import type { Words } from "../words/en";

export type Wrong = Record<string, string>;

/** Where what is about no question is told. */
export const WHOLE = "form";

/** What has a place of its own in the form. */
const PLACES = /^(formVersion|name|contact|content|categoryId|uploadIds|fields\..+)$/;

/** What is missing: said at once, without asking the desk. */
export function missing({ form }: Desk, draft: Draft, words: Words): Wrong {
  const wrong: Wrong = {};
  const need = (id: string, value = "") => {
    if (!value.trim()) wrong[id] = words.required;
  };
  if (form.requireName) need("name", draft.name);
  need("contact", draft.contact);
  if (!draft.files.length) need("content", draft.content);
  if (form.requireCategory) need("categoryId", draft.categoryId);
  for (const { id, required } of form.fields) if (required) need(`fields.${id}`, draft.answers[id]);
  return wrong;
}

/** What the desk has found. It speaks four languages, so what is said often is said by us. */
export function found(errors: UserError[], words: Words): Wrong {
  const wrong: Wrong = {};
  for (const { code, field, message } of errors) {
    const said = field?.join(".") ?? "";
    const id = PLACES.test(said) ? said : WHOLE;
    wrong[id] ??= sentence(code, id, message, words);
  }
  return wrong;
}

function sentence(code: UserError["code"], id: string, message: string, words: Words): string {
  if (id === "formVersion") return words.formChanged;
  if (code === "REQUIRED") return words.required;
  if (code === "TOO_LONG") return words.tooLong;
  if (id === "contact") return words.contactWrong;
  return message || words.wrong;
}
