// How far messages have come by what was done here alone: two things that one member does, one after the other, are no
// conflict.
const MOST = 1_000;

/** From each version that something was done here at, the one that it made. */
const steps = new Map<string, number>();
const listeners = new Set<(messageId: string, from: number, to: number) => void>();
const turns = new Map<string, Promise<unknown>>();

/** Something that was done here has moved a message on; it counts when nothing else has. */
export function movedOn(messageId: string, from: number, to: number): void {
  if (to !== from + 1) return;
  if (steps.size >= MOST) steps.clear();
  steps.set(`${messageId} ${from}`, to);
  for (const listener of listeners) listener(messageId, from, to);
}

export const onMoved = (listener: (messageId: string, from: number, to: number) => void) => void listeners.add(listener);

/** The version that was on the screen, and what was done here since. */
export function reached(messageId: string, version: number): number {
  let at = version;
  for (let to = steps.get(`${messageId} ${at}`); to !== undefined; to = steps.get(`${messageId} ${at}`)) at = to;
  return at;
}

/** What is done with one message is asked for one after the other. */
export function inTurn<T>(messageId: string, does: () => Promise<T>): Promise<T> {
  const before = turns.get(messageId);
  const turn = before ? before.then(does, does) : does();
  const last = turn.catch(() => {}).then(() => {
    if (turns.get(messageId) === last) turns.delete(messageId);
  });
  turns.set(messageId, last);
  return turn;
}
