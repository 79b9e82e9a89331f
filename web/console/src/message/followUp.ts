// Which messages are about to be parked.
import { useSyncExternalStore } from "react";
import type { Row } from "../inbox/book";
import { listeners } from "../shell/listeners";

let about: readonly Row[] | null = null;
const those = listeners();

export function openFollowUp(rows: readonly Row[] | null): void {
  about = rows;
  those.tell();
}

export const useFollowUp = () => useSyncExternalStore(those.listen, () => about);
