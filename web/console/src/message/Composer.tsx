// The place to answer: a reply to the visitor, or a note for the desk alone.
import LockOutlined from "@ant-design/icons/es/icons/LockOutlined";
import PaperClipOutlined from "@ant-design/icons/es/icons/PaperClipOutlined";
import Button from "antd/es/button";
import Segmented from "antd/es/segmented";
import { type ClipboardEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { ask } from "../graph/ask";
import { AddNoteDocument, type WholeFragment } from "../graph/generated/graphql";
import { newKey } from "../../../client/key";
import { queries, useHere } from "../graph/queries";
import { happened } from "../inbox/store";
import { isComposing } from "../keyboard/keys";
import { may } from "../session/rights";
import { useSettings } from "../settings/settings";
import { say, unsay } from "../told/toasts";
import { sentenceOf } from "../commands/run";
import { useWords } from "../words/words";
import { compose, onCompose } from "./compose";
import { MentionList } from "./MentionList";
import { mentionedIn } from "./mentions";
import { SECOND_THOUGHTS, send, takeBack } from "./outbox";
import { draftAgain, useDraft } from "./useDraft";
import { useMentions } from "./useMentions";
import { useUploads } from "./useUploads";
import { movedOn, reached } from "./versions";

interface Props {
  message: WholeFragment;
  /** What was on the screen when it was answered. */
  readVersion: number;
}

const LONGEST = 20_000;

/** Notes that were asked for, by message: what is not known to have arrived keeps its key. */
const asked = new Map<string, { what: string; key: string }>();

function keyOf(messageId: string, what: string): string {
  const known = asked.get(messageId);
  const one = known?.what === what ? known : { what, key: newKey() };
  asked.set(messageId, one);
  return one.key;
}

export function Composer({ message, readVersion }: Props) {
  const { t } = useWords();
  const chosen = useSettings();
  const here = useHere().data;
  const me = here?.viewer;
  const { draft, change } = useDraft(me?.id ?? "", message.id);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const fieldId = useId();
  const [isBusy, busy] = useState(false);
  const uploads = useUploads((uploaded) => change(({ uploads }) => ({ uploads: [...uploads, uploaded] })));
  const mayReply = may(me, "messages.reply", message);
  const mayNote = may(me, "messages.work", message);
  const kind = mayReply ? draft.kind : "note";
  const mentions = useMentions(field, draft.note, kind === "note", (note, who) =>
    change(({ mentions }) => ({ note, mentions: [...mentions.filter(({ id }) => id !== who.id), who] })),
  );

  useEffect(
    () =>
      onCompose(message.id, (kind) => {
        change({ kind });
        field.current?.focus();
      }),
    [message.id, change],
  );

  // As high as what is written, within reason; CSS says how high that is.
  useEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }, [draft.reply, draft.note, kind]);

  if (!me || (!mayReply && !mayNote) || message.deleted || message.erased) {
    const why = message.erased ? "composer.erased" : message.deleted ? "composer.deleted" : "composer.mayNot";
    return <p className="composer none">{t(why)}</p>;
  }

  const text = kind === "reply" ? draft.reply : draft.note;
  const mentioned = kind === "note" ? mentionedIn(draft.note, draft.mentions) : [];
  const canSend = (text.trim() !== "" || (kind === "reply" && draft.uploads.length > 0)) && !isBusy && uploads.running.length === 0;

  const reply = (resolves: boolean) => {
    if (!canSend) return;
    const key = send({ member: me.id, messageId: message.id, content: draft.reply.trim(), uploads: draft.uploads, version: readVersion, resolves });
    change({ reply: "", uploads: [] });
    const toast = say({
      text: t("sending.toast", { name: message.visitor.name ?? message.reference }),
      seconds: SECOND_THOUGHTS / 1000,
      action: {
        label: t("undo"),
        run: () => {
          const words = takeBack(key);
          if (typeof words === "string") return say({ text: t(words === "sent" ? "sending.tooLate" : "sending.gone") });
          draftAgain(words);
          compose(message.id, "reply");
        },
      },
    });
    setTimeout(() => unsay(toast), SECOND_THOUGHTS);
    field.current?.blur();
  };

  const note = async () => {
    if (!canSend) return;
    busy(true);
    try {
      const said = { messageId: message.id, content: draft.note.trim(), mentions: mentioned.map(({ id }) => id) };
      const from = reached(message.id, readVersion);
      const { done } = await ask(AddNoteDocument, { input: { ...said, idempotencyKey: keyOf(message.id, JSON.stringify(said)) } });
      asked.delete(message.id);
      if (done.userErrors[0]) return void say({ text: done.userErrors[0].message, tone: "bad" });
      // What was typed meanwhile stays.
      change((so) => (so.note === draft.note ? { note: "", mentions: [] } : so.note.startsWith(draft.note) ? { note: so.note.slice(draft.note.length).trimStart() } : {}));
      if (done.receipt) movedOn(message.id, from, done.receipt.version);
      if (done.message) happened({ kind: "seen", message: done.message });
      await queries.invalidateQueries({ queryKey: ["message"] });
      field.current?.blur();
    } catch (fault) {
      say({ text: sentenceOf(fault), tone: "bad" });
    } finally {
      busy(false);
    }
  };
  const go = () => (kind === "reply" ? reply(false) : void note());

  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(event.nativeEvent) || mentions.pressed(event)) return;
    if (event.key === "Escape") return field.current?.blur();
    if (event.key !== "Enter") return;
    const command = event.metaKey || event.ctrlKey;
    if (command && event.shiftKey && kind === "reply") reply(true);
    else if (command || (chosen.sendWith === "enter" && !event.shiftKey)) go();
    else return;
    event.preventDefault();
  };
  const pasted = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0 || kind !== "reply") return;
    event.preventDefault();
    uploads.add(files);
  };

  const limits = here.desk.uploads;
  const takes = ["image/jpeg", "image/png", "image/gif", "image/webp", ...(limits?.files.includes("PDF") ? ["application/pdf"] : []), ...(limits?.files.includes("MP4") ? ["video/mp4"] : [])];
  return (
    <div className={`composer ${kind}`}>
      <div className="composer-kind">
        {mayReply && mayNote ? (
          <Segmented<"reply" | "note">
            size="small"
            value={kind}
            aria-label={t("composer.kind")}
            onChange={(kind) => {
              change({ kind });
              field.current?.focus();
            }}
            options={[
              { value: "reply", label: t("composer.reply") },
              { value: "note", label: t("composer.note") },
            ]}
          />
        ) : (
          <strong>{t(kind === "reply" ? "composer.reply" : "composer.note")}</strong>
        )}
        {kind === "note" && (
          <span className="composer-hint">
            <LockOutlined aria-hidden /> {t("composer.noteHint")}
          </span>
        )}
        {text && <span className="composer-hint">{t("draft.kept")}</span>}
      </div>
      <label className="hidden" htmlFor={fieldId}>
        {t(kind === "reply" ? "composer.reply" : "composer.note")}
      </label>
      <MentionList mentions={mentions} />
      <textarea
        id={fieldId}
        ref={field}
        aria-autocomplete={kind === "note" ? "list" : undefined}
        aria-controls={mentions.found.length > 0 ? mentions.listId : undefined}
        aria-activedescendant={mentions.found.length > 0 ? `${mentions.listId}-${mentions.at}` : undefined}
        rows={2}
        maxLength={LONGEST}
        value={text}
        placeholder={kind === "reply" ? t("composer.replyTo", { name: message.visitor.name ?? t("visitor.unnamed") }) : t("composer.noteTo")}
        onChange={(event) => {
          change({ [kind]: event.target.value });
          mentions.stands();
        }}
        onSelect={mentions.stands}
        onFocus={mentions.stands}
        onBlur={mentions.left}
        onKeyDown={pressed}
        onPaste={pasted}
      />
      {mentioned.length > 0 && <p className="composer-hint">{t("mention.named", { names: mentioned.map(({ name }) => name).join(", ") })}</p>}
      {kind === "reply" && (draft.uploads.length > 0 || uploads.running.length > 0) && (
        <ul className="attachments">
          {draft.uploads.map(({ id, name }) => (
            <li key={id}>
              {name}
              <button type="button" className="link" aria-label={t("attach.remove", { name })} onClick={() => change({ uploads: draft.uploads.filter((one) => one.id !== id) })}>
                ×
              </button>
            </li>
          ))}
          {uploads.running.map((name, at) => (
            <li key={`${at} ${name}`} className="quiet">
              {t("attach.running", { name })}
            </li>
          ))}
        </ul>
      )}
      <div className="composer-does">
        {kind === "reply" && limits && limits.perMessage > 0 && (
          <>
            <input ref={picker} type="file" hidden multiple accept={takes.join(",")} onChange={(event) => {
              uploads.add([...(event.target.files ?? [])]);
              event.target.value = "";
            }} />
            <button type="button" className="icon" aria-label={t("attach.add")} title={t("attach.add")} onClick={() => picker.current?.click()}>
              <PaperClipOutlined aria-hidden />
            </button>
          </>
        )}
        <span className="composer-hint keys">{t(chosen.sendWith === "enter" ? "composer.enter" : "composer.modEnter")}</span>
        <span className="grow" />
        {kind === "reply" && message.status !== "RESOLVED" && mayNote && (
          <Button disabled={!canSend} onClick={() => reply(true)}>
            {t("composer.sendResolve")}
          </Button>
        )}
        <Button type="primary" disabled={!canSend} loading={isBusy} onClick={go}>
          {t(kind === "reply" ? "composer.send" : "composer.keep")}
        </Button>
      </div>
    </div>
  );
}
