// Which messages a command of the palette is about, unless whoever opens it says so: whatever page is shown tells.
import { useLayoutEffect } from "react";
import type { Row } from "./book";

const NONE = (): Row[] => [];

let current = NONE;

export const target = (): Row[] => current();

/** For as long as the page is shown. */
export function useTarget(rows: () => Row[]): void {
  useLayoutEffect(() => {
    current = rows;
    return () => {
      if (current === rows) current = NONE;
    };
  });
}
