// What is on its way, as this tab shows it: of every change it is kept what it is.
import { useSyncExternalStore } from "react";
import type { DoneFragment } from "../graph/generated/graphql";
import type { Uploaded } from "./drafts";
import { keep } from "./kept";
import { listeners } from "../shell/listeners";

export interface Outgoing {
  key: string;
  member: string;
  messageId: string;
  content: string;
  uploads: Uploaded[];
  /** What was on the screen when it was written. */
  version: number | null;
  sendAt: number;
  /** `resolves`: the server has the reply, and not yet that the message is resolved. */
  state: "waits" | "sends" | "retries" | "conflict" | "refused" | "resolves";
  /** Resolve the message once it is sent. */
  resolves: boolean;
  /** The key of that. */
  resolveKey?: string;
  /** The tab that sends it. */
  owner?: string;
  why?: string;
  conflict?: DoneFragment["conflict"];
}

export const isRefused = ({ state }: Pick<Outgoing, "state">) => state === "conflict" || state === "refused";

/** The server has not taken it, and cannot have: what was asked for once may have arrived. */
export const canTakeBack = (one: Pick<Outgoing, "state">) => one.state === "waits" || isRefused(one);

/** Nobody has it, although its time has come. */
export const isStuck = (one: Pick<Outgoing, "state">) => one.state === "retries" || isRefused(one);

let all: readonly Outgoing[] = [];
const those = listeners();

export const outbox = () => all;
export const find = (key: string) => all.find((one) => one.key === key);

export function show(next: readonly Outgoing[]): void {
  all = next;
  those.tell();
}

/** Shows one as it is kept. */
export const showOne = (one: Outgoing) => show(find(one.key) ? all.map((other) => (other.key === one.key ? one : other)) : [...all, one]);

export function put(one: Outgoing): void {
  keep(one);
  showOne(one);
}

export function change(key: string, some: Partial<Outgoing>): void {
  const one = find(key);
  if (one) put({ ...one, ...some });
}

export const useOutbox = () => useSyncExternalStore(those.listen, () => all);
