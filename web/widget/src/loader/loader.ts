// `widget.js`: shows the button at once, and fetches the rest when the page has nothing else to do, or it is wanted.
import { drawLauncher } from "./launcher";

/** The rest, beside this file. */
declare const BODY: string;

/** What the button is called until the rest says it better, by the two letters of a language. */
const LABELS: Record<string, string> = {
  zh: "留言",
  ja: "お問い合わせ",
  ko: "문의하기",
  de: "Nachricht",
  fr: "Message",
  es: "Mensaje",
  ar: "رسالة",
};
const TAG = "leave-message";

type Widget = HTMLElement & { open?(): void };

const page = document;
const { src, dataset } = page.currentScript as HTMLScriptElement;
const body = new URL(BODY, src).href;
// A browser never tries an import again that has failed: so first see whether it can be fetched.
const load = () =>
  fetch(body)
    .then(({ ok }) => ok && import(body))
    .catch(() => {});

function draw(host: Widget): void {
  if (host.shadowRoot || host.hasAttribute("inline")) return;
  const launcher = drawLauncher(host).querySelector("button")!;
  const lang = (host.lang || page.documentElement.lang || navigator.language).slice(0, 2);
  launcher.dir = lang == "ar" ? "rtl" : "";
  launcher.ariaLabel = LABELS[lang] ?? "Leave a message";
  launcher.onclick = () => void load().then(() => host.open?.());
}

function begin(): void {
  if (!page.querySelector(TAG) && dataset.manual == null) {
    const host = page.createElement(TAG);
    for (const name in dataset) if (dataset[name] != "auto") host.setAttribute(name, dataset[name]!);
    // Beside the body: pages that exchange it do not take the widget away.
    page.documentElement.append(host);
  }
  page.querySelectorAll<Widget>(TAG).forEach(draw);
  (self.requestIdleCallback ?? setTimeout)(load);
}

if (page.readyState == "loading") addEventListener("DOMContentLoaded", begin);
else begin();
