// The page of the desk's own, and the frame for hosts who want the visitor's token out of their page's reach.
import type { LeaveMessage } from "../src/core/element";

const said = new URLSearchParams(location.search);
const widget = document.querySelector<LeaveMessage>("leave-message")!;
for (const name of ["lang", "theme", "chat"]) {
  const value = said.get(name);
  if (value !== null) widget.setAttribute(name, value);
}

// Until then the page has no language, for the visitor's own is to count.
widget.addEventListener("lm:ready", () => {
  const box = widget.shadowRoot!.querySelector<HTMLElement>(".box")!;
  document.documentElement.lang = box.lang;
});

// The link of a mail brings a visitor back, once: it stays neither in the address nor in the browser's history.
const returning = () => {
  const link = new URLSearchParams(location.hash.slice(1)).get("restore");
  if (!link || parent !== window) return;
  history.replaceState(null, "", location.pathname + location.search);
  void widget.restore(link);
};
addEventListener("hashchange", returning);
returning();

// The host of the frame learns what happens, and nothing of what is written.
if (parent !== window) {
  for (const name of ["lm:ready", "lm:submitted", "lm:failed", "lm:replied", "lm:rated", "lm:open-chat"]) {
    widget.addEventListener(name, () => parent.postMessage({ type: name }, "*"));
  }
  widget.addEventListener("lm:unread", (event) => {
    const { count } = (event as CustomEvent<{ count: number }>).detail;
    parent.postMessage({ type: "lm:unread", count }, "*");
  });
}
