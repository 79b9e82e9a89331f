// The dialog, and which of its pages is shown.
import { render } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Form } from "../form/form";
import { Sent } from "../form/sent";
import { WHOLE, type Wrong } from "../form/wrong";
import type { Draft } from "../visit/draft";
import type { Visit } from "../visit/visit";
import { Writing } from "../visit/writing";
import { fill } from "../words/language";
import { Availability } from "./availability";
import { keepWithin, useKeptWithin } from "./focus";
import { useDesk } from "./hours";
import { Icon } from "./icons";
import { Unreachable } from "./unreachable";

type Page = { is: "form" | "list" } | { is: "lost"; link?: string } | { is: "sent" | "thread"; id: string };

interface Shown {
  visit: Visit;
  writing: Writing;
  open: boolean;
  /** It stands in the page and is always open. */
  inline: boolean;
  /** The page has a chat of its own. */
  chat: boolean;
  /** The link that they came by last; each time another one, even with the same token. */
  link: { token: string } | null;
}

export { default as look } from "./look.css?inline";

export class Panel {
  private readonly writing: Writing;
  private link: Shown["link"] = null;

  constructor(
    private readonly box: HTMLElement,
    private readonly visit: Visit,
  ) {
    this.writing = new Writing(visit);
    // What is rarely wanted, and by those whose network is bad: it comes while there is one.
    (self.requestIdleCallback ?? setTimeout)(() => void this.writing.seldom().catch(() => {}));
  }

  draw(open: boolean, inline: boolean, chat: boolean): void {
    render(<App {...{ visit: this.visit, writing: this.writing, link: this.link, open, inline, chat }} />, this.box);
  }

  prefill(known: Partial<Draft>): void {
    this.writing.prefill(known);
  }

  restore(token: string): void {
    this.link = { token };
    this.visit.host.changed();
  }

  end(): void {
    this.writing.end();
    render(null, this.box);
  }
}

