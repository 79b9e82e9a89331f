// Whom a note mentions. Pure.
export interface Named {
  id: string;
  name: string;
}

/** As many as a note may mention. */
export const MOST_MENTIONS = 50;

/** The name that is being typed behind an @, and where that stands; null when none is. The @ of an address is none. */
export function beingMentioned(text: string, caret: number): { from: number; typed: string } | null {
  const typed = /(?:^|[^\w.+-])@([^\s@]{0,30})$/.exec(text.slice(0, caret))?.[1];
  return typed === undefined ? null : { from: caret - typed.length - 1, typed };
}

/** Those of whoever was picked that the words still name; in “@Anna Lee” nobody who is only called Anna is named. */
export function mentionedIn(text: string, picked: readonly Named[]): Named[] {
  const names = [...new Set(picked.map(({ name }) => name))].sort((one, other) => other.length - one.length);
  let rest = text;
  const said = new Set<string>();
  for (const name of names) {
    if (!rest.includes(`@${name}`)) continue;
    said.add(name);
    rest = rest.replaceAll(`@${name}`, " ");
  }
  return picked.filter(({ name }) => said.has(name)).slice(0, MOST_MENTIONS);
}
