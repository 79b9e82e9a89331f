import { useEffect, useState } from "react";

/** Has it been so for that long? What is over soon is not worth a word. */
export function useLate(isSo: boolean, after: number): boolean {
  const [late, isLate] = useState(false);
  useEffect(() => {
    if (!isSo) return isLate(false);
    const timer = setTimeout(() => isLate(true), after);
    return () => clearTimeout(timer);
  }, [isSo, after]);
  return isSo && late;
}
