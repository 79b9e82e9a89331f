// Whether the palette is open, what it offers, and for which messages.
import { useSyncExternalStore } from "react";
import type { Row } from "../inbox/book";
import { listeners } from "../shell/listeners";

export type Mode = "all" | "assign" | "category" | "tag" | "priority";

/** Without `rows` it is about whatever the page says. */
export interface Opened {
  mode: Mode;
  rows?: readonly Row[];
}

let opened: Opened | null = null;
const those = listeners();

function become(next: Opened | null): void {
  opened = next;
  those.tell();
}

export const openPalette = (mode: Mode, rows?: readonly Row[]) => become({ mode, rows });

export const closePalette = () => become(null);

export const usePalette = () => useSyncExternalStore(those.listen, () => opened);