function App({ visit, writing, open, inline, chat, link }: Shown) {
  const { language } = visit;
  const { words } = language;
  const [page, go] = useState<Page>({ is: "form" });
  const [wrong, setWrong] = useState<Wrong>({});
  const [recovery, setRecovery] = useState<typeof import("../recovery/recovery") | null>(null);
  const [online, setOnline] = useState(navigator.onLine);
  const panel = useRef<HTMLDivElement>(null);
  const opened = useRef(false);
  const shown = useRef(open);
  shown.current = open;

  const send = async () => {
    const { draft } = writing;
    const shelf = visit.shelves?.of(draft.key, draft.files, (files) => writing.write({ files }));
    await writing.hold(shelf?.settled());
    // Somebody else's by now.
    if (writing.draft.key !== draft.key) return;
    const missing = shelf?.items.find(({ state }) => state !== "sent");
    if (missing) return setWrong({ uploadIds: fill(words.notSent, missing) });
    const outcome = await writing.submit();
    if (!outcome || outcome.kind === "unknown") return;
    if (outcome.kind === "earlier") return visit.host.say(words.sentBefore);
    if (outcome.kind === "sent") {
      go({ is: "sent", id: outcome.id });
      return visit.host.say(words.sentTitle);
    }
    let found: Wrong = { [WHOLE]: words.failed };
    if (outcome.kind === "errors") {
      const { errors } = outcome;
      await writing.seldom().then((seldom) => (found = seldom.found(errors, words, visit.desk)), () => {});
    }
    setWrong(found);
    if (shown.current) return;
    // Nobody sees a form that is closed.
    visit.failed = true;
    visit.host.say(words.failed);
    visit.host.tell("lm:failed", {});
    visit.host.changed();
  };

  useEffect(() => {
    const network = () => {
      setOnline(navigator.onLine);
      if (navigator.onLine) visit.resume();
    };
    addEventListener("online", network);
    addEventListener("offline", network);
    // What was on its way when the page was left.
    if (writing.draft.pending) void send();
    return () => {
      removeEventListener("online", network);
      removeEventListener("offline", network);
    };
  }, []);

  const { known } = visit;
  useEffect(() => {
    if (open && (known || page.is === "list")) void visit.needHistory();
  }, [open, known, page.is, online]);

  useEffect(() => {
    if (link) go({ is: "lost", link: link.token });
  }, [link]);
  useEffect(() => {
    if (page.is === "lost") import("../recovery/recovery").then(setRecovery, () => {});
  }, [page.is, online]);

  useDesk(visit, open);

  // The keyboard goes into the dialog and back, and to the beginning of each page.
  useLayoutEffect(() => {
    const begins = panel.current?.querySelector<HTMLElement>("[data-first]") ?? panel.current;
    if (open && (opened.current || !inline)) begins?.focus();
    opened.current = open;
  }, [open, page.is, "id" in page && page.id]);
  const hadKeyboard = useKeptWithin(panel);

  const unread = visit.unreadInAll;
  const news = unread > 0 ? `, ${language.many(words.newReplies, unread)}` : "";
  const close = () => visit.host.close();
  const openChat = () => {
    close();
    visit.host.tell("lm:open-chat", {});
  };
  const { desk, history } = visit;
  const lose = () => go({ is: "lost" });
  const title =
    page.is === "lost" && !page.link ? words.lostMessages : page.is === "list" || page.is === "thread" ? words.history : (desk?.name ?? words.writeToUs);

  if (!open) return null;
  return (
    <div
      ref={panel}
      class={inline ? "panel inline" : "panel"}
      role={inline ? "region" : "dialog"}
      aria-modal={inline ? undefined : "true"}
      aria-label={words.leaveMessage}
      tabIndex={-1}
      onFocusIn={hadKeyboard}
      onKeyDown={(event) => (inline ? event.stopPropagation() : keepWithin(event, panel.current!, close))}
      onKeyUp={(event) => event.stopPropagation()}
      onKeyPress={(event) => event.stopPropagation()}
    >
      <header>
        {page.is !== "form" && (
          <button
            type="button"
            class="round"
            aria-label={words.back}
            onClick={() => go(page.is === "thread" ? { is: "list" } : { is: "form" })}
          >
            <Icon of="back" />
          </button>
        )}
        <h1 dir="auto">{title}</h1>
        {page.is === "form" && (
          <button
            type="button"
            class="round"
            aria-label={words.history + news}
            title={words.history}
            onClick={() => go({ is: "list" })}
          >
            <Icon of="history" />
            {unread > 0 && (
              <span class="badge" aria-hidden="true">
                {language.number(unread)}
              </span>
            )}
          </button>
        )}
        {!inline && (
          <button type="button" class="round" aria-label={words.close} onClick={close}>
            <Icon of="close" />
          </button>
        )}
      </header>
      {!online && !writing.waiting && (
        <p class="offline" role="status">
          <Icon of="cloud" />
          {words.offline}
        </p>
      )}
      <div class="page" key={"id" in page ? page.id : page.is}>
        {page.is === "form" && !desk && visit.unreachable && <Unreachable words={words} again={() => void visit.readDesk()} />}
        {page.is === "form" && !desk && !visit.unreachable && <p class="empty">{words.loading}</p>}
        {page.is === "form" && desk && (
          <>
            <section class="intro">
              <h2>{words.writeToUs}</h2>
              <p dir="auto">{desk.form.guidance ?? words.intro}</p>
              <Availability desk={desk} visit={visit} chat={chat ? openChat : null} />
            </section>
            <Form {...{ desk, visit, writing, wrong, setWrong }} send={() => void send()} lose={known ? null : lose} />
          </>
        )}
        {page.is === "sent" && (
          <Sent
            id={page.id}
            visit={visit}
            contact={writing.draft.contact}
            see={() => go({ is: "thread", id: page.id })}
            again={() => go({ is: "form" })}
          />
        )}
        {(page.is === "list" || page.is === "thread" ? !history : page.is === "lost" && !recovery) && (
          <p class="empty">{words.loading}</p>
        )}
        {page.is === "lost" && recovery && (
          <recovery.Recovery
            visit={visit}
            link={page.link ?? null}
            contact={writing.draft.contact}
            back={(id) => go(id ? { is: "thread", id } : { is: "list" })}
          />
        )}
        {page.is === "list" && history && (
          <history.List visit={visit} open={(id) => go({ is: "thread", id })} write={() => go({ is: "form" })} lose={lose} />
        )}
        {page.is === "thread" && history && (
          <history.Thread
            id={page.id}
            visit={visit}
            open={(id) => go({ is: "thread", id })}
            back={() => go({ is: "list" })}
            ask={(relatedTo) => {
              writing.write({ relatedTo });
              go({ is: "form" });
            }}
          />
        )}
      </div>
    </div>
  );
}
