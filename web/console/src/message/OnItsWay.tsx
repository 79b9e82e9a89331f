// A reply that the server does not have yet: it can be taken back, and if it is not taken, it says why.
import { useEffect, useState } from "react";
import { say } from "../told/toasts";
import { useWords } from "../words/words";
import { draftAgain } from "./useDraft";
import { sendNow, takeBack } from "./outbox";
import { type Outgoing, canTakeBack, isRefused as wasRefused } from "./outgoing";

export function OnItsWay({ outgoing }: { outgoing: Outgoing }) {
  const { t } = useWords();
  const { key, state, sendAt, content } = outgoing;
  const seconds = useSeconds(sendAt, state === "waits");
  const back = () => {
    const words = takeBack(key);
    if (typeof words === "object") return draftAgain(words);
    say({ text: t(words === "sent" ? "sending.tooLate" : "sending.gone") });
  };
  const isRefused = wasRefused(outgoing);
  return (
    <li className={`entry reply on-its-way ${isRefused ? "refused" : ""}`}>
      <p className="entry-head" role={isRefused ? "alert" : "status"}>
        <strong>
          {state === "waits" && t("sending.waits", { n: seconds })}
          {state === "sends" && t("sending.now")}
          {state === "retries" && t("sending.retries")}
          {state === "resolves" && t("sending.resolves")}
          {state === "conflict" && t("sending.conflict")}
          {state === "refused" && t("sending.refused", { why: outgoing.why ?? "" })}
        </strong>
        <span className="grow" />
        {canTakeBack(outgoing) && (
          <button type="button" className="link" onClick={back}>
            {isRefused ? t("sending.edit") : t("undo")}
          </button>
        )}
        {state === "waits" && (
          <button type="button" className="link" onClick={() => sendNow(key)}>
            {t("sending.atOnce")}
          </button>
        )}
        {isRefused && (
          <button type="button" className="link" onClick={() => sendNow(key, true)}>
            {t(state === "conflict" ? "sending.anyway" : "again")}
          </button>
        )}
      </p>
      {outgoing.conflict && (
        <ul className="since">
          {outgoing.conflict.eventsSince.map(({ position, story }) => (
            <li key={position}>{story}</li>
          ))}
          {outgoing.conflict.eventsSinceTruncated && <li>{t("sending.andMore")}</li>}
        </ul>
      )}
      <p className="entry-text">{content}</p>
    </li>
  );
}

function useSeconds(until: number, counts: boolean): number {
  const left = () => Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const [seconds, are] = useState(left);
  useEffect(() => {
    if (!counts) return;
    const timer = setInterval(() => are(left()), 250);
    return () => clearInterval(timer);
  }, [until, counts]);
  return seconds;
}
