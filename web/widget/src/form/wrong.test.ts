import { expect, test } from "vitest";
import { emptyDraft } from "../visit/draft";
import { found } from "../visit/found";
import type { Desk } from "../visit/visit";
import words from "../words/en";
import { WHOLE, missing } from "./wrong";

const desk = {
  form: {
    requireName: true,
    requireCategory: true,
    fields: [
      { id: "order", required: true },
      { id: "shop", required: false },
    ],
  },
  categories: [],
} as unknown as Desk;

test("all that is missing is found at once", () => {
  expect(Object.keys(missing(desk, emptyDraft(), words))).toEqual(["name", "contact", "content", "categoryId", "fields.order"]);
});

test("spaces are no answer, and a picture is one", () => {
  const draft = { ...emptyDraft("  ", "13800138000"), categoryId: "other", answers: { order: "A-1" }, files: [{ id: "1", name: "a.png" }] };
  expect(missing(desk, draft, words)).toEqual({ name: words.required });
});

test("what the desk finds is told where it belongs, in the visitor's language where we have words for it", () => {
  const errors = [
    { code: "CONFLICT", field: ["formVersion"], message: "the form has changed" },
    { code: "INVALID", field: ["contact"], message: "the contact is neither …" },
    { code: "INVALID", field: ["contact"], message: "a second one" },
    { code: "INVALID", field: ["fields", "shop"], message: "this is no shop" },
    { code: "TOO_LONG", field: ["content"], message: "the message is too long" },
    { code: "BLOCKED", field: null, message: "they may leave no messages" },
  ] as Parameters<typeof found>[0];
  expect(found(errors, words, desk)).toEqual({
    formVersion: words.formChanged,
    contact: words.contactWrong,
    "fields.shop": "this is no shop",
    content: words.tooLong,
    [WHOLE]: "they may leave no messages",
  });
  expect(found([{ code: "UNKNOWN", field: ["relatedTo"], message: "no such message" }], words, desk)).toEqual({ [WHOLE]: "no such message" });
});

test("a category that is no more is told in the visitor's language", () => {
  const errors = [{ code: "UNKNOWN", field: ["categoryId"], message: "no such category" }] as Parameters<typeof found>[0];
  const shown = { ...desk, categories: [{ id: "other" }] } as unknown as Desk;
  expect(found(errors, words, shown)).toEqual({ categoryId: words.wrong });
});

test("what is wrong with a question that the form does not show is told where it is seen", () => {
  const about = (...field: string[]) => found([{ code: "INVALID", field, message: "this is no number" }] as Parameters<typeof found>[0], words, desk);
  for (const hidden of [["fields", "amount"], ["categoryId"], ["uploadIds"]]) expect(about(...hidden)).toEqual({ [WHOLE]: "this is no number" });
  expect(about("fields", "order")).toEqual({ "fields.order": "this is no number" });
});
