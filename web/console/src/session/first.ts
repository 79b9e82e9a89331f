// Where somebody begins who has just come by a link: on a desk that is still empty, whoever sets it up begins there.
import { ask } from "../graph/ask";
import { CountsDocument, HereDocument } from "../graph/generated/graphql";
import { may } from "./rights";

export async function firstPlace(): Promise<"/start" | "/inbox"> {
  try {
    const [{ viewer }, { all }] = await Promise.all([ask(HereDocument, {}), ask(CountsDocument, { mine: [] })]);
    return all.total === 0 && may(viewer, "settings.manage") ? "/start" : "/inbox";
  } catch {
    return "/inbox";
  }
}
