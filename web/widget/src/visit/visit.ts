// What is known of the desk and of this visitor, and how it is kept up to date.
import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";
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
} from "../api/generated/graphql";
import type { Change } from "../api/live";
import type { Shelves } from "../pictures/shelves";
import type { Language } from "../words/language";
import type { Addition } from "./draft";
import type { Memory } from "./memory";

export type Desk = DeskQuery["desk"];
export type Message = MessageFragment;
export type Row = RowFragment;

/** So many messages whose replies were seen are remembered. */
const MOST_SEEN = 200;

/** What is kept of whoever has the token, beside it. */
const OF_ONE_PERSON = ["position", "seen", "link"];

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

/** The widgets of this page: browsers tell other pages of what is written down, and not this one. */
const HERE = new Set<Visit>();

export class Visit implements Door {
  desk: Desk | null = null;
  /** The desk could not be read, and nothing is known of it. */
  unreachable = false;
  /** The newest first; null: not read yet. */
  rows: Row[] | null = null;
  /** After which there are older ones; null: all are there. */
  older: string | null = null;
  readonly messages = new Map<string, Message>();
  /** The pictures of what is being written; null: nothing is known about pictures yet. */
  shelves: Shelves | null = null;
  /** The name and the contact that they gave last. */
  person: { name: string | null; contact: string | null } | null = null;
  /** They are known by now. */
  met = () => {};
  /** Somebody else is here from now on. `here`: they became so here, so what this browser keeps is not theirs. */
  parted = (here: boolean) => {
    if (here) this.memory.set("draft", null);
  };
  /** What was sent while the dialog was closed did not arrive, and the visitor does not know it yet. */
  failed = false;
  /** The token of whoever all of this is about. */
  private whose: string | null;
  private following: AbortController | null = null;
  /** Parts of the widget that are fetched when they are needed. */
  pictures: typeof import("../pictures/pictures") | null = null;
  history: typeof import("../history/history") | null = null;

  constructor(
    readonly url: string,
    readonly language: Language,
    readonly memory: Memory,
    readonly host: Host,
  ) {
    this.whose = memory.get("token");
    HERE.add(this);
  }

  get lang(): string {
    return this.language.lang;
  }

  /** Whoever asks for it learns as well that the visitor has become somebody else elsewhere. */
  token(): string | null {
    this.becameElsewhere(this.memory.get("token"));
    return this.whose;
  }

  get known(): boolean {
    return this.whose !== null;
  }

  /** Another page of this browser has written something down. */
  heard({ key, newValue }: StorageEvent): void {
    if (key === this.memory.name("token")) this.becameElsewhere(newValue && JSON.parse(newValue));
    if (key === this.memory.name("seen")) this.count();
  }

  /** In another page, or in another widget of this one. Nothing of one person is shown to another, or sent as theirs. */
  private becameElsewhere(token: string | null): void {
    if (token === this.whose) return;
    const another = this.whose && token;
    this.whose = token;
    this.clear();
    if (another) this.parted(false);
    this.begin();
  }

  /** Listens, when somebody is known here. */
  begin(): void {
    if (!HERE.has(this) || !this.token() || this.following) return;
    const following = (this.following = new AbortController());
    const listener = {
      after: () => this.memory.get<string>("position"),
      changed: (change: Change) => this.take(change),
      read: () => void this.read().catch(() => {}),
      ended: (token: string) => this.forget(token),
    };
    import("../api/live").then(
      ({ follow }) => follow(this, listener, following.signal),
      () => this.end(),
    );
  }

  /** The widget is taken away. */
  leave(): void {
    HERE.delete(this);
    this.end();
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
    if (pictures) {
      this.shelves ??= new pictures.Shelves(this);
      this.host.dress(pictures.look);
    }
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
    this.shelves?.retryFailed();
  }

