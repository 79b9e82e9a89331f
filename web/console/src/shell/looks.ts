// Light or dark, and the language, as the page itself says them: from before anything of it is put up.
import { useSyncExternalStore } from "react";
import { onSettings, settings } from "../settings/settings";

const dark = typeof window === "undefined" ? null : window.matchMedia("(prefers-color-scheme: dark)");

function isDark(): boolean {
  const { theme } = settings();
  return theme === "auto" ? (dark?.matches ?? false) : theme === "dark";
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
