// A list without messages says why, and what to do.
import { Link } from "@tanstack/react-router";
import { useCounts } from "../graph/queries";
import { may, useMe } from "../session/rights";
import { useWords } from "../words/words";
import { type Search, isNarrowed, isSearch } from "./folders";

export function EmptyList({ search }: { search: Search }) {
  const { t } = useWords();
  const me = useMe();
  const counts = useCounts(me?.id).data;
  const narrowed = isSearch(search.q) || isNarrowed(search);
  if (narrowed) {
    return (
      <div className="blank quiet">
        <h2>{t("empty.search")}</h2>
        <p>{t("empty.searchText")}</p>
        {isSearch(search.q) && search.folder !== "all" && (
          <Link to="/inbox" search={{ folder: "all", q: search.q }}>
            {t("empty.searchAll")}
          </Link>
        )}{" "}
        <Link to="/inbox" search={{ folder: search.folder }}>
          {t("filter.none")}
        </Link>
      </div>
    );
  }
  if (counts?.all.total === 0 && may(me, "settings.manage")) {
    return (
      <div className="blank quiet">
        <h2>{t("empty.desk")}</h2>
        <p>{t("empty.deskText")}</p>
        <Link to="/start">{t("empty.deskGo")}</Link>
      </div>
    );
  }
  const folder = search.folder ?? "open";
  const says = folder === "open" || folder === "mine" || folder === "overdue" || folder === "unassigned" || folder === "follow-up" ? folder : "other";
  return (
    <div className="blank quiet">
      <h2>{t(`empty.${says}`)}</h2>
      <p>{t("empty.text")}</p>
    </div>
  );
}
