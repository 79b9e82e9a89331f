// Wanting to write in a message: the place to do so may not be there yet, and takes it up when it is.
export type Kind = "reply" | "note";

/** Whoever has gone elsewhere since wants it no more. */
const GOOD_FOR = 5_000;
const EVENT = "leaveword:compose";

let wanted: { id: string; kind: Kind; at: number } | null = null;

export function compose(id: string, kind: Kind): void {
  wanted = { id, kind, at: Date.now() };
  dispatchEvent(new Event(EVENT));
}

/** Calls whenever somebody wants to write in this message, and at once when somebody does already. */
export function onCompose(id: string, begin: (kind: Kind) => void): () => void {
  const take = () => {
    if (wanted?.id !== id) return;
    const { kind, at } = wanted;
    wanted = null;
    if (Date.now() - at < GOOD_FOR) begin(kind);
  };
  take();
  addEventListener(EVENT, take);
  return () => removeEventListener(EVENT, take);
}
