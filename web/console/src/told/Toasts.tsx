import CloseOutlined from "@ant-design/icons/es/icons/CloseOutlined";
import { useKeys } from "../keyboard/useKeys";
import { useWords } from "../words/words";
import { unsay, useToasts } from "./toasts";

export function Toasts() {
  const { t } = useWords();
  const toasts = useToasts();
  const latest = toasts.findLast((toast) => toast.action);
  const take = (toast = latest) => {
    if (!toast?.action) return false as const;
    unsay(toast.id);
    toast.action.run();
  };
  useKeys({ undo: () => take() });
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} className={`toast ${toast.tone}`}>
          <div>
            <span>{toast.text}</span>
            {toast.details && toast.details.length > 0 && (
              <ul>
                {toast.details.map((line, at) => (
                  <li key={at}>{line}</li>
                ))}
              </ul>
            )}
          </div>
          {toast.action && (
            <button type="button" className="toast-action" onClick={() => void take(toast)}>
              {toast.action.label}
              {toast === latest && <kbd aria-hidden>Z</kbd>}
            </button>
          )}
          <button type="button" className="toast-close" aria-label={t("close")} onClick={() => unsay(toast.id)}>
            <CloseOutlined aria-hidden />
          </button>
        </div>
      ))}
    </div>
  );
}
