// Where the keyboard is while the dialog is open.

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
