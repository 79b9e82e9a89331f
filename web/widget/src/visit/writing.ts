// The message that is being written, until the desk has it: sent over a bad network as often as it takes, and there once.
import { Failure, ask } from "../api/ask";
import { SubmitDocument, type SubmitMessageInput, type SubmitMutation } from "../api/generated/graphql";
import { type Draft, emptyDraft, sameSaid } from "./draft";
import type { Visit } from "./visit";

export type UserError = SubmitMutation["submitMessage"]["userErrors"][number];

/**
 * `earlier`: what was sent first has arrived, and what was changed since stands here as a message of its own. `errors`: the
 * visitor has something to mend. `refused`: nothing of theirs is wrong, and it is not there all the same. `unknown`: nobody
 * knows, or the desk wants to be asked again later.
 */
export type Outcome =
  | { kind: "sent"; id: string }
  | { kind: "earlier" }
  | { kind: "errors"; errors: UserError[] }
  | { kind: "refused" }
  | { kind: "unknown"; busy?: boolean; wait?: number | undefined };

const LONGEST_PAUSE = 30_000;
export class Writing {
  draft: Draft;
  /** Another try follows; what says why. */
  waiting: "waiting" | "busy" | null = null;
  holding = false;
  /** What was sent first has arrived, and this is what was changed since. */
  earlier = false;
  /** What stands in a field that people do not see: whoever fills it in is a program. */
  website = "";
  /** What a pressed desk has asked for, once. */
  proof: string | null = null;
  /** When they could begin to write, by a clock that nobody sets; null: something was there before. */
  private began: number | null;
  private ended = false;
  private sending: Promise<Outcome | null> | null = null;
  private hurryUp = () => {};

  constructor(private readonly visit: Visit) {
    this.draft = { ...emptyDraft(), ...visit.memory.get<Draft>("draft") };
    const { content, files, pending } = this.draft;
    this.began = content || files.length || pending ? null : performance.now();
    visit.met = () => this.prefill({ name: visit.person?.name ?? "", contact: visit.person?.contact ?? "" });
    visit.parted = (here) => this.renew({ name: "", contact: "" }, here);
    visit.met();
  }

  write(part: Partial<Draft>): void {
    Object.assign(this.draft, part);
    this.draft.formVersion ??= this.visit.desk?.form.version ?? null;
    this.visit.memory.set("draft", this.draft);
    this.visit.host.changed();
  }

  /** Fills in what the visitor has not filled in. It is kept with what they write themselves. */
  prefill(part: Partial<Draft>): void {
    if (this.draft.pending) return;
    if (part.content) this.began = null;
    const missing = Object.entries(part).filter(([name]) => !this.draft[name as keyof Draft]);
    Object.assign(this.draft, Object.fromEntries(missing), { answers: { ...part.answers, ...this.draft.answers } });
    this.visit.host.changed();
  }

  /** The next message, of the same person. `here`: the draft that this browser keeps is this one. */
  renew(part: Partial<Draft> = {}, here = true): void {
    this.began = performance.now();
    this.website = "";
    this.earlier = false;
    this.waiting = null;
    this.visit.shelves?.drop(this.draft.key);
    this.draft = { ...emptyDraft(this.draft.name, this.draft.contact), ...part };
    if (here) this.visit.memory.set("draft", this.draft);
    this.visit.host.changed();
  }

  /** Nothing is changed any more while its pictures are still on their way. */
  async hold(pictures: Promise<void> | undefined): Promise<void> {
    this.holding = true;
    this.visit.host.changed();
    await pictures;
    this.holding = false;
    this.visit.host.changed();
  }

  /** Sends it until there is an answer; null: the visitor went back to writing. What is under way already goes on. */
  submit(): Promise<Outcome | null> {
    this.earlier = false;
    this.write({ pending: true });
    return (this.sending ??= this.send().finally(() => (this.sending = null)));
  }

