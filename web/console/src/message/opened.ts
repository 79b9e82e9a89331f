import type { OneMessageQuery } from "../graph/generated/graphql";
import { queries } from "../graph/queries";
import { type Row, current } from "../inbox/book";
import { inbox } from "../inbox/store";

/** The message that is open, by its id or its short name, whether the list has it or not. */
export function openedRow(id: string | undefined): Row | undefined {
  if (!id) return undefined;
  const read = queries.getQueryData<OneMessageQuery["message"]>(["message", id]);
  return current(inbox(), read?.id ?? id) ?? read ?? undefined;
}
