import { useWords } from "../words/words";
import type { Mentions } from "./useMentions";

/** Who may be meant, above the field in which the focus stays. */
export function MentionList({ mentions: { listId, found, at, goTo, take } }: { mentions: Mentions }) {
  const { t } = useWords();
  if (found.length === 0) return null;
  return (
    <ul id={listId} className="mentions" role="listbox" aria-label={t("mention.label")}>
      {found.map((who, index) => (
        <li
          key={who.id}
          id={`${listId}-${index}`}
          role="option"
          aria-selected={index === at}
          onMouseMove={() => index !== at && goTo(index)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(who)}
        >
          {who.name}
        </li>
      ))}
    </ul>
  );
}
