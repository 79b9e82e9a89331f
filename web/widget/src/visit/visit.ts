// What is known of the desk and of this visitor, and how it is kept up to date.
import { type Door, Failure, ask } from "../api/ask";
import {
  ContinueDocument,
  DeskDocument,
  type DeskQuery,
  type MessageFragment,
  MineDocument,
  RateDocument,
  type RowFragment,
  StartVisitDocument,
  type StartVisitInput,
  WholeDocument,
} from "../api/generated/graphql";
import type { Change } from "../api/live";
import type { Shelf } from "../pictures/shelf";
import type { Language } from "../words/language";
import type { Addition, SentFile } from "./draft";
import type { Memory } from "./memory";

export type Desk = DeskQuery["desk"];
export type Message = MessageFragment;
export type Row = RowFragment;

/** So many messages whose replies were seen are remembered. */
const MOST_SEEN = 200;

/** What holds the widget in the page. */
export interface Host {
  /** Something is to be shown otherwise. */
  changed(): void;
  /** The page is told; false: it has prevented what would come of it. */
  tell(event: string, detail: object): boolean;
  /** For whoever hears the page and does not see it. */
  say(text: string): void;
  /** A part brings its own stylesheet. */
  dress(look: string): void;
  close(): void;
}

export class Visit implements Door {
  desk: Desk | null = null;
  /** The desk could not be read, and nothing is known of it. */
  unreachable = false;
  /** The newest first; null: not read yet. */
  rows: Row[] | null = null;
  /** After which there are older ones; null: all are there. */
  older: string | null = null;
  readonly messages = new Map<string, Message>();
  private readonly shelves = new Map<string, Shelf>();
  /** The name and the contact that they gave last. */
  person: { name: string | null; contact: string | null } | null = null;
  /** They are known by now. */
  met = () => {};
  /** Somebody else is here from now on. */
  parted = () => this.memory.set("draft", null);
  private following: AbortController | null = null;
  /** Parts of the widget that are fetched when they are needed. */
  pictures: typeof import("../pictures/pictures") | null = null;
  history: typeof import("../history/history") | null = null;

  constructor(
    readonly url: string,
    readonly language: Language,
    readonly memory: Memory,
    readonly host: Host,
  ) {}

  get lang(): string {
    return this.language.lang;
  }

  token(): string | null {
    return this.memory.get("token");
  }

  /** Listens, when somebody is known here. */
  begin(): void {
    if (!this.token() || this.following) return;
    const following = (this.following = new AbortController());
    const listener = {
      after: () => this.memory.get<string>("position"),
      changed: (change: Change) => this.take(change),
      read: () => void this.read().catch(() => {}),
      ended: () => this.forget(),
    };
    import("../api/live").then(
      ({ follow }) => follow(this, listener, following.signal),
      () => this.end(),
    );
  }

  end(): void {
    this.following?.abort();
    this.following = null;
  }

  /** Fetches the pages of earlier messages. Without a network they are not there, and asked for again. */
  async needHistory(): Promise<void> {
    await this.needPictures();
    const history = (this.history ??= await import("../history/history").catch(() => null));
    if (history) this.host.dress(history.look);
    this.host.changed();
  }

  private async needPictures(): Promise<void> {
    const pictures = (this.pictures ??= await import("../pictures/pictures").catch(() => null));
    if (pictures) this.host.dress(pictures.look);
    this.host.changed();
  }

  /** The desk as it is now. */
  async readDesk(): Promise<void> {
    try {
      this.desk = (await ask(this, DeskDocument, { locale: this.lang })).desk;
      this.unreachable = false;
      if (this.desk.uploads?.perMessage) void this.needPictures();
    } catch {
      this.unreachable = !this.desk;
    }
    this.host.changed();
  }

  /** There is a network again. */
  resume(): void {
    this.begin();
    if (this.unreachable) void this.readDesk();
    for (const shelf of this.shelves.values()) shelf.retryFailed();
  }

  /** The newest messages; or those that are older than all that are there. */
  async read(older = false): Promise<void> {
    const { visitor } = await ask(this, MineDocument, { after: older ? this.older : null });
    if (!visitor) return this.forget();
    const { nodes, pageInfo } = visitor.messages;
    const others = (this.rows ?? []).filter(({ id }) => !nodes.some((node) => node.id === id));
    if (!this.rows || older) this.older = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    this.rows = older ? [...others, ...nodes] : [...nodes, ...others];
    this.meet(visitor);
    this.count();
  }

  async readMessage(id: string): Promise<void> {
    const { visitor } = await ask(this, WholeDocument, { id });
    if (visitor?.message) this.keep(visitor.message);
  }

  private starting: Promise<void> | null = null;