  private async send(): Promise<Outcome | null> {
    for (let tries = 0; this.draft.pending && !this.ended; tries++) {
      const outcome = await this.once();
      if (this.ended) break;
      if (outcome.kind !== "unknown") {
        this.waiting = null;
        if (outcome.kind === "sent") this.renew();
        else this.write({ pending: false });
        return outcome;
      }
      if (!this.draft.pending) break;
      this.waiting = outcome.busy ? "busy" : "waiting";
      this.visit.host.changed();
      await this.pause(outcome.wait ? outcome.wait * 1000 : Math.min(LONGEST_PAUSE, 1000 * 2 ** tries));
    }
    return null;
  }

  tryNow(): void {
    this.hurryUp();
  }

  /** Back to writing. Should it have arrived all the same, its key says so when it is sent again. */
  stop(): void {
    this.waiting = null;
    this.write({ pending: false });
    this.hurryUp();
  }

  /** Somebody else goes on with it. */
  end(): void {
    this.ended = true;
    this.hurryUp();
  }

  /** One try. */
  async once(): Promise<Outcome> {
    const { visit } = this;
    try {
      // First somebody is known and then they write: were the answer lost, they would not find what they wrote.
      await visit.somebody();
      // Meanwhile they went back to writing, or are somebody else.
      if (!this.draft.pending) return { kind: "unknown" };
      const input = this.leaving();
      const { receipt, visitorMessage, userErrors } = (await ask(visit, SubmitDocument, { input: { ...input, proof: this.proof } }))
        .submitMessage;
      if (this.draft.key !== input.idempotencyKey) return { kind: "unknown" };
      const codes = userErrors.map(({ code }) => code);
      if (codes.includes("IDEMPOTENCY_KEY_REUSED")) return await (await this.seldom()).reused(this, visit, input);
      if (codes.includes("PROOF_REQUIRED")) return await (await this.seldom()).proven(this, visit);
      if (!receipt) return await (await this.seldom()).refused(this, visit, input, userErrors);
      if (visitorMessage) visit.keep(visitorMessage);
      visit.host.tell("lm:submitted", { id: receipt.id, reference: visitorMessage?.reference });
      // It was changed while it was on its way.
      if (!sameSaid(input, this.input())) return (await this.seldom()).goOn(this, visit, receipt.id, input);
      return { kind: "sent", id: receipt.id };
    } catch (failure) {
      if (!(failure instanceof Failure)) return { kind: "refused" };
      if (failure.why === "network") return { kind: "unknown" };
      if (failure.why === "token") return this.once();
      return failure.why === "later" ? { kind: "unknown", busy: true, wait: failure.wait } : { kind: "refused" };
    }
  }

  /** It comes when it is wanted, or came while there was a network. */
  seldom(): Promise<typeof import("./seldom")> {
    return import("./seldom").catch(() => Promise.reject(new Failure("network")));
  }

  /** As it leaves, and kept before it does: what was not changed since goes as it went, whatever page and desk are by now. */
  private leaving(): SubmitMessageInput {
    const { tried } = this.draft;
    const last = tried.at(-1);
    if (last && sameSaid(last, this.input())) return last;
    const input = this.input();
    this.write({ tried: [...tried, input] });
    return input;
  }

  input(): SubmitMessageInput {
    const { key, name, contact, content, categoryId, answers, formVersion, relatedTo, files } = this.draft;
    const { desk, lang } = this.visit;
    return {
      name,
      contact,
      content,
      categoryId: categoryId || null,
      fields: Object.entries(answers).map(([fieldId, value]) => ({ fieldId, value })),
      uploadIds: files.map(({ id }) => id),
      relatedTo: relatedTo?.id ?? null,
      formVersion,
      privacyNoticeVersion: desk?.privacyNotice ? desk.privacyNoticeVersion : null,
      locale: lang,
      pageUrl: location.origin + location.pathname,
      website: this.website,
      filledInSeconds: this.began && Math.round((performance.now() - this.began) / 1000),
      idempotencyKey: key,
    };
  }

  /** Until some time has passed, there is a network again, or the visitor wants it now. */
  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.hurryUp(), milliseconds);
      this.hurryUp = () => {
        clearTimeout(timer);
        removeEventListener("online", this.hurryUp);
        resolve();
      };
      addEventListener("online", this.hurryUp);
    });
  }
}
