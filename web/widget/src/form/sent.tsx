// It has arrived: what happens next.
import { Icon } from "../panel/icons";
import type { Visit } from "../visit/visit";
import { fill } from "../words/language";

interface Shown {
  id: string;
  visit: Visit;
  contact: string;
  see(): void;
  again(): void;
}

export function Sent({ id, visit, contact, see, again }: Shown) {
  const { words } = visit.language;
  const told = visit.desk?.reaches.includes(/[@＠]/.test(contact) ? "EMAIL" : "PHONE");
  const reference = visit.messages.get(id)?.reference ?? visit.rows?.find((row) => row.id === id)?.reference;
  return (
    <div class="sent">
      <span class="seal">
        <Icon of="check" />
      </span>
      <h2 tabIndex={-1} data-first>
        {words.sentTitle}
      </h2>
      <p>{fill(told ? words.sentText : words.sentHere, { contact: `\u2068${contact}\u2069` })}</p>
      {reference && (
        <p class="number">
          {words.number} <bdi>{reference}</bdi>
        </p>
      )}
      <button type="button" class="main" onClick={see}>
        {words.seeMessage}
      </button>
      <button type="button" class="plain" onClick={again}>
        {words.newMessage}
      </button>
    </div>
  );
}
