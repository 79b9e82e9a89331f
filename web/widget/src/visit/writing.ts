// The message that is being written, until the desk has it: sent over a bad network as often as it takes, and there once.
import { Failure, ask } from "../api/ask";
import { SubmitDocument, type SubmitMessageInput, type SubmitMutation } from "../api/generated/graphql";
import { type Draft, emptyAddition, emptyDraft } from "./draft";
import type { Visit } from "./visit";

export type UserError = SubmitMutation["submitMessage"]["userErrors"][number];

/** `errors`: the visitor has something to mend. `refused`: nothing of theirs is wrong, and it is not there all the same. */
export type Outcome =
  | { kind: "sent"; id: string }
  | { kind: "errors"; errors: UserError[] }
  | { kind: "refused"; wait?: number | undefined }
  | { kind: "unknown" };

const LONGEST_PAUSE = 30_000;

export class Writing {
  draft: Draft;
  /** The last try brought no answer; another one follows. */
  waiting = false;
  holding = false;
  /** What stands in a field that people do not see: whoever fills it in is a program. */
  website = "";
  private proof: string | null = null;
  /** When they could begin to write, by a clock that nobody sets; null: something was there before. */
  private began: number | null;
  private ended = false;
  private hurryUp = () => {};

  constructor(private readonly visit: Visit) {
    this.draft = { ...emptyDraft(), ...visit.memory.get<Draft>("draft") };
    const { content, files, pending } = this.draft;
    this.began = content || files.length || pending ? null : performance.now();
    visit.met = () => this.prefill({ name: visit.person?.name ?? "", contact: visit.person?.contact ?? "" });
    visit.parted = () => this.renew({ name: "", contact: "" });
    visit.met();
  }

  write(part: Partial<Draft>): void {
    Object.assign(this.draft, part);
    this.visit.memory.set("draft", this.draft);
    this.visit.host.changed();
  }

  /** Fills in what the visitor has not filled in. */
  prefill(part: Partial<Draft>): void {
    if (this.draft.pending) return;
    if (part.content) this.began = null;
    const missing = Object.entries(part).filter(([name]) => !this.draft[name as keyof Draft]);
    this.write({ ...Object.fromEntries(missing), answers: { ...part.answers, ...this.draft.answers } });
  }

  /** The next message, of the same person. */
  renew(part: Partial<Draft> = {}): void {
    this.began = performance.now();
    this.website = "";
    this.write({ ...emptyDraft(this.draft.name, this.draft.contact), ...part });
  }

  /** Nothing is changed any more while its pictures are still on their way. */
  async hold(pictures: Promise<void> | undefined): Promise<void> {
    this.holding = true;
    this.visit.host.changed();
    await pictures;
    this.holding = false;
    this.visit.host.changed();
  }

  /** Sends it until there is an answer; null: the visitor went back to writing. */
  async submit(): Promise<Outcome | null> {
    this.write({ pending: true });
    for (let tries = 0; this.draft.pending && !this.ended; tries++) {
      const outcome = await this.once();
      if (this.ended) break;
      if (outcome.kind !== "unknown") {
        this.waiting = false;
        if (outcome.kind === "sent") this.renew();
        else this.write({ pending: false });
        return outcome;
      }
      if (!this.draft.pending) break;
      this.waiting = true;
      this.visit.host.changed();
      await this.pause(Math.min(LONGEST_PAUSE, 1000 * 2 ** tries));
    }
    return null;
  }

  tryNow(): void {
    this.hurryUp();
  }

  /** Back to writing. Should it have arrived all the same, its key says so when it is sent again. */
  stop(): void {
    this.waiting = false;
    this.write({ pending: false });
    this.hurryUp();
  }

  /** Somebody else goes on with it. */
  end(): void {
    this.ended = true;
    this.hurryUp();
  }

  private async once(): Promise<Outcome> {
    const { visit } = this;
    try {
      // First somebody is known and then they write: were the answer lost, they would not find what they wrote.
      await visit.somebody();
      const { receipt, visitorMessage, userErrors } = (await ask(visit, SubmitDocument, { input: this.input() }))
        .submitMessage;
      if (userErrors.some(({ code }) => code === "IDEMPOTENCY_KEY_REUSED")) return await this.arrivedBefore();
      if (userErrors.some(({ code }) => code === "PROOF_REQUIRED")) return await this.proven();
      if (!receipt) return { kind: "errors", errors: userErrors };
      if (visitorMessage) visit.keep(visitorMessage);
      visit.host.tell("lm:submitted", { id: receipt.id, reference: visitorMessage?.reference });
      return { kind: "sent", id: receipt.id };
    } catch (failure) {
      if (!(failure instanceof Failure)) return { kind: "refused" };
      if (failure.why === "network") return { kind: "unknown" };
      if (failure.why === "token") return this.once();
      return { kind: "refused", wait: failure.wait };
    }
  }

  /** Once more, with what a pressed desk asks for. */
  private async proven(): Promise<Outcome> {
    // The same may be on its way already, and have used it up.
    if (this.proof) return { kind: "unknown" };
    const { proof } = await import("../proof/proof").catch(() => Promise.reject(new Failure("network")));
    this.proof = await proof(this.visit);
    return this.once().finally(() => (this.proof = null));
  }

  /** The words were changed after a try whose answer was lost: what is new goes on in the message that is there. */
  private async arrivedBefore(): Promise<Outcome> {
    await this.visit.read();
    const row = this.visit.rows?.[0];
    if (!row) return { kind: "refused" };
    const { content } = this.draft;
    if (content !== row.entries[0]?.content) {
      this.visit.memory.set(`addition:${row.id}`, { ...emptyAddition(), content });
    }
    return { kind: "sent", id: row.id };
  }

  private input(): SubmitMessageInput {
    const { key, name, contact, content, categoryId, answers, relatedTo, files } = this.draft;
    const { desk, lang } = this.visit;
    return {
      name,
      contact,
      content,
      categoryId: categoryId || null,
      fields: Object.entries(answers).map(([fieldId, value]) => ({ fieldId, value })),
      uploadIds: files.map(({ id }) => id),
      relatedTo: relatedTo?.id ?? null,
      formVersion: desk?.form.version ?? null,
      privacyNoticeVersion: desk?.privacyNotice ? desk.privacyNoticeVersion : null,
      locale: lang,
      pageUrl: location.origin + location.pathname,
      website: this.website,
      filledInSeconds: this.began && Math.round((performance.now() - this.began) / 1000),
      proof: this.proof,
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
