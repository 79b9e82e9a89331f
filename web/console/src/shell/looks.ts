// Light or dark, and the language, as the page itself says them: from before anything of it is put up.
import { useSyncExternalStore } from "react";
import { onSettings, settings } from "../settings/settings";

const DARK = "(prefers-color-scheme: dark)";
/** Listened to and never read: to one that was read since the system changed its mind, Chromium does not tell it any more. */
const dark = typeof window === "undefined" ? null : window.matchMedia(DARK);

function isDark(): boolean {
  const { theme } = settings();
  return theme === "auto" ? dark !== null && window.matchMedia(DARK).matches : theme === "dark";
}

function listen(listener: () => void): () => void {
  dark?.addEventListener("change", listener);
  const stop = onSettings(listener);
  return () => {
    dark?.removeEventListener("change", listener);
    stop();
  };
}

export const useDark = () => useSyncExternalStore(listen, isDark);

function say(): void {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
  document.documentElement.lang = settings().locale;
}

/** Now, and whenever it becomes another. */
export function looks(): void {
  say();
  listen(say);
}
