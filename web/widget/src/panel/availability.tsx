// Whether somebody is there; and when, in the visitor's zone.
import type { Desk, Visit } from "../visit/visit";
import { fill } from "../words/language";
import { Icon } from "./icons";

/** `chat`: opens the host page's own chat; none when it has none. */
export function Availability({ desk, visit, chat }: { desk: Desk; visit: Visit; chat: (() => void) | null }) {
  const { language } = visit;
  const { words } = language;
  const { open, opensAt, closesAt } = desk.availability;
  const until = (known: string, unknown: string, at: string | null) =>
    at ? fill(known, { time: language.moment(at) }) : unknown;
  if (!open) {
    return (
      <p class="there closed">
        <Icon of="moon" />
        {until(words.closedUntil, words.closed, opensAt)}
      </p>
    );
  }
  return (
    <div class="there">
      <p>
        <span class="dot" />
        {until(words.openUntil, words.open, closesAt)}
      </p>
      {chat && (
        <>
          <button type="button" class="main" onClick={chat}>
            <Icon of="chat" />
            {words.chat}
          </button>
          <p class="help">{words.chatOrWrite}</p>
        </>
      )}
    </div>
  );
}
