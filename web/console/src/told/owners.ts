// Whose messages are, as far as they were told to us or given by us: lists are told of the same, sooner or later, and
// cannot say whether it is news.
const MOST = 5_000;
const owners = new Map<string, string | null>();

/** From now on it is theirs; answers whose it was. */
export function becomes(messageId: string, owner: string | null): string | null | undefined {
  const was = owners.get(messageId);
  if (owners.size >= MOST) owners.clear();
  owners.set(messageId, owner);
  return was;
}

/** What was done here did not happen. */
export const unknown = (messageId: string) => void owners.delete(messageId);
