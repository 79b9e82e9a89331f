import { expect, test } from "vitest";
import { emptyDraft } from "../visit/draft";
import type { Desk } from "../visit/visit";
import words from "../words/en";
import { WHOLE, found, missing } from "./wrong";

const desk = {
  form: {
    requireName: true,
    requireCategory: true,
    fields: [
      { id: "order", required: true },
      { id: "shop", required: false },
    ],
  },
} as Desk;

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
    { code: "INVALID", field: ["fields", "amount"], message: "this is no number" },
    { code: "TOO_LONG", field: ["content"], message: "the message is too long" },
    { code: "BLOCKED", field: null, message: "they may leave no messages" },
  ] as Parameters<typeof found>[0];
  expect(found(errors, words)).toEqual({
    formVersion: words.formChanged,
    contact: words.contactWrong,
    "fields.amount": "this is no number",
    content: words.tooLong,
    [WHOLE]: "they may leave no messages",
  });
  expect(found([{ code: "UNKNOWN", field: ["relatedTo"], message: "no such message" }], words)).toEqual({ [WHOLE]: "no such message" });
});
