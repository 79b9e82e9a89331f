// Bringing what comes behind the first view: at once where the address asks for it, else when the list is there.
import { useEffect, useSyncExternalStore } from "react";
import { say } from "../told/toasts";
import { words } from "../words/words";
import { listeners } from "./listeners";

type Parts = typeof import("./late");

let parts: Parts | null = null;
let coming: Promise<void> | null = null;
const those = listeners();

export function bringParts(): Promise<void> {
  const bring = async () => {
    try {
      parts = await import("./late");
      those.tell();
    } catch {
      coming = null;
    }
  };
  return (coming ??= bring());
}

async function need(): Promise<void> {
  await bringParts();
  const { t } = words();
  if (!parts) say({ text: t("fault.unreachable"), tone: "bad", action: { label: t("again"), run: () => void need() } });
}

/** What there is of it. `wanted`: somebody waits for it, and over a network that is gone it is said that it does not come. */
export function useParts(wanted = false): Parts | null {
  const now = useSyncExternalStore(those.listen, () => parts);
  useEffect(() => {
    if (wanted && !now) void need();
  }, [wanted, now]);
  return now;
}
