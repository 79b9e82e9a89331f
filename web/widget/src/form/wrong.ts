// What is wrong with a form before it is sent, by the question that it is about, in the visitor's language.
import type { Draft } from "../visit/draft";
import type { Desk } from "../visit/visit";
import type { Words } from "../words/en";

export type Wrong = Record<string, string>;

/** Where what is about no question is told. */
export const WHOLE = "form";

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
