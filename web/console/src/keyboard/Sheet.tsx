import CloseOutlined from "@ant-design/icons/es/icons/CloseOutlined";
import { useEffect, useRef } from "react";
import { useWords } from "../words/words";
import { SHEET } from "./keys";

/** Every key, and what it does. */
export function Sheet({ close }: { close(): void }) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  // Closed by the browser, so that the focus is where it was before.
  const shut = () => dialog.current?.close();
  return (
    <dialog ref={dialog} className="sheet" aria-labelledby="sheet-title" onClose={close} onClick={(event) => event.target === dialog.current && shut()}>
      <header>
        <h2 id="sheet-title">{t("sheet.title")}</h2>
        <button type="button" className="icon" aria-label={t("close")} onClick={shut}>
          <CloseOutlined aria-hidden />
        </button>
      </header>
      <dl>
        {SHEET.map(([action, keys]) => (
          <div key={action}>
            <dt>{t(`key.${action}`)}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <p>{t("sheet.inputMethod")}</p>
    </dialog>
  );
}
