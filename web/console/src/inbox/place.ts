// Where somebody was in the list that was shown last, for when they come back to it.
import { type Choice, NOTHING } from "./choice";

let place: { list: string; top: number; choice: Choice } | null = null;

export const placeIn = (list: string) => (place?.list === list ? place : { list, top: 0, choice: NOTHING });

export function stands(list: string, some: { top?: number; choice?: Choice }): void {
  place = { ...placeIn(list), ...some };
}
