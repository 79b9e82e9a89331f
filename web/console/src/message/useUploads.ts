// Pictures and files on their way to the server, before the reply that they go with.
import { useState } from "react";
import { Fault, ask } from "../graph/ask";
import { AnnounceDocument } from "../graph/generated/graphql";
import { sentenceOf } from "../commands/run";
import { say } from "../told/toasts";
import { words } from "../words/words";
import type { Uploaded } from "./drafts";

const ARRIVES_WITHIN = 120_000;

export function useUploads(uploaded: (one: Uploaded) => void) {
  const [running, run] = useState<readonly string[]>([]);

  const one = async (file: File) => {
    const name = file.name || words().t("attach.unnamed");
    run((so) => [...so, name]);
    try {
      const { createUpload } = await ask(AnnounceDocument, { input: { fileName: name, contentType: file.type, bytes: file.size } });
      const { upload, userErrors } = createUpload;
      if (!upload) throw new Error(userErrors.map(({ message }) => message).join(" "));
      const { pathname, search } = new URL(upload.url, location.origin);
      const sent = await fetch(pathname + search, { method: "PUT", body: file, signal: AbortSignal.timeout(ARRIVES_WITHIN) });
      if (!sent.ok) {
        const said = await sent.json().catch(() => null);
        throw new Error(said?.errors?.[0]?.message ?? `HTTP ${sent.status}`);
      }
      uploaded({ id: String(upload.id), name });
    } catch (why) {
      const text = why instanceof Fault ? sentenceOf(why) : why instanceof Error ? why.message : String(why);
      say({ text: words().t("attach.failed", { name, why: text }), tone: "bad", action: { label: words().t("again"), run: () => void one(file) } });
    } finally {
      run((so) => so.toSpliced(so.indexOf(name), 1));
    }
  };
  return { running, add: (files: readonly File[]) => files.forEach((file) => void one(file)) };
}
