import { useSyncExternalStore } from "react";

function media(query: string) {
  const list = typeof window === "undefined" ? null : window.matchMedia(query);
  return () =>
    useSyncExternalStore(
      (listener) => {
        list?.addEventListener("change", listener);
        return () => list?.removeEventListener("change", listener);
      },
      () => list?.matches ?? true,
    );
}

/** Is there room for a message beside the list? */
export const useSplit = media("(min-width: 1080px)");
/** Is there room for the folders beside them? */
export const useNavBeside = media("(min-width: 820px)");
