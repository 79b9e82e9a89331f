// The pictures of what is being written: of each message, and of each addition to one, by the key that it is sent under.
import type { SentFile } from "../visit/draft";
import type { Visit } from "../visit/visit";
import { Shelf } from "./shelf";

export class Shelves {
  private readonly all = new Map<string, Shelf>();

  constructor(private readonly visit: Visit) {}

  /** `kept`: what is told from now on when something changes there. Null: the desk takes none. */
  of(key: string, sent: SentFile[], kept: (files: SentFile[]) => void): Shelf | null {
    const { visit } = this;
    const limits = visit.desk?.uploads;
    if (!limits?.perMessage) return null;
    let shelf = this.all.get(key);
    if (!shelf) this.all.set(key, (shelf = new Shelf(visit, limits, sent, () => visit.somebody())));
    shelf.changed = kept;
    return shelf;
  }

  /** What was written under this key is gone from here; what becomes of its pictures is told to nobody. */
  drop(key: string): void {
    const shelf = this.all.get(key);
    if (shelf) shelf.changed = () => {};
    this.all.delete(key);
  }

  /** It goes on under another key, without those that are there already. */
  move(from: string, to: string, without: readonly (string | number)[]): void {
    const shelf = this.all.get(from);
    if (!shelf) return;
    shelf.items = shelf.items.filter(({ id }) => !id || !without.includes(id));
    this.all.set(to, shelf);
    this.all.delete(from);
  }

  retryFailed(): void {
    for (const shelf of this.all.values()) shelf.retryFailed();
  }
}
