// What is known of a message and its visitor, beside the talk.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { KINDS, type Name } from "../commands/commands";
import type { WholeFragment } from "../graph/generated/graphql";
import { useOthers, usePresent } from "../graph/queries";
import { openPalette } from "../keyboard/palette";
import type { Mode } from "../keyboard/palette";
import { may, useMe } from "../session/rights";
import { useWords } from "../words/words";
import { DueClock } from "./DueClock";
import { openFollowUp } from "./followUp";
import { History } from "./History";
import { VisitorDoes } from "./VisitorDoes";

/** More names than this are a number. */
const MOST_NAMES = 5;

export function Properties({ message }: { message: WholeFragment }) {
  const { t, moment, whole } = useWords();
  const me = useMe();
  const able = (name: Name) => KINDS[name].possible(message) && may(me, KINDS[name].permission, message);
  const pick = (name: Name, mode: Mode) => (able(name) ? () => openPalette(mode, [message]) : undefined);
  const { visitor } = message;
  const present = usePresent(me?.id).map(({ name }) => name);
  const more = present.length - MOST_NAMES;
  return (
    <aside className="properties" id="properties" aria-label={t("message.details")} tabIndex={0}>
      <section>
        <Property label={t("property.assignee")} change={pick("assign", "assign")}>
          {message.assignee ? (message.assignee.id === me?.id ? t("assignee.me") : message.assignee.name) : message.team ? message.team.name : <span className="quiet">{t("assignee.nobody")}</span>}
        </Property>
        <Property label={t("property.category")} change={pick("categorize", "category")}>
          {message.category ? `${message.category.icon ?? ""} ${message.category.name}`.trim() : <span className="quiet">{t("property.none")}</span>}
        </Property>
        <Property label={t("property.priority")} change={pick("prioritize", "priority")}>
          {message.priority !== "NORMAL" && <i className={`flag ${message.priority}`} />} {t(`priority.${message.priority}`)}
        </Property>
        <Property label={t("property.tags")} change={pick("tag", "tag")}>
          {message.tags.length > 0 ? message.tags.map((tag) => <span key={tag} className="tag">#{tag}</span>) : <span className="quiet">{t("property.none")}</span>}
        </Property>
        <Property label={t("property.followUp")} change={able("followUp") ? () => openFollowUp([message]) : undefined}>
          {message.followUp ? (
            <>
              {moment(message.followUp.dueAt)}
              {message.followUp.note && <small>{message.followUp.note}</small>}
            </>
          ) : (
            <span className="quiet">{t("property.none")}</span>
          )}
        </Property>
        {message.dueAt && (
          <Property label={t("property.due")}>
            <span title={whole(message.dueAt)}>{moment(message.dueAt)}</span> <DueClock row={{ ...message, status: "OPEN" }} />
          </Property>
        )}
        <Property label={t("property.submitted")}>
          <span title={whole(message.submittedAt)}>{moment(message.submittedAt)}</span>
        </Property>
        {present.length > 0 && (
          <Property label={t("property.present")}>
            <span title={present.join(", ")}>{[...present.slice(0, MOST_NAMES), ...(more > 0 ? [`+${more}`] : [])].join(", ")}</span>
          </Property>
        )}
      </section>

      <section>
        <h3>{t("visitor.title")}</h3>
        {visitor.contact && (
          <Property label={t(`contact.${visitor.contact.kind}`)}>
            {visitor.contact.masked ? visitor.contact.value : <a href={`${visitor.contact.kind === "EMAIL" ? "mailto" : "tel"}:${visitor.contact.value}`}>{visitor.contact.value}</a>}
          </Property>
        )}
        {message.fields.map(({ fieldId, label, value }) => (
          <Property key={fieldId} label={label}>
            {value ?? <span className="quiet">{t("erased")}</span>}
          </Property>
        ))}
        {visitor.verified && <p className="quiet">{t("visitor.verified")}</p>}
        {visitor.blocked && <p className="warn">{t("visitor.blocked")}</p>}
        {visitor.erasureRequestedAt && <p className="warn">{t("visitor.wantsErasure", { when: moment(visitor.erasureRequestedAt) })}</p>}
        <VisitorDoes visitor={visitor} />
        <Others message={message} />
      </section>
      {may(me, "audit.read", message) && <History key={message.id} id={message.id} />}
    </aside>
  );
}

function Property({ label, change, children }: { label: string; change?(): void; children: ReactNode }) {
  return (
    <div className="property">
      <span className="property-label">{label}</span>
      {change ? (
        <button type="button" className="property-value" onClick={change} aria-haspopup="dialog">
          <span className="hidden">{label}: </span>
          {children}
        </button>
      ) : (
        <span className="property-value">{children}</span>
      )}
    </div>
  );
}

/** What else this visitor has left. */
function Others({ message }: { message: WholeFragment }) {
  const { t, when } = useWords();
  const { visitor } = message;
  const others = useOthers(visitor.messageCount > 1 ? visitor.id : undefined);
  const related = [message.relatedTo, ...message.relatedFrom].flatMap((one) => one?.id ?? []);
  const rows = (others.data?.nodes ?? []).filter(({ id }) => id !== message.id);
  if (rows.length === 0) return null;
  return (
    <>
      <h4>{t("visitor.others", { n: rows.length })}</h4>
      <ul className="others">
        {rows.slice(0, 8).map((row) => (
          <li key={row.id}>
            <Link to="/messages/$id" params={{ id: row.id }}>
              <span className={`status ${row.status}`}>{t(`status.${row.status}`)}</span> <time dateTime={row.submittedAt}>{when(row.submittedAt)}</time>
              {related.includes(row.id) && <em>{t("visitor.related")}</em>}
              <span className="others-words">{row.content ?? row.reference}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
