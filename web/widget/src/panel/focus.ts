// Where the keyboard is while the dialog is open.
import { useLayoutEffect, useRef } from "preact/hooks";

const REACHABLE = "button, a[href], input:not([hidden]), select, textarea, summary, [tabindex='0']";

/** Keeps Tab within; the host page's own shortcuts hear nothing of what is typed here. */
export function keepWithin(event: KeyboardEvent, panel: HTMLElement, close: () => void): void {
  event.stopPropagation();
  if (event.key === "Escape" && !event.isComposing) {
    event.preventDefault();
    close();
  }
  if (event.key !== "Tab") return;
  const all = [...panel.querySelectorAll<HTMLElement>(REACHABLE)].filter((each) => each.checkVisibility() && !each.matches(":disabled"));
  const at = (panel.getRootNode() as ShadowRoot).activeElement;
  const first = all[0];
  const last = all.at(-1);
  if (event.shiftKey ? at === first || at === panel : at === last) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}

/**
 * What had the keyboard may be replaced, or be out of reach for a while: then the keyboard goes on where the page goes on
 * (`data-next`), and never out of the dialog. What it returns is told of what gets it.
 */
export function useKeptWithin(panel: { current: HTMLElement | null }): (event: FocusEvent) => void {
  const last = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    const had = last.current;
    if (!panel.current || !had || (had.isConnected && !had.matches(":disabled"))) return;
    last.current = null;
    const { activeElement, host } = panel.current.getRootNode() as ShadowRoot;
    // The visitor may be elsewhere by now, in the dialog or on the page around it.
    if ((activeElement && activeElement !== had) || ![document.body, host].includes(document.activeElement!)) return;
    (panel.current.querySelector<HTMLElement>("[data-next]") ?? panel.current).focus();
  });
  return ({ target }) => (last.current = target as HTMLElement);
}
