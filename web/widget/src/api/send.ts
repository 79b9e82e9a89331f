// Sends one picture or file: announces it, then puts its bytes where the desk says.
import { type Door, Failure, ask } from "./ask";
import { AnnounceDocument } from "./generated/graphql";

/** The desk has looked at it and does not take it. */
export class NotTaken extends Error {}

const TRIES_WHEN_BUSY = 5;

/** Its id, and whether what moved stands still now. `progress`: from 0 to 1. */
export async function sendFile(
  door: Door,
  name: string,
  blob: Blob,
  progress: (share: number) => void,
  stop: AbortSignal,
): Promise<{ id: string; standsStill?: boolean | undefined }> {
  const input = { fileName: name.slice(-255) || "picture", contentType: blob.type, bytes: blob.size };
  const { upload, userErrors } = (await ask(door, AnnounceDocument, { input })).createUpload;
  if (!upload) throw new NotTaken(userErrors[0]?.message);
  const url = new URL(upload.url, door.url).href;
  for (let tries = 1; ; tries++) {
    const { status, wait, text } = await put(url, door, blob, progress, stop);
    if (status === 201) return JSON.parse(text);
    // Too many others are in front; the address is as good as before.
    if (status === 503 && wait && tries < TRIES_WHEN_BUSY) {
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
      continue;
    }
    if (status === 413 || status === 415) throw new NotTaken(JSON.parse(text).errors[0].message);
    throw new Failure("network");
  }
}

/** `fetch` tells no progress of what is sent. */
function put(url: string, door: Door, blob: Blob, progress: (share: number) => void, stop: AbortSignal) {
  return new Promise<{ status: number; wait: number; text: string }>((resolve, reject) => {
    const request = new XMLHttpRequest();
    const failed = () => reject(new Failure("network"));
    request.open("PUT", url);
    request.setRequestHeader("accept-language", door.lang);
    request.timeout = 120_000;
    request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    request.onload = () =>
      resolve({
        status: request.status,
        wait: Number(request.getResponseHeader("retry-after")),
        text: request.responseText,
      });
    request.onerror = request.ontimeout = request.onabort = failed;
    stop.addEventListener("abort", () => request.abort());
    request.send(blob);
  });
}
