// The page where the hosts of a widget try it.
export {};

const LANGUAGES = ["zh-CN", "zh-TW", "en", "ja", "ko", "de", "fr", "es", "ar"];
const EVENTS = ["lm:ready", "lm:open", "lm:close", "lm:open-chat", "lm:submitted", "lm:failed", "lm:unread", "lm:replied", "lm:rated"];
/** The oldest that is still shown. */
const MOST_SHOWN = 100;

interface Widget extends HTMLElement {
  open(): void;
  close(): void;
  prefill(known: object): void;
  destroy(): void;
}

const find = <Found extends Element>(selector: string) => document.querySelector<Found>(selector)!;
const form = find<HTMLFormElement>("#attributes");
const log = find<HTMLElement>("#events");
const widget = () => document.querySelector<Widget>("leave-message");

for (const each of document.querySelectorAll(".desk")) each.textContent = location.origin;
for (const each of document.querySelectorAll(".socket")) each.textContent = location.origin.replace(/^http/, "ws");
const languages = form.elements.namedItem("lang") as HTMLSelectElement;
languages.add(new Option("as the page or the visitor has it", ""));
for (const lang of LANGUAGES) languages.add(new Option(new Intl.DisplayNames([lang], { type: "language" }).of(lang), lang));

function show(): void {
  const chosen = new FormData(form);
  const attributes = { lang: String(chosen.get("lang")), theme: String(chosen.get("theme")), chat: chosen.has("chat") ? "" : null };
  const said = Object.entries(attributes)
    .filter(([name, value]) => value || (name === "chat" && value !== null))
    .map(([name, value]) => (value ? ` data-${name}="${value}"` : ` data-${name}`));
  if (!attributes.lang) said.unshift(' data-lang="auto"');
  find("#tag").textContent = `<script async src="${location.origin}/widget.js"${said.join("")}></script>`;
  const element = widget();
  if (!element) return;
  for (const [name, value] of Object.entries(attributes)) {
    if (value || (name === "chat" && value !== null)) element.setAttribute(name, value ?? "");
    else element.removeAttribute(name);
  }
  element.style.setProperty("--lm-brand", String(chosen.get("brand")));
  element.style.setProperty("--lm-radius", `${chosen.get("radius")}px`);
}

form.addEventListener("input", show);
show();

const calls: Record<string, (widget: Widget) => void> = {
  open: (it) => it.open(),
  close: (it) => it.close(),
  prefill: (it) => it.prefill({ name: "Li Lei", contact: "lilei@example.com" }),
  destroy: (it) => it.destroy(),
};
find("#calls").addEventListener("click", async ({ target }) => {
  const call = (target as HTMLElement).dataset.call;
  const element = widget();
  if (!call || !element) return;
  await customElements.whenDefined("leave-message");
  calls[call]?.(element);
});

for (const name of EVENTS) {
  addEventListener(name, (event) => {
    const line = document.createElement("p");
    line.textContent = `${name} ${JSON.stringify((event as CustomEvent<object>).detail)}`;
    log.append(line);
    while (log.childElementCount > MOST_SHOWN) log.firstChild?.remove();
    line.scrollIntoView({ block: "nearest" });
  });
}
