// Which tabs of this browser live: what one of them is about to send no other sends. A lock tells, which ends with its
// tab however that ends; a page without https has none, and writes down that it is there.
import { newKey } from "../../../client/key";

const PREFIX = "leaveword.tab.";
const WRITES_EVERY = 2_000;
/** A browser may let a tab that nobody looks at run once a minute only. */
const SILENT_FOR = 75_000;

/** This tab. */
export const tab = newKey();
let lives = false;

/** From now on others see that this one is there. */
export function live(): void {
  if (lives) return;
  lives = true;
  if (navigator.locks) return void navigator.locks.request(PREFIX + tab, () => new Promise(() => {}));
  write();
  setInterval(write, WRITES_EVERY);
  addEventListener("pageshow", write);
  addEventListener("pagehide", () => {
    try {
      localStorage.removeItem(PREFIX + tab);
    } catch {
      // Nothing was written.
    }
  });
}

function write(): void {
  try {
    localStorage.setItem(PREFIX + tab, String(Date.now()));
  } catch {
    // A browser that keeps nothing has nothing to take over either.
  }
}

/** Answers who of those that are named is there. */
export async function living(): Promise<(name: string | undefined) => boolean> {
  if (navigator.locks) {
    const { held = [] } = await navigator.locks.query();
    const names = new Set(held.map(({ name }) => name));
    return (name) => name === tab || names.has(PREFIX + name);
  }
  return (name) => name === tab || Date.now() - Number(localStorage.getItem(PREFIX + name)) < SILENT_FOR;
}
