import Button from "antd/es/button";
import { useState } from "react";
import { useWords } from "../words/words";

/** A text to take along. */
export function Copyable({ text }: { text: string }) {
  const { t } = useWords();
  const [isCopied, copied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      copied(true);
      setTimeout(() => copied(false), 2_000);
    } catch {
      // Without a clipboard it stands there to be selected.
    }
  };
  return (
    <div className="copyable">
      <code tabIndex={0}>{text}</code>
      <Button size="small" onClick={() => void copy()}>
        {t(isCopied ? "copied" : "copy")}
      </Button>
    </div>
  );
}