  /** Whoever is nobody yet is a visitor after it, and the same one for all who ask at once. */
  async somebody(): Promise<void> {
    if (this.token()) return;
    this.starting ??= this.start().finally(() => (this.starting = null));
    await this.starting;
  }

  /** Makes a visitor of whoever is none; an identity may make another one of them. */
  async start(input: StartVisitInput = {}): Promise<void> {
    const begin = () => ask(this, StartVisitDocument, { input: { locale: this.lang, ...input } });
    // Whose token has ended is nobody, and may become somebody.
    const { startVisit } = await begin().catch((failure) => (failure.why === "token" ? begin() : Promise.reject(failure)));
    const { token, visitor, userErrors } = startVisit;
    if (userErrors[0]) throw new Error(userErrors[0].message);
    if (token) this.become(token);
    if (visitor) this.meet(visitor);
    this.begin();
  }

  /** From now on it is whoever has this token. */
  become(token: string): void {
    // What one person has begun to write is not shown to another.
    if (this.token()) this.parted();
    this.forget();
    this.memory.set("token", token);
  }

  private meet({ name, contact }: NonNullable<Visit["person"]>): void {
    this.person = { name, contact };
    this.met();
  }

  /** Somebody else may be known here from now on, or nobody. */
  forget(): void {
    this.end();
    for (const key of ["token", "position", "seen", "link"]) this.memory.set(key, null);
    this.rows = null;
    this.older = null;
    this.messages.clear();
    this.count();
  }

  /** The pictures of what is written under this key; null: the desk takes none. */
  shelf(key: string, sent: SentFile[], kept: (files: SentFile[]) => void): Shelf | null {
    const limits = this.desk?.uploads;
    if (!limits?.perMessage || !this.pictures) return null;
    let shelf = this.shelves.get(key);
    if (!shelf) this.shelves.set(key, (shelf = new this.pictures.Shelf(this, limits, sent, () => this.somebody(), kept)));
    return shelf;
  }

  /** More words of theirs; what is wrong with them. */
  async add(id: string, { key, content, files }: Addition) {
    const input = { messageId: id, content, uploadIds: files.map((file) => file.id), idempotencyKey: key };
    const { visitorMessage, userErrors } = (await ask(this, ContinueDocument, { input })).continueMessage;
    if (visitorMessage) this.keep(visitorMessage);
    return userErrors;
  }

  async rate(id: string, rating: number, comment: string): Promise<void> {
    const { rateMessage } = await ask(this, RateDocument, { input: { messageId: id, rating, comment: comment || null } });
    if (rateMessage.userErrors.length) throw new Failure("refused");
    if (rateMessage.visitorMessage) this.keep(rateMessage.visitorMessage);
    this.host.tell("lm:rated", { id, rating });
  }

  /** Replies that this browser has not shown yet. */
  unread({ id, entries }: Row): number {
    const seen = this.memory.get<Record<string, string>>("seen")?.[id] ?? "";
    return entries.filter(({ own, at }) => !own && at > seen).length;
  }

  get unreadInAll(): number {
    return (this.rows ?? []).reduce((sum, row) => sum + this.unread(row), 0);
  }

  /** They have it before their eyes. */
  saw({ id, entries }: Message): void {
    const seen = this.memory.get<Record<string, string>>("seen") ?? {};
    const newest = entries.at(-1)?.at ?? "";
    if (seen[id] === newest) return;
    delete seen[id];
    this.memory.set("seen", Object.fromEntries([...Object.entries(seen), [id, newest]].slice(-MOST_SEEN)));
    this.count();
  }

  /** A message as it is now, in the list as well. */
  keep(message: Message): void {
    const replies = (of?: Row) => of?.entries.filter(({ own }) => !own).length ?? 0;
    const before = this.rows?.find(({ id }) => id === message.id);
    this.messages.set(message.id, message);
    if (this.rows) {
      this.rows = before ? this.rows.map((row) => (row === before ? message : row)) : [message, ...this.rows];
      if (replies(message) > replies(before)) {
        this.host.tell("lm:replied", { id: message.id, reference: message.reference });
      }
    }
    this.count();
  }

  private take({ position, messageId, message }: Change): void {
    this.memory.set("position", position);
    if (message) return this.keep(message);
    this.messages.delete(messageId);
    this.rows = this.rows?.filter(({ id }) => id !== messageId) ?? null;
    this.count();
  }

  private counted = 0;

  /** Tells the host page when there are more or fewer unread replies. */
  private count(): void {
    const count = this.unreadInAll;
    if (count !== this.counted) this.host.tell("lm:unread", { count });
    this.counted = count;
    this.host.changed();
  }
}
