// What narrows a list: words, category, tag, priority, assignee; and in which order it stands. All of it is in the address.
import CloseOutlined from "@ant-design/icons/es/icons/CloseOutlined";
import SearchOutlined from "@ant-design/icons/es/icons/SearchOutlined";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useColleagues, useHere } from "../graph/queries";
import { isComposing } from "../keyboard/keys";
import { useWords } from "../words/words";
import { NOBODY, ORDERS, ORDERS_OF_SEARCH, type Search, isNarrowed, isSearch, mayAskWhose, orderOf } from "./folders";

const AFTER_TYPING = 300;

export function Filters() {
  const { t } = useWords();
  const search = useSearch({ from: "/desk/inbox" });
  const navigate = useNavigate({ from: "/inbox" });
  const here = useHere().data;
  const desk = here?.desk;
  const [typed, type] = useState(search.q ?? "");
  const [composes, isBeingComposed] = useState(false);

  // What was asked for from here comes into the address later, when more may have been typed; only another address is typed.
  const asked = useRef([search.q ?? ""]);
  useEffect(() => {
    if (composes) return;
    const now = search.q ?? "";
    const at = asked.current.indexOf(now);
    asked.current = at < 0 ? [now] : asked.current.slice(at);
    if (at < 0) type(now);
  }, [search.q, composes]);
  const narrow = (some: Partial<Search>) => {
    if ("q" in some) asked.current.push(some.q ?? "");
    void navigate({ search: (so) => ({ ...so, ...some }), replace: true });
  };
  useEffect(() => {
    if (composes || typed === (search.q ?? "")) return;
    const timer = setTimeout(() => narrow({ q: typed.trim() || undefined }), AFTER_TYPING);
    return () => clearTimeout(timer);
  }, [typed, composes]);

  const clear = () => {
    type("");
    narrow({ q: undefined });
  };
  const me = here?.viewer;
  // They are many, and few look for one of them.
  const [looks, look] = useState(false);
  const isAnother = search.assignee !== undefined && search.assignee !== NOBODY && search.assignee !== "me" && me !== undefined && search.assignee !== me?.id;
  const colleagues = useColleagues(looks || isAnother).data;
  return (
    <div className="filters" role="search">
      <div className={typed && !isSearch(typed) ? "search odd" : "search"}>
        <SearchOutlined aria-hidden />
        <input
          id="search"
          enterKeyHint="search"
          autoComplete="off"
          placeholder={t("search.hint")}
          aria-label={t("search.label")}
          maxLength={200}
          value={typed}
          onChange={(event) => type(event.target.value)}
          onCompositionStart={() => isBeingComposed(true)}
          onCompositionEnd={() => isBeingComposed(false)}
          onKeyDown={(event) => {
            if (isComposing(event.nativeEvent)) return;
            if (event.key === "Enter" || event.key === "ArrowDown") {
              narrow({ q: typed.trim() || undefined });
              event.currentTarget.blur();
            }
            if (event.key === "Escape") {
              clear();
              event.currentTarget.blur();
            }
          }}
        />
        {typed ? (
          <button type="button" className="icon" aria-label={t("search.clear")} onClick={clear}>
            <CloseOutlined aria-hidden />
          </button>
        ) : (
          <kbd aria-hidden>/</kbd>
        )}
      </div>
      <div className="filters-row">
        <Choice label={t("filter.category")} value={search.category} choose={(category) => narrow({ category })} options={desk?.categories.map(({ id, name, icon }) => [id, icon ? `${icon} ${name}` : name]) ?? []} />
        <Choice label={t("filter.tag")} value={search.tag} choose={(tag) => narrow({ tag })} options={desk?.tags.map((tag) => [tag, tag]) ?? []} />
        <Choice
          label={t("filter.priority")}
          value={search.priority}
          choose={(priority) => narrow({ priority: priority as Search["priority"] })}
          options={(["URGENT", "HIGH", "NORMAL", "LOW"] as const).map((one) => [one, t(`priority.${one}`)])}
        />
        {me && mayAskWhose(search) && (
          <Choice
            label={t("property.assignee")}
            // One's own id stands in the address: whoever is given it sees the same list.
            value={search.assignee === "me" ? me.id : search.assignee}
            choose={(assignee) => narrow({ assignee })}
            look={() => look(true)}
            options={[
              [me.id, t("assignee.me")],
              [NOBODY, t("assignee.nobody")],
              ...(colleagues?.members ?? [])
                .filter(({ id }) => id !== me.id)
                .toSorted((one, other) => Number(other.active) - Number(one.active))
                .map(({ id, name, active, joined }) => [id, active ? name : t(joined ? "filter.left" : "filter.invited", { name })] as const),
            ]}
          />
        )}
        {isNarrowed(search) && (
          <button type="button" className="icon" aria-label={t("filter.none")} title={t("filter.none")} onClick={() => narrow({ category: undefined, tag: undefined, priority: undefined, assignee: undefined })}>
            <CloseOutlined aria-hidden />
          </button>
        )}
      </div>
    </div>
  );
}

/** In which order the list stands. */
export function Order() {
  const { t } = useWords();
  const search = useSearch({ from: "/desk/inbox" });
  const navigate = useNavigate({ from: "/inbox" });
  return (
    <Choice
      label={t("filter.order")}
      value={orderOf(search)}
      choose={(order) => void navigate({ search: (so) => ({ ...so, order: order as Search["order"] }), replace: true })}
      options={(isSearch(search.q) ? ORDERS_OF_SEARCH : ORDERS).map((one) => [one, t(`order.${one}`)])}
      always
    />
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  choose(value: string | undefined): void;
  options: readonly (readonly [string, string])[];
  /** Somebody is about to choose. */
  look?(): void;
  /** One of them always counts. */
  always?: boolean;
}

/** The browser's own list: every phone and every screen reader knows it, and it weighs nothing. */
function Choice({ label, value, choose, look, options, always }: ChoiceProps) {
  const { t } = useWords();
  // What an address names and nobody knows narrows the list all the same.
  const isUnknown = value !== undefined && !options.some(([key]) => key === value);
  return (
    <select onFocus={look} onPointerEnter={look} onPointerDown={look} className={value && !always ? "choice on" : "choice"} aria-label={label} value={value ?? ""} onChange={(event) => choose(event.target.value || undefined)}>
      {!always && <option value="">{label}</option>}
      {isUnknown && <option value={value}>{t("filter.unknown")}</option>}
      {options.map(([key, name]) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </select>
  );
}
