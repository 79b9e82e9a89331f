// What a tab has of a browser, for what is tried without one.
import { vi } from "vitest";

export class Place implements Storage {
  private readonly all = new Map<string, string>();
  get length() {
    return this.all.size;
  }
  key = (at: number) => [...this.all.keys()][at] ?? null;
  getItem = (key: string) => this.all.get(key) ?? null;
  removeItem = (key: string) => void this.all.delete(key);
  setItem = (key: string, value: string) => void this.all.set(key, value);
  clear = () => this.all.clear();
}

/** Locks of one browser, as far as they are asked for here. */
export class Locks {
  readonly held: { name: string }[] = [];
  request = async (name: string, ...more: unknown[]) => {
    this.held.push({ name });
    return (more.at(-1) as () => unknown)();
  };
  query = async () => ({ held: this.held });
}

/** A tab: what another one writes is heard with `wrote`. */
export function browser(place: Place, locks: Locks | undefined, coarse = false) {
  const window = new EventTarget();
  vi.stubGlobal("window", window);
  vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
  vi.stubGlobal("localStorage", place);
  vi.stubGlobal("navigator", { locks, language: "en" });
  vi.stubGlobal("matchMedia", () => ({ matches: coarse }));
  vi.stubGlobal("document", { visibilityState: "visible" });
  vi.stubGlobal("WebSocket", class {});
  return {
    window,
    wrote: (key: string | null) => window.dispatchEvent(Object.assign(new Event("storage"), { key })),
    hide() {
      vi.stubGlobal("document", { visibilityState: "hidden" });
      window.dispatchEvent(new Event("visibilitychange"));
    },
  };
}
