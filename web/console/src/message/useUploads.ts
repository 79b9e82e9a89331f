// Pictures and files on their way to the server, before the reply that they go with.
import { useState } from "react";
import { Fault, ask } from "../graph/ask";
import { AnnounceDocument } from "../graph/generated/graphql";
import { sentenceOf } from "../commands/run";
import { say } from "../told/toasts";
import { words } from "../words/words";
import type { Uploaded } from "./drafts";

const ARRIVES_WITHIN = 120_000;
/** One sender has so many places at the desk; more would wait there, and not for long. */
const AT_ONCE = 2;
const TRIES_WHEN_BUSY = 5;

let free = AT_ONCE;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (free > 0) free--;
  else await new Promise<void>((go) => waiting.push(go));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free++;
  }
}

/** Too many others may be in front; the address is as good as before. */
async function put(path: string, body: File): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const sent = await fetch(path, { method: "PUT", body, signal: AbortSignal.timeout(ARRIVES_WITHIN) });
    const wait = Number(sent.headers.get("retry-after"));
    if (sent.status !== 503 || !wait || tries === TRIES_WHEN_BUSY) return sent;
    await new Promise((go) => setTimeout(go, wait * 1000));
  }
}

export function useUploads(uploaded: (one: Uploaded) => void) {
  const [running, run] = useState<readonly string[]>([]);

  const one = (file: File) => {
    const name = file.name || words().t("attach.unnamed");
    run((so) => [...so, name]);
    return inTurn(() => send(file, name));
  };
  const send = async (file: File, name: string) => {
    try {
      const { createUpload } = await ask(AnnounceDocument, { input: { fileName: name, contentType: file.type, bytes: file.size } });
      const { upload, userErrors } = createUpload;
      if (!upload) throw new Error(userErrors.map(({ message }) => message).join(" "));
      const { pathname, search } = new URL(upload.url, location.origin);
      const sent = await put(pathname + search, file);
      const said = await sent.json().catch(() => null);
      if (!sent.ok) throw new Error(said?.errors?.[0]?.message ?? `HTTP ${sent.status}`);
      uploaded({ id: String(upload.id), name });
      if (said?.standsStill) say({ text: words().t("attach.still", { name }) });
    } catch (why) {
      const text = why instanceof Fault ? sentenceOf(why) : why instanceof Error ? why.message : String(why);
      say({ text: words().t("attach.failed", { name, why: text }), tone: "bad", action: { label: words().t("again"), run: () => void one(file) } });
    } finally {
      run((so) => so.toSpliced(so.indexOf(name), 1));
    }
  };
  return { running, add: (files: readonly File[]) => files.forEach((file) => void one(file)) };
}
