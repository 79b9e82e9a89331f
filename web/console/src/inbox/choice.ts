// Where the keyboard stands in the list, and what is selected. Pure.
export interface Choice {
  cursor: string | null;
  selected: ReadonlySet<string>;
  /** From where a range is selected. */
  anchor: string | null;
}

export const NOTHING: Choice = { cursor: null, selected: new Set(), anchor: null };

const between = (ids: readonly string[], from: number, to: number) => ids.slice(Math.min(from, to), Math.max(from, to) + 1);

/** Goes up or down; with `range` what is passed is selected. */
export function moved(choice: Choice, ids: readonly string[], by: number, range = false): Choice {
  if (ids.length === 0) return choice;
  const from = choice.cursor ? ids.indexOf(choice.cursor) : -1;
  const to = from < 0 ? (by > 0 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, from + by));
  const cursor = ids[to]!;
  if (!range || from < 0) return { ...choice, cursor, anchor: cursor };
  return { ...choice, cursor, selected: new Set([...choice.selected, ...between(ids, from, to)]) };
}

export function toggled(choice: Choice, id: string): Choice {
  const selected = new Set(choice.selected);
  if (!selected.delete(id)) selected.add(id);
  return { cursor: id, selected, anchor: id };
}

/** Selects from the anchor to a message, as a click with the shift key does. */
export function ranged(choice: Choice, ids: readonly string[], id: string): Choice {
  const from = choice.anchor ? ids.indexOf(choice.anchor) : -1;
  const to = ids.indexOf(id);
  if (from < 0 || to < 0) return toggled(choice, id);
  return { ...choice, cursor: id, selected: new Set([...choice.selected, ...between(ids, from, to)]) };
}

/** What is not in the list any more is not chosen; the cursor goes to whatever took its place. */
export function kept(choice: Choice, before: readonly string[], ids: readonly string[]): Choice {
  const there = new Set(ids);
  const selected = new Set([...choice.selected].filter((id) => there.has(id)));
  const cursor = choice.cursor === null || there.has(choice.cursor) ? choice.cursor : successor(choice.cursor, before, ids);
  if (cursor === choice.cursor && selected.size === choice.selected.size) return choice;
  return { ...choice, cursor, selected };
}

/** Which message comes next once one is gone: the one below it, or else the one above. */
export function successor(id: string, before: readonly string[], ids: readonly string[]): string | null {
  const there = new Set(ids);
  const place = before.indexOf(id);
  if (place < 0) return ids[0] ?? null;
  const below = before.slice(place + 1).find((other) => there.has(other) && other !== id);
  return below ?? before.slice(0, place).findLast((other) => there.has(other)) ?? null;
}
