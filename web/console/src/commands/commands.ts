// What can be done with a message: each with its document, what it changes at once, and what takes it back.
import {
  ArchiveDocument,
  AssignDocument,
  CategorizeDocument,
  ClaimDocument,
  CloseDocument,
  DeleteDocument,
  type DoneFragment,
  FollowUpDocument,
  FollowUpDoneDocument,
  NoSpamDocument,
  PrioritizeDocument,
  type Priority,
  ReopenDocument,
  ResolveDocument,
  RestoreDocument,
  SetTagsDocument,
  SpamDocument,
  type TypedDocumentString,
  UnarchiveDocument,
  UnassignDocument,
} from "../graph/generated/graphql";
import type { Row } from "../inbox/book";
import type { Key } from "../words/words";

interface Named {
  id: string;
  name: string;
}

export type Command =
  | { name: "claim"; me: Named }
  | { name: "assign"; member?: Named; team?: Named }
  | { name: "unassign" | "resolve" | "close" | "reopen" | "spam" | "noSpam" | "archive" | "unarchive" | "delete" | "restore" | "followUpDone" }
  | { name: "followUp"; dueAt: string; note?: string }
  | { name: "categorize"; category: Named & { icon: string | null } }
  | { name: "tag"; add: string[]; remove: string[] }
  | { name: "prioritize"; priority: Priority };

export type Name = Command["name"];
/** Every document of a command answers the same; what it takes beside the message differs. */
type Document = TypedDocumentString<{ done: DoneFragment }, { input: never }>;

interface Kind {
  document: Document;
  permission: string;
  /** Refused when the message has moved on, because whoever does it would want to know. */
  guarded?: boolean;
  possible(row: Row): boolean;
  done: Key;
}

const over = (row: Row) => row.status === "RESOLVED" || row.status === "CLOSED";
const there = (row: Row) => !row.deleted;
const kind = (document: unknown, permission: string, done: Key, possible = there, guarded = false): Kind => ({
  document: document as Document,
  permission,
  done,
  possible: (row) => there(row) && possible(row),
  guarded,
});

export const KINDS: Record<Name, Kind> = {
  claim: kind(ClaimDocument, "messages.work", "did.claim", (row) => !row.assignee),
  assign: kind(AssignDocument, "messages.assign", "did.assign"),
  unassign: kind(UnassignDocument, "messages.assign", "did.unassign", (row) => Boolean(row.assignee ?? row.team)),
  resolve: kind(ResolveDocument, "messages.work", "did.resolve", (row) => !over(row), true),
  close: kind(CloseDocument, "messages.work", "did.close", (row) => row.status !== "CLOSED", true),
  reopen: kind(ReopenDocument, "messages.work", "did.reopen", over),
  spam: kind(SpamDocument, "messages.work", "did.spam", (row) => !row.spam),
  noSpam: kind(NoSpamDocument, "messages.work", "did.noSpam", (row) => row.spam),
  archive: kind(ArchiveDocument, "messages.work", "did.archive", (row) => !row.archived),
  unarchive: kind(UnarchiveDocument, "messages.work", "did.unarchive", (row) => row.archived),
  delete: kind(DeleteDocument, "messages.delete", "did.delete", there, true),
  restore: { ...kind(RestoreDocument, "messages.delete", "did.restore"), possible: (row) => row.deleted },
  followUp: kind(FollowUpDocument, "messages.work", "did.followUp", (row) => !over(row)),
  followUpDone: kind(FollowUpDoneDocument, "messages.work", "did.followUpDone", (row) => row.followUp !== null),
  categorize: kind(CategorizeDocument, "messages.work", "did.categorize"),
  tag: kind(SetTagsDocument, "messages.work", "did.tag"),
  prioritize: kind(PrioritizeDocument, "messages.work", "did.prioritize"),
};

/** What a command changes, as far as it can be told before the server has. */
export function patchOf(command: Command, row: Row): Partial<Row> {
  switch (command.name) {
    case "claim":
      return { assignee: command.me, team: null };
    case "assign":
      return { assignee: command.member ?? null, team: command.team ?? null };
    case "unassign":
      return { assignee: null, team: null };
    case "resolve":
      return { status: "RESOLVED", followUp: null, dueAt: null, overdue: false };
    case "close":
      return { status: "CLOSED", followUp: null, dueAt: null, overdue: false };
    case "reopen":
      return { status: "OPEN" };
    case "spam":
      return { spam: true };
    case "noSpam":
      return { spam: false };
    case "archive":
      return { archived: true };
    case "unarchive":
      return { archived: false };
    case "delete":
      return { deleted: true };
    case "restore":
      return { deleted: false };
    case "followUp":
      return { status: "FOLLOW_UP", followUp: { dueAt: command.dueAt, note: command.note ?? null } };
    case "followUpDone":
      return { status: row.status === "FOLLOW_UP" ? "OPEN" : row.status, followUp: null };
    case "categorize":
      return { category: command.category };
    case "tag":
      return { tags: [...row.tags, ...command.add.filter((tag) => !row.tags.includes(tag))].filter((tag) => !command.remove.includes(tag)) };
    case "prioritize":
      return { priority: command.priority };
  }
}

/** What the command says to the server beside which message it is about. */
export function argumentsOf(command: Command): Record<string, unknown> {
  switch (command.name) {
    case "assign":
      return command.team ? { teamId: command.team.id } : { memberId: command.member?.id };
    case "followUp":
      return { dueAt: command.dueAt, note: command.note || undefined };
    case "categorize":
      return { categoryId: command.category.id };
    case "tag":
      return { add: command.add, remove: command.remove };
    case "prioritize":
      return { priority: command.priority };
    default:
      return {};
  }
}

/** What takes a command back, one after the other; nothing when nothing does. `row` is what the message was before. */
export function inverse(command: Command, row: Row): Command[] {
  switch (command.name) {
    case "claim":
    case "assign":
    case "unassign":
      if (row.assignee) return [{ name: "assign", member: row.assignee }];
      if (row.team) return [{ name: "assign", team: row.team }];
      return command.name === "unassign" ? [] : [{ name: "unassign" }];
    case "resolve":
    case "close":
      return over(row) ? [] : [{ name: "reopen" }, ...parked(row)];
    case "spam":
      return [{ name: "noSpam" }];
    case "archive":
      return [{ name: "unarchive" }];
    case "delete":
      return [{ name: "restore" }];
    case "tag": {
      const add = command.remove.filter((tag) => row.tags.includes(tag));
      const remove = command.add.filter((tag) => !row.tags.includes(tag));
      return add.length + remove.length > 0 ? [{ name: "tag", add, remove }] : [];
    }
    case "prioritize":
      return [{ name: "prioritize", priority: row.priority }];
    case "categorize":
      return row.category ? [{ name: "categorize", category: row.category }] : [];
    case "followUp": {
      const before = parked(row);
      return before.length > 0 ? before : [{ name: "followUpDone" }];
    }
    default:
      return [];
  }
}

/** Parks it as it was parked, unless that time has come. */
function parked({ status, followUp }: Row): Command[] {
  if (status !== "FOLLOW_UP" || !followUp || Date.parse(followUp.dueAt) <= Date.now()) return [];
  return [{ name: "followUp", dueAt: followUp.dueAt, note: followUp.note ?? undefined }];
}
