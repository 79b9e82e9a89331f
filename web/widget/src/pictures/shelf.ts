// Pictures and files on their way to the desk, two at a time.
import { type Door, Failure } from "../api/ask";
import { NotTaken, sendFile } from "../api/send";
import type { SentFile } from "../visit/draft";
import type { Desk } from "../visit/visit";
import { fitting, isPicture, stillOf } from "./shrink";

const AT_ONCE = 2;
const KINDS = { PDF: "application/pdf", MP4: "video/mp4" } as const;

export interface Item {
  readonly name: string;
  still?: string | undefined;
  /** From 0 to 1 while it is sent. */
  progress: number;
  state: "waiting" | "sending" | "sent" | "failed" | "refused";
  /** Why it is refused: a word of ours, or what the desk said. */
  why?: "notTaken" | { largest: number } | { said: string };
  /** Its id, once it is there. */
  id?: string;
  /** It moved, and the desk keeps a picture of it that does not. */
  standsStill?: boolean | undefined;
  file?: File;
  stop?: AbortController;
}

export class Shelf {
  items: Item[];
  /** What is there now has changed. */
  changed = (_sent: SentFile[]) => {};
  private settling: (() => void)[] = [];

  constructor(
    private readonly door: Door,
    private readonly limits: NonNullable<Desk["uploads"]>,
    sent: SentFile[],
    private readonly ready: () => Promise<void>,
  ) {
    this.items = sent.map((file) => ({ ...file, state: "sent", progress: 1 }));
  }

  get accepts(): string {
    return ["image/*", ...this.limits.files.map((kind) => KINDS[kind])].join();
  }

  get busy(): boolean {
    return this.items.some(({ state }) => state === "waiting" || state === "sending");
  }

  /** When nothing is on its way any more. */
  settled(): Promise<void> {
    return this.busy ? new Promise((resolve) => this.settling.push(resolve)) : Promise.resolve();
  }

  get failed(): boolean {
    return this.items.some(({ state }) => state === "failed" || state === "refused");
  }

  /** False: there were more than go with one message. */
  add(files: Iterable<File>): boolean {
    const all = [...files];
    const room = this.limits.perMessage - this.items.length;
    for (const file of all.slice(0, Math.max(0, room))) {
      const item: Item = { name: file.name, file, state: "waiting", progress: 0 };
      this.items.push(item);
      void stillOf(file).then((still) => {
        item.still = still;
        this.tell();
      });
    }
    this.next();
    return all.length <= room;
  }

  remove(item: Item): void {
    item.stop?.abort();
    this.items = this.items.filter((each) => each !== item);
    this.next();
  }

  retry(item: Item): void {
    item.state = "waiting";
    this.next();
  }

  /** Those that broke off begin again: there is a network. */
  retryFailed(): void {
    const failed = this.items.filter(({ state }) => state === "failed");
    for (const item of failed) item.state = "waiting";
    if (failed.length) this.next();
  }

  private next(): void {
    const free = AT_ONCE - this.items.filter(({ state }) => state === "sending").length;
    const waiting = this.items.filter(({ state }) => state === "waiting").slice(0, Math.max(0, free));
    for (const item of waiting) void this.send(item).finally(() => this.next());
    this.tell();
  }

  private async send(item: Item): Promise<void> {
    item.state = "sending";
    item.progress = 0;
    item.stop = new AbortController();
    const file = item.file!;
    const picture = isPicture(file);
    const blob = picture ? await fitting(file, this.limits.bytes) : file;
    const taken = picture || this.limits.files.some((kind) => KINDS[kind] === file.type);
    const largest = picture ? this.limits.bytes : this.limits.fileBytes;
    if (!taken || !blob || blob.size > largest) {
      item.state = "refused";
      item.why = taken && file.size > largest ? { largest } : "notTaken";
      return;
    }
    try {
      await this.ready();
      const progress = (share: number) => {
        item.progress = share;
        this.tell();
      };
      const { id, standsStill } = await sendFile(this.door, file.name, blob, progress, item.stop.signal);
      item.id = id;
      item.standsStill = standsStill;
      item.state = "sent";
    } catch (failure) {
      item.state = failure instanceof NotTaken ? "refused" : "failed";
      if (failure instanceof NotTaken) item.why = { said: failure.message };
      if (!(failure instanceof NotTaken || failure instanceof Failure)) throw failure;
    }
  }

  private tell(): void {
    if (!this.busy) for (const settled of this.settling.splice(0)) settled();
    const sent = this.items.filter(({ state }) => state === "sent");
    this.changed(sent.map(({ id, name, still }) => ({ id: id!, name, ...(still && { still }) })));
  }
}
