import { expect, test } from "vitest";
import { newKey } from "../../../client/key";
import { emptyDraft } from "./draft";

test("a key is a UUID of version 4, and another one each time", () => {
  const keys = Array.from({ length: 200 }, newKey);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(keys).size).toBe(200);
});

test("the next draft remembers the person and nothing of what they wrote", () => {
  const draft = emptyDraft("李雷", "lilei@example.com");
  expect(draft).toMatchObject({ name: "李雷", contact: "lilei@example.com", content: "", files: [], relatedTo: null, pending: false });
});
