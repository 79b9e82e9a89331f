// The way back to what was written before: by the link of a mail, or by a code that is asked for. Fetched when somebody comes so.
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure, ask } from "../api/ask";
import { Question } from "../form/question";
import { Icon } from "../panel/icons";
import { Unreachable } from "../panel/unreachable";
import type { Visit } from "../visit/visit";
import { fill } from "../words/language";
import { RedeemRecoveryCodeDocument, RequestRecoveryDocument } from "./generated/graphql";

interface Shown {
  visit: Visit;
  /** The token of the link that they came by. */
  link: string | null;
  /** What they have begun to write their contact as. */
  contact: string;
  /** They are back; the newest message with replies that were not seen, if there is one. */
  back(id: string | undefined): void;
}

/**
 * Where the way goes on. `link`: the visitor says that they want it, for a link works once, and programs that look through
 * mail open it as well. `again`: it could not be tried, for want of a network.
 */
type Step = "link" | "following" | "again" | "contact" | "code";
type Wrong = { at: "whole" | "contact" | "code"; says: string } | null;

/** By as much of its end a link is known again, and opened by nobody. */
const LINK_ENDS = 8;
const DIGITS = /^\d{6}$/;

export function Recovery({ visit, link, contact: begun, back }: Shown) {
  const { language } = visit;
  const { words } = language;
  const [step, setStep] = useState<Step>(link ? "link" : "contact");
  const [contact, setContact] = useState(begun);
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState<Wrong>(null);
  const [busy, setBusy] = useState(false);
  const part = useRef<HTMLFormElement>(null);

  const follow = async (restore: string) => {
    setStep("following");
    const end = restore.slice(-LINK_ENDS);
    try {
      await visit.start({ restore });
      visit.memory.set("link", end);
    } catch (failure) {
      if (failure instanceof Failure && failure.why !== "refused") return setStep("again");
      // The same mail was opened here before: this browser is who it was sent to.
      if (visit.memory.get("link") !== end) {
        setStep("contact");
        return setWrong({ at: "whole", says: words.linkOver });
      }
    }
    await arrive();
  };
  const arrive = async () => {
    // The live connection reads it as well, should this fail.
    await visit.read().catch(() => {});
    const unread = (visit.rows ?? []).filter((row) => visit.unread(row) > 0);
    back(unread.sort((a, b) => b.lastActivityAt.localeCompare(a.lastActivityAt))[0]?.id);
  };
  useEffect(() => {
    if (link) setStep("link");
  }, [link]);

  // The keyboard goes to what is wrong, else to what is asked.
  useEffect(() => {
    if (!busy) part.current?.querySelector<HTMLElement>("[role=alert], input, .main")?.focus();
  }, [step, wrong, busy]);

  /** The same words whoever asks: whether a contact is known is not told. */
  const request = async () => {
    if (!contact.trim()) return setWrong({ at: "contact", says: words.required });
    const input = { contact, locale: language.lang };
    const { userErrors } = (await ask(visit, RequestRecoveryDocument, { input })).requestRecovery;
    if (userErrors.length) return setWrong({ at: "contact", says: words.contactWrong });
    setCode("");
    setStep("code");
  };
  const redeem = async () => {
    const typed = digits(code);
    if (!DIGITS.test(typed)) return setWrong({ at: "code", says: code.trim() ? words.codeWrong : words.required });
    const input = { contact, code: typed };
    const { token } = (await ask(visit, RedeemRecoveryCodeDocument, { input })).redeemRecoveryCode;
    if (!token) return setWrong({ at: "code", says: words.codeWrong });
    visit.become(token);
    visit.begin();
    await arrive();
  };
  const go = async (act: () => Promise<void>) => {
    setWrong(null);
    setBusy(true);
    try {
      await act();
    } catch (failure) {
      const wait = failure instanceof Failure && failure.wait;
      const until = () => new Date(Date.now() + Number(wait) * 1000).toISOString();
      setWrong({ at: "whole", says: wait ? fill(words.tooOftenUntil, { time: language.moment(until()) }) : words.failed });
    }
    setBusy(false);
  };

  if (step === "link") {
    return (
      <form
        ref={part}
        class="empty"
        onSubmit={(event) => {
          event.preventDefault();
          void follow(link!);
        }}
      >
        <Icon of="history" />
        <button class="main">{words.showMessages}</button>
      </form>
    );
  }
  if (step === "following") return <p class="empty">{words.loading}</p>;
  if (step === "again") return <Unreachable words={words} again={() => void follow(link!)} />;
  const asked = (id: "contact" | "code") => ({ id, required: true, words, error: wrong?.at === id ? wrong.says : undefined });
  return (
    <form
      ref={part}
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void go(step === "code" ? redeem : request);
      }}
    >
      <fieldset disabled={busy}>
        {wrong?.at === "whole" && (
          <p class="wrong whole" role="alert" tabIndex={-1}>
            <Icon of="alert" />
            {wrong.says}
          </p>
        )}
        {step === "contact" ? (
          <Question
            key="contact"
            {...asked("contact")}
            label={words.contact}
            help={words.lostText}
            control={(carries) => (
              <input
                {...carries}
                autocomplete="email"
                inputMode="email"
                dir={contact ? "auto" : undefined}
                autocapitalize="off"
                spellcheck={false}
                maxLength={320}
                value={contact}
                onInput={({ currentTarget }) => setContact(currentTarget.value)}
              />
            )}
          />
        ) : (
          <Question
            key="code"
            {...asked("code")}
            label={words.code}
            help={fill(words.codeOnItsWay, { contact: `\u2068${contact.trim()}\u2069` })}
            control={(carries) => (
              <input
                {...carries}
                autocomplete="one-time-code"
                inputMode="numeric"
                dir="ltr"
                maxLength={20}
                value={code}
                onInput={({ currentTarget }) => setCode(currentTarget.value)}
              />
            )}
          />
        )}
      </fieldset>
      <div class="foot">
        <button class="main" aria-disabled={busy}>
          {step === "code" ? words.showMessages : words.sendCode}
        </button>
        {step === "code" && (
          <button
            type="button"
            class="plain"
            onClick={() => {
              setWrong(null);
              setStep("contact");
            }}
          >
            {words.anotherCode}
          </button>
        )}
      </div>
    </form>
  );
}

/** What was typed, with the digits of Arabic and of wide letters as the desk knows them, and nothing between them. */
function digits(typed: string): string {
  return typed
    .normalize("NFKC")
    .replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 15))
    .replace(/[\s-]/g, "");
}
