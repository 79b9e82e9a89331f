// What a member has chosen in this browser.
import { useSyncExternalStore } from "react";
import { listeners } from "../shell/listeners";

export interface Settings {
  locale: "zh-CN" | "en";
  theme: "auto" | "light" | "dark";
  /** What sends a reply, beside the button. */
  sendWith: "enter" | "mod+enter";
  sound: boolean;
  desktop: boolean;
  /** What is told: everything new, or what is mine. */
  tell: "all" | "mine";
}

const PLACE = "leaveword.settings";

function first(): Settings {
  const chinese = typeof navigator !== "undefined" && navigator.language.toLowerCase().startsWith("zh");
  const chosen: Settings = {
    locale: chinese ? "zh-CN" : "en",
    theme: "auto",
    sendWith: "mod+enter",
    sound: false,
    desktop: false,
    tell: "all",
  };
  try {
    return { ...chosen, ...JSON.parse(localStorage.getItem(PLACE) ?? "{}") };
  } catch {
    return chosen;
  }
}

let current = first();
const those = listeners();

export const settings = () => current;

export function choose(some: Partial<Settings>): void {
  current = { ...current, ...some };
  try {
    localStorage.setItem(PLACE, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing forgets it with the tab.
  }
  those.tell();
}

export const onSettings = those.listen;

export const useSettings = () => useSyncExternalStore(onSettings, settings);
