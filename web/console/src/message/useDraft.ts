// The drafts of this tab: in memory as they are typed, and in the browser a moment later, where other tabs find them.
import { useMemo, useSyncExternalStore } from "react";
import { BLANK, type Draft, draftNamed, drafted, isBlank, keepDraft, readDraft } from "./drafts";
import type { Outgoing } from "./outgoing";
import { listeners } from "../shell/listeners";

const KEEP_AFTER = 300;

const drafts = new Map<string, Draft>();
const those = listeners();
let timer: ReturnType<typeof setTimeout> | undefined;
const unkept = new Set<string>();
let version = 0;
/** How often everything that is kept was cleared. */
let clears = 0;

const name = (member: string, message: string) => `${member}.${message}`;

function draftOf(member: string, message: string): Draft {
  const key = name(member, message);
  const known = drafts.get(key);
  if (known) return known;
  const read = readDraft(localStorage, member, message) ?? BLANK;
  drafts.set(key, read);
  return read;
}

function changed(): void {
  version += 1;
  those.tell();
}

function become(member: string, message: string, draft: Draft): void {
  drafts.set(name(member, message), draft);
  unkept.add(name(member, message));
  changed();
  clearTimeout(timer);
  timer = setTimeout(keep, isBlank(draft) ? 0 : KEEP_AFTER);
}

function keep(): void {
  for (const key of unkept) {
    const [member, message] = key.split(".") as [string, string];
    const draft = drafts.get(key);
    if (draft) keepDraft(localStorage, member, message, draft);
  }
  unkept.clear();
}

/** Another tab has written; what is being typed here counts more. `stored` is null when everything was cleared. */
function wrote(stored: string | null): void {
  const written = stored === null ? [...drafts.keys()] : [draftNamed(stored)];
  for (const key of written) {
    if (key === null || unkept.has(key)) continue;
    const [member, message] = key.split(".") as [string, string];
    drafts.set(key, readDraft(localStorage, member, message) ?? BLANK);
  }
  if (stored === null) clears += 1;
  changed();
}

if (typeof window !== "undefined") {
  window.addEventListener("pagehide", keep);
  window.addEventListener("storage", ({ key }) => (key === null || draftNamed(key) !== null) && wrote(key));
}

export function useDraft(member: string, message: string) {
  const draft = useSyncExternalStore(those.listen, () => draftOf(member, message));
  return useMemo(
    () => ({
      draft,
      /** What it becomes may go by what it is then, which may be later than what was shown. */
      change: (some: Partial<Draft> | ((so: Draft) => Partial<Draft>)) => {
        const so = draftOf(member, message);
        become(member, message, { ...so, ...(typeof some === "function" ? some(so) : some), at: Date.now() });
      },
    }),
    [draft, member, message],
  );
}

/** What was taken back before it was sent can be written on. */
export function draftAgain({ member, messageId, content, uploads }: Outgoing): void {
  const draft = draftOf(member, messageId);
  const reply = [content, draft.reply].filter(Boolean).join("\n\n");
  become(member, messageId, { ...draft, kind: "reply", reply, uploads: [...uploads, ...draft.uploads], at: Date.now() });
}

/** The messages that have a draft. */
export function useDrafted(member: string | undefined): ReadonlySet<string> {
  const now = useSyncExternalStore(those.listen, () => version);
  const kept = useMemo(() => new Set(member ? drafted(localStorage, member) : []), [member, clears]);
  return useMemo(() => {
    const all = new Set(kept);
    for (const [key, draft] of drafts) {
      const [of, message] = key.split(".") as [string, string];
      if (of !== member) continue;
      if (isBlank(draft)) all.delete(message);
      else all.add(message);
    }
    return all;
  }, [kept, member, now]);
}
