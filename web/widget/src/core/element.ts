// `<leave-message>`: what a host page sees of the widget. What stands in its dialog is fetched when it is opened.
import { drawLauncher, dress } from "../loader/launcher";
import type { Panel } from "../panel/panel";
import type { Draft } from "../visit/draft";
import { Memory } from "../visit/memory";
import { Visit } from "../visit/visit";
import { Language, choose } from "../words/language";
import look from "./core.css?inline";

/** The desk is where this file comes from. */
const DESK = new URL(import.meta.url).origin;

export type Prefill = Partial<Pick<Draft, "name" | "contact" | "content" | "categoryId" | "answers">>;

export class LeaveMessage extends HTMLElement {
  static observedAttributes = ["lang", "chat", "inline"];

  private readonly root = this.shadowRoot ?? drawLauncher(this);
  private readonly launcher = this.root.querySelector("button")!;
  private readonly box = document.createElement("div");
  private readonly status = document.createElement("div");
  private visit: Visit | null = null;
  private panel: Panel | null = null;
  private isOpen = false;
  private drawing = false;
  private prefilled: Prefill = {};
  private readonly begun = Promise.withResolvers<void>();
  private unread = 0;
  /** What stands on the button. */
  private mark = "";
  /** Stylesheets that are on already. */
  private readonly worn = new Set<string>();
  private readonly elsewhere = (event: StorageEvent) => this.visit?.heard(event);

  constructor() {
    super();
    dress(this.root, look);
    this.status.className = "unseen";
    this.status.role = "status";
    this.box.className = "box";
    this.root.append(this.box, this.status);
    this.launcher.ariaHasPopup = "dialog";
    this.launcher.onclick = () => this.open();
    // Whoever comes near may be about to open it.
    this.launcher.onpointerenter = () => void this.fetchPanel().catch(() => {});
  }

  connectedCallback(): void {
    this.isOpen = this.hasAttribute("open");
    this.launcher.hidden = this.hasAttribute("inline");
    addEventListener("storage", this.elsewhere);
    this.tryToBegin();
  }

  disconnectedCallback(): void {
    removeEventListener("storage", this.elsewhere);
    this.stop();
  }

  attributeChangedCallback(name: string): void {
    if (!this.isConnected) return;
    if (name === "lang") this.tryToBegin();
    this.draw();
  }

  /** Shows the dialog. */
  open(): void {
    this.setOpen(true);
  }

  /** Hides it; what was written is kept. */
  close(): void {
    this.setOpen(false);
  }

  /** Fills in what the visitor has not filled in themselves. */
  prefill(known: Prefill): void {
    this.prefilled = { ...this.prefilled, ...known };
    this.panel?.prefill(this.prefilled);
  }

  /** Says who it is, by a token that the host's server has signed; refused with a sentence when that opens nothing. */
  async identify(identity: string): Promise<void> {
    await this.begun.promise;
    await this.visit?.start({ identity });
  }

  /** Brings back whoever a link was sent to. */
  async restore(link: string): Promise<void> {
    await this.fetchPanel();
    this.panel?.restore(link);
  }

  /** Takes it away. What the visitor is known by here stays. */
  destroy(): void {
    this.remove();
  }

  /** Without a network there is nothing yet; opening it tries again. */
  private tryToBegin(): void {
    this.begin().catch(() => {});
  }

  private async begin(): Promise<void> {
    const lang = this.wanted();
    const language = await Language.load(lang);
    // Meanwhile it may have been taken away, or told to speak otherwise.
    if (!this.isConnected || lang !== this.wanted() || this.visit?.lang === lang) return;
    this.stop();
    this.visit = new Visit(DESK, language, new Memory(DESK), {
      changed: () => this.draw(),
      tell: (name, detail) => this.tell(name, detail),
      say: (text) => (this.status.textContent = text),
      dress: (sheet) => {
        if (!this.worn.has(sheet)) dress(this.root, sheet);
        this.worn.add(sheet);
      },
      close: () => this.close(),
    });
    this.begun.resolve();
    this.visit.begin();
    // Only the box has the language: the attribute of the host is the page's.
    for (const each of [this.box, this.launcher, this.status]) {
      each.lang = lang;
      each.dir = language.dir;
    }
    // What was on its way when the page was left.
    if (this.visit.memory.get<Draft>("draft")?.pending) await this.fetchPanel().catch(() => {});
    this.draw();
    this.tell("lm:ready", {});
  }

  private wanted(): string {
    return choose([this.lang, document.documentElement.lang, ...navigator.languages].filter((tag) => tag && tag !== "auto"));
  }

  private stop(): void {
    this.visit?.leave();
    this.panel?.end();
    this.visit = this.panel = null;
  }

  private async fetchPanel(): Promise<void> {
    await this.begun.promise;
    const { Panel, look } = await import("../panel/panel");
    const { visit } = this;
    if (!visit || this.panel) return;
    visit.host.dress(look);
    this.panel = new Panel(this.box, visit);
    this.panel.prefill(this.prefilled);
  }

  private setOpen(open: boolean): void {
    if (open === this.isOpen) return;
    this.isOpen = open;
    if (open && this.visit) {
      this.visit.failed = false;
      this.visit.begin();
    }
    if (open && !this.visit) this.tryToBegin();
    const focused = this.root.activeElement;
    this.draw();
    this.tell(open ? "lm:open" : "lm:close", {});
    // Back to the button, unless the page has taken the keyboard elsewhere meanwhile.
    if (!open && focused) queueMicrotask(() => document.activeElement === document.body && this.launcher.focus());
  }

  /** True: the host page has not prevented what comes of it. */
  private tell(name: string, detail: object): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  /** Once, however much has changed at once. */
  private draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      this.drawNow();
    });
  }

  private drawNow(): void {
    const { visit, launcher } = this;
    if (!visit) return;
    const { language } = visit;
    const { words } = language;
    const inline = this.hasAttribute("inline");
    const open = inline || this.isOpen;
    if (open && !this.panel) {
      launcher.ariaBusy = "true";
      this.status.textContent = "";
      void this.fetchPanel()
        .then(() => this.draw())
        .catch(() => {
          // No network, or another release by now: the button is there for another try.
          this.isOpen = false;
          launcher.ariaBusy = null;
          this.status.textContent = words.unreachable;
          this.status.className = "unreachable";
        });
    } else launcher.ariaBusy = null;
    this.panel?.draw(open, inline, this.hasAttribute("chat"));
    if (open && this.panel) this.status.className = "unseen";
    launcher.hidden = inline || (open && this.panel !== null);
    const unread = visit.unreadInAll;
    const news = visit.failed ? words.failed : unread && language.many(words.newReplies, unread);
    launcher.ariaLabel = words.leaveMessage + (news ? `, ${news}` : "");
    const mark = visit.failed ? "!" : unread ? language.number(unread) : "";
    if (mark !== this.mark) launcher.replaceChildren(...(mark ? [badge(mark)] : []));
    this.mark = mark;
    if (unread > this.unread) this.status.textContent = words.replied;
    this.unread = unread;
  }
}

function badge(text: string): HTMLElement {
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.ariaHidden = "true";
  badge.textContent = text;
  return badge;
}

if (!customElements.get("leave-message")) customElements.define("leave-message", LeaveMessage);
