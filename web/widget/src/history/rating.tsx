// How content the visitor is with an answer: asked once.
import { useRef, useState } from "preact/hooks";
import { Icon } from "../panel/icons";
import { newKey } from "../../../client/key";
import type { Message, Visit } from "../visit/visit";

const STAR = "M12 3.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z";
const STARS = [1, 2, 3, 4, 5];
/** So many messages that the visitor did not want to rate are remembered. */
const MOST_DECLINED = 100;

export function Rating({ message, visit }: { message: Message; visit: Visit }) {
  const { id, rating, canRate, entries } = message;
  const { language, memory } = visit;
  const { words } = language;
  const [chosen, choose] = useState(0);
  const [comment, setComment] = useState("");
  const [failed, setFailed] = useState(false);
  const [sending, setSending] = useState(false);
  const tried = useRef({ said: "", key: "" });
  const declined = memory.get<string[]>("declined") ?? [];

  if (rating) {
    return (
      <p class="rating done" role="status">
        <span class="stars" role="img" aria-label={language.many(words.stars, rating.rating)}>
          {STARS.map((star) => (
            <span key={star} class={star <= rating.rating ? "star full" : "star"}>
              <Icon shape={STAR} />
            </span>
          ))}
        </span>
        {words.rated}
      </p>
    );
  }
  if (!canRate || declined.includes(id) || !entries.some(({ own, automatic }) => !own && !automatic)) return null;
  const send = async () => {
    if (sending) return;
    setSending(true);
    setFailed(false);
    // One key for one rating: a repeat with it is harmless, and another rating is another one.
    const said = `${chosen} ${comment}`;
    if (tried.current.said !== said) tried.current = { said, key: newKey() };
    await visit.rate(id, chosen, comment, tried.current.key).catch(() => setFailed(true));
    setSending(false);
  };
  const decline = () => {
    memory.set("declined", [...declined, id].slice(-MOST_DECLINED));
    visit.host.changed();
  };
  return (
    <form
      class="rating"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <fieldset class="stars">
        <legend>{words.rateTitle}</legend>
        {STARS.map((star) => (
          <label key={star} class={star <= chosen ? "star full" : "star"}>
            <input type="radio" name="stars" checked={star === chosen} onChange={() => choose(star)} />
            <Icon shape={STAR} />
            <span class="unseen">{language.many(words.stars, star)}</span>
          </label>
        ))}
      </fieldset>
      {chosen > 0 && (
        <textarea
          rows={2}
          dir={comment ? "auto" : undefined}
          maxLength={1000}
          aria-label={words.rateComment}
          placeholder={words.rateComment}
          value={comment}
          onInput={({ currentTarget }) => setComment(currentTarget.value)}
        />
      )}
      {failed && (
        <p class="wrong" role="alert">
          {words.failed}
        </p>
      )}
      <div class="tools">
        <button type="button" class="plain" onClick={decline}>
          {words.rateLater}
        </button>
        {chosen > 0 && <button class="main" aria-disabled={sending}>{words.rate}</button>}
      </div>
    </form>
  );
}
