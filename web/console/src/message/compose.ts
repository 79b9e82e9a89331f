// Wanting to write in a message: the place to do so may not be there yet, and takes it up when it is.
export type Kind = "reply" | "note";

const EVENT = "leaveword:compose";

let wanted: { id: string; kind: Kind } | null = null;

export function compose(id: string, kind: Kind): void {
  wanted = { id, kind };
  dispatchEvent(new Event(EVENT));
}

/**
 * A page shows this message, or none: whoever wanted to write in another one has gone elsewhere since. What it gives is called when the
 * page shows it no more.
 */
export function goneTo(id: string | undefined): () => void {
  if (wanted?.id !== id) wanted = null;
  return () => {
    if (wanted?.id === id) wanted = null;
  };
}

/** Calls whenever somebody wants to write in this message, and at once when somebody does already. */
export function onCompose(id: string, begin: (kind: Kind) => void): () => void {
  const take = () => {
    if (wanted?.id !== id) return;
    const { kind } = wanted;
    wanted = null;
    begin(kind);
  };
  take();
  addEventListener(EVENT, take);
  return () => removeEventListener(EVENT, take);
}
