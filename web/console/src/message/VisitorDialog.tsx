// Before a visitor is blocked, let in again or erased: what happens then, why, and whether that is meant.
import Button from "antd/es/button";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { sentenceOf } from "../commands/run";
import { lookAgain } from "../graph/again";
import { ask } from "../graph/ask";
import { BlockDocument, EraseDocument, UnblockDocument, type WholeFragment } from "../graph/generated/graphql";
import { newKey } from "../../../client/key";
import { queries } from "../graph/queries";
import { say } from "../told/toasts";
import { type Key, useWords } from "../words/words";

export type What = "block" | "unblock" | "erase";

export interface VisitorDialogProps {
  what: What;
  visitor: WholeFragment["visitor"];
  gone(): void;
}

const LONGEST = 1_000;
interface Says {
  title: Key;
  happens: readonly Key[];
  why?: Key;
  go: Key;
}

const SAYS: Record<What, Says> = {
  block: { title: "block.title", happens: ["block.new", "block.told", "block.stays", "block.back"], why: "block.why", go: "block.go" },
  unblock: { title: "unblock.title", happens: ["unblock.text"], go: "unblock.go" },
  erase: { title: "erase.title", happens: ["erase.gone", "erase.stays", "erase.answer"], why: "erase.why", go: "erase.go" },
};

/** Does it, and answers what to say of it, and whether it can be read already. */
async function does(what: What, id: string, reason: string, key: string): Promise<{ wrong?: string; said: Key; isThere: boolean }> {
  if (what === "erase") {
    const { done } = await ask(EraseDocument, { id, reason, key });
    return { wrong: wrongOf(done.userErrors), said: done.done ? "erase.done" : "erase.follows", isThere: Boolean(done.visitor) && done.done };
  }
  const { done } = what === "block" ? await ask(BlockDocument, { id, reason: reason || null, key }) : await ask(UnblockDocument, { id, key });
  return { wrong: wrongOf(done.userErrors), said: what === "block" ? "block.done" : "unblock.done", isThere: Boolean(done.visitor) };
}

const readAgain = () => Promise.all(["message", "history", "others"].map((known) => queries.invalidateQueries({ queryKey: [known] })));

/** Whoever wanted it so has it so. */
const wrongOf = (errors: readonly { code: string; message: string }[]) => errors.find(({ code }) => code !== "ALREADY_SO")?.message;

export function VisitorDialog({ what, visitor, gone }: VisitorDialogProps) {
  const { t, when } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  // One and the same however often it is tried.
  const [key] = useState(() => newKey());
  const asked = visitor.erasureRequestedAt;
  const [reason, write] = useState(what === "erase" && asked ? t("erase.asked", { when: when(asked) }) : "");
  const [isSure, sure] = useState(what !== "erase");
  const [isBusy, busy] = useState(false);
  const [wrong, isWrong] = useState<string | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const says = SAYS[what];
  const name = visitor.name ?? t("visitor.unnamed");
  const close = () => dialog.current?.close();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    busy(true);
    isWrong(null);
    try {
      const { wrong, said, isThere } = await does(what, visitor.id, reason.trim(), key);
      if (wrong) return isWrong(wrong);
      say({ text: t(said, { name }) });
      await readAgain();
      // Nobody tells a message of what becomes of its visitor.
      if (!isThere) void lookAgain(async () => void (await readAgain()));
      close();
    } catch (fault) {
      isWrong(sentenceOf(fault));
    } finally {
      busy(false);
    }
  };

  return (
    <dialog ref={dialog} className={`asks ${what}`} aria-labelledby="visitor-title" onClose={gone} onClick={(event) => event.target === dialog.current && close()}>
      <h2 id="visitor-title">{t(says.title, { name })}</h2>
      <ul>
        {says.happens.map((one) => (
          <li key={one}>{t(one, { n: visitor.messageCount })}</li>
        ))}
      </ul>
      <form onSubmit={(event) => void submit(event)}>
        {says.why && (
          <label>
            {t(says.why)}
            {what === "erase" && <small className="below">{t("erase.whyStays")}</small>}
            <textarea rows={2} maxLength={LONGEST} required={what === "erase"} value={reason} onChange={(event) => write(event.target.value)} />
          </label>
        )}
        {what === "erase" && (
          <>
            <p className="warn final">{t("erase.final")}</p>
            <label className="sure">
              <input type="checkbox" checked={isSure} onChange={(event) => sure(event.target.checked)} />
              {t("erase.sure")}
            </label>
          </>
        )}
        {wrong && <p role="alert">{wrong}</p>}
        <div className="dialog-does">
          <Button onClick={close}>{t("cancel")}</Button>
          <Button type="primary" danger={what !== "unblock"} htmlType="submit" loading={isBusy} disabled={!isSure || (what === "erase" && !reason.trim())}>
            {t(says.go)}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
