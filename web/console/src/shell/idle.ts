/** So long it waits at most, whatever else the page does. */
const LONGEST = 500;

/** Does it when the page has nothing better to do, unless the function that it answers is called before. */
export function whenIdle(does: () => void): () => void {
  if (typeof requestIdleCallback === "undefined") {
    const timer = setTimeout(does, LONGEST);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback(does, { timeout: LONGEST });
  return () => cancelIdleCallback(asked);
}
