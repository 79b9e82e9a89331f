// What the member may do, as far as it decides what is shown. The server decides what happens.
import { useHere } from "../graph/queries";
import type { HereQuery } from "../graph/generated/graphql";
import type { Row } from "../inbox/book";

export type Me = NonNullable<HereQuery["viewer"]>;

/** May they, with this message or at all? */
export function may(me: Me | null | undefined, permission: string, row?: Pick<Row, "assignee" | "team">): boolean {
  const grant = me?.role.permissions.find((one) => one.permission === permission);
  if (!me || !grant) return false;
  if (!row || grant.scope === "ALL") return true;
  if (row.assignee?.id === me.id) return true;
  if (grant.scope === "OWN") return false;
  // Of a colleague only the server knows whether a team is shared.
  return !row.team || me.teams.length === 0 || me.teams.some((team) => team.id === row.team?.id);
}

export const useMe = (): Me | undefined => useHere().data?.viewer ?? undefined;
