import { useEffect, useRef } from "react";
import { type Action, actionOf } from "./keys";

/** What keys do as long as this is shown. A handler that answers false has nothing to do with it. */
export function useKeys(handlers: Partial<Record<Action, () => void | false>>): void {
  const now = useRef(handlers);
  now.current = handlers;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const at = event.target instanceof Element ? event.target : null;
      const action = actionOf({
        key: event.key,
        isComposing: event.isComposing,
        keyCode: event.keyCode,
        shiftKey: event.shiftKey,
        ctrlKey: event.ctrlKey,
        metaKey: event.metaKey,
        altKey: event.altKey,
        inField: Boolean(at?.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")),
        onControl: Boolean(at?.closest("button, a, [role=menuitem], [role=option]")),
      });
      // A dialog and a menu have keys of their own.
      if (!action || (action !== "palette" && document.querySelector("dialog[open], .menu"))) return;
      const handler = now.current[action];
      if (!handler || handler() === false) return;
      event.preventDefault();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
