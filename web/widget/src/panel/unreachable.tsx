// There is no network, and nothing to show without one.
import type { Words } from "../words/en";
import { Icon } from "./icons";

export function Unreachable({ words, again }: { words: Words; again(): void }) {
  return (
    <div class="empty" role="alert">
      <Icon of="cloud" />
      <p>{words.unreachable}</p>
      <button type="button" class="plain" onClick={again}>
        {words.tryAgain}
      </button>
    </div>
  );
}
