/** Those who look at something that changes, and are told whenever it has. */
export function listeners() {
  const all = new Set<() => void>();
  return {
    listen(listener: () => void): () => void {
      all.add(listener);
      return () => void all.delete(listener);
    },
    tell(): void {
      for (const listener of all) listener();
    },
  };
}
