import type { Row } from "../src/inbox/book";

/** A message as a list has it; what a test is about is said by the test. */
export const row = (id: string, some: Partial<Row> = {}): Row => ({
  id,
  reference: `LW-${id}`,
  version: 1,
  status: "OPEN",
  priority: "NORMAL",
  tags: [],
  content: "words",
  erased: false,
  spam: false,
  archived: false,
  deleted: false,
  submittedAt: "2026-11-01T00:00:00Z",
  lastActivityAt: "2026-11-01T00:00:00Z",
  dueAt: null,
  overdue: false,
  assignee: null,
  team: null,
  category: null,
  visitor: { id: `visitor of ${id}`, name: "李雷", contact: null },
  followUp: null,
  images: [],
  ...some,
});
