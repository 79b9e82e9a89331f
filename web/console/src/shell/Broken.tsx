import type { ErrorComponentProps } from "@tanstack/react-router";
import { useWords } from "../words/words";

/** A fault of ours: what was written is kept, and loading the page anew is worth a try. */
export function Broken({ error }: ErrorComponentProps) {
  const { t } = useWords();
  return (
    <main className="blank" role="alert">
      <h1>{t("broken.title")}</h1>
      <p>{t("broken.text")}</p>
      <code>{String(error)}</code>
      <button type="button" className="link" onClick={() => location.reload()}>
        {t("broken.reload")}
      </button>
    </main>
  );
}
