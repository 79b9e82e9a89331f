// Notices of the system and a sound: of what comes at once there is one sound, and of much of it one notice.
import { settings } from "../settings/settings";
import { words } from "../words/words";
import { ring } from "./ring";

const COLLECT_FOR = 500;
const MOST = 3;
const TELLER = "leaveword.teller";

interface Message {
  id: string;
  reference: string;
  content: string | null;
  visitor: { name: string | null };
}

interface News {
  why: "new" | "more" | "assigned";
  message: Message;
}

let waiting: News[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let tells = false;

/** Of all tabs one tells, until the function that it answers is called. */
export function beTeller(): () => void {
  const over = new AbortController();
  const stop = () => {
    over.abort();
    tells = false;
    clearTimeout(timer);
    timer = undefined;
    waiting = [];
  };
  // Without https no tab knows of the others.
  if (!navigator.locks) {
    tells = true;
    return stop;
  }
  const hold = () => {
    tells = true;
    return new Promise<void>((end) => over.signal.addEventListener("abort", () => end()));
  };
  const ask = () => void navigator.locks.request(TELLER, { signal: over.signal }, hold).catch(() => {});
  // A tab that nobody has touched may make no sound: another one tells.
  if (navigator.userActivation?.hasBeenActive !== false) ask();
  else for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, ask, { once: true, signal: over.signal });
  return stop;
}

export function notify(why: News["why"], message: Message): void {
  if (!tells) return;
  waiting.push({ why, message });
  timer ??= setTimeout(tellAll, COLLECT_FOR);
}

function tellAll(): void {
  const news = waiting;
  waiting = [];
  timer = undefined;
  const { sound, desktop } = settings();
  if (sound) ring();
  if (!desktop || document.visibilityState === "visible" || !("Notification" in window) || Notification.permission !== "granted") return;
  if (news.length > MOST) return show(words().t("told.many", { n: news.length }), { tag: TELLER }, "/inbox");
  for (const { why, message } of news) {
    const title = words().t(`told.${why}`, { name: message.visitor.name ?? message.reference });
    show(title, { body: message.content?.slice(0, 120) ?? "", tag: message.id }, `/messages/${message.id}`);
  }
}

function show(title: string, more: NotificationOptions, path: string): void {
  const notice = new Notification(title, more);
  notice.onclick = () => {
    window.focus();
    // The router hears of addresses that are told so.
    history.pushState(null, "", path);
    dispatchEvent(new PopStateEvent("popstate"));
    notice.close();
  };
}