  /** The newest messages; or those that are older than all that are there. */
  async read(older = false): Promise<void> {
    const { visitor } = await this.ask(MineDocument, { after: older ? this.older : null });
    if (!visitor) return this.forget(this.whose);
    const { nodes, pageInfo } = visitor.messages;
    const others = (this.rows ?? []).filter(({ id }) => !nodes.some((node) => node.id === id));
    if (!this.rows || older) this.older = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    this.rows = older ? [...others, ...nodes] : [...nodes, ...others];
    this.meet(visitor);
    this.count();
  }

  /** As whoever is here. What is answered when they are somebody else by then is not shown to them. */
  async ask<Data, Variables>(document: DocumentTypeDecoration<Data, Variables>, variables: Variables): Promise<Data> {
    const token = this.token();
    const data = await ask(this, document, variables);
    if (token !== this.token()) throw new Failure("token");
    return data;
  }

  private starting: Promise<void> | null = null;

  /** Whoever is nobody yet is a visitor after it, and the same one for all who ask at once. */
  async somebody(): Promise<void> {
    if (this.token()) return;
    this.starting ??= this.start().finally(() => (this.starting = null));
    await this.starting;
  }

  /** Makes a visitor of whoever is none; an identity may make another one of them. */
  async start(input?: StartVisitInput): Promise<void> {
    const begin = () => ask(this, StartVisitDocument, { input: { locale: this.lang, ...input } });
    // Whose token has ended is nobody, and may become somebody.
    const { startVisit } = await begin().catch((failure) => (failure.why === "token" ? begin() : Promise.reject(failure)));
    const { token, visitor, userErrors } = startVisit;
    if (userErrors[0]) throw new Error(userErrors[0].message);
    // Whoever was to be anybody is who another page or widget has become meanwhile.
    if (!input && this.token()) return this.begin();
    if (token) this.become(token);
    if (visitor) this.meet(visitor);
    this.begin();
  }

  /** From now on it is whoever has this token. */
  become(token: string): void {
    // What one person has begun to write is not shown to another.
    const another = this.token();
    if (another) this.parted(true);
    this.clear();
    for (const key of OF_ONE_PERSON) this.memory.set(key, null);
    this.memory.set("token", (this.whose = token));
    // Who was nobody is found out when it matters: the list is read then, and has what they have written by now.
    if (another) for (const visit of HERE) visit.token();
  }

  private meet({ name, contact }: NonNullable<Visit["person"]>): void {
    this.person = { name, contact };
    this.met();
  }

  /** This token opens nothing; another one may be there by now, and stays. */
  forget(token: string | null): void {
    if (token !== this.token()) return;
    this.whose = null;
    this.clear();
    for (const key of ["token", ...OF_ONE_PERSON]) this.memory.set(key, null);
    for (const visit of HERE) visit.token();
  }

  private clear(): void {
    this.end();
    this.person = null;
    this.rows = null;
    this.older = null;
    this.messages.clear();
    this.count();
  }

  /** More words of theirs; what is wrong with them. */
  async add(id: string, { key, content, files }: Addition) {
    const input = { messageId: id, content, uploadIds: files.map((file) => file.id), idempotencyKey: key };
    const { visitorMessage, userErrors } = (await this.ask(ContinueDocument, { input })).continueMessage;
    if (visitorMessage) this.keep(visitorMessage);
    return userErrors;
  }

  async rate(id: string, rating: number, comment: string, key: string): Promise<void> {
    const input = { messageId: id, rating, comment: comment || null, idempotencyKey: key };
    const { rateMessage } = await this.ask(RateDocument, { input });
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
    for (const visit of HERE) visit.count();
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
    this.told(messageId, message);
  }

  /** A message as the desk tells it; nothing: it is not there any more. */
  told(id: string, message: Message | null | undefined): void {
    if (message) return this.keep(message);
    this.messages.delete(id);
    this.rows = this.rows?.filter((row) => row.id !== id) ?? null;
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
