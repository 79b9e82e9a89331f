// What was written a moment ago may not stand yet where it is read: it is looked for again, a few times.

/** In milliseconds. Whoever waits for more than a slow write looks in vain. */
const LOOKS_AT = [300, 1_000, 3_000, 10_000, 25_000];

/** What was looked for, as soon as it is found; null: it was not. */
export async function lookAgain<T>(look: () => Promise<T | null | undefined>): Promise<T | null> {
  const began = Date.now();
  for (const at of LOOKS_AT) {
    await new Promise((later) => setTimeout(later, began + at - Date.now()));
    const found = await look();
    if (found) return found;
  }
  return null;
}
