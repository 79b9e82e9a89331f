// The folders with what is in them, and whoever is signed in.
import CheckCircleOutlined from "@ant-design/icons/es/icons/CheckCircleOutlined";
import ClockCircleOutlined from "@ant-design/icons/es/icons/ClockCircleOutlined";
import FireOutlined from "@ant-design/icons/es/icons/FireOutlined";
import FolderOutlined from "@ant-design/icons/es/icons/FolderOutlined";
import InboxOutlined from "@ant-design/icons/es/icons/InboxOutlined";
import MessageOutlined from "@ant-design/icons/es/icons/MessageOutlined";
import MinusCircleOutlined from "@ant-design/icons/es/icons/MinusCircleOutlined";
import SendOutlined from "@ant-design/icons/es/icons/SendOutlined";
import StopOutlined from "@ant-design/icons/es/icons/StopOutlined";
import UnorderedListOutlined from "@ant-design/icons/es/icons/UnorderedListOutlined";
import UserOutlined from "@ant-design/icons/es/icons/UserOutlined";
import WarningOutlined from "@ant-design/icons/es/icons/WarningOutlined";
import { Link } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { useCounts, useHere } from "../graph/queries";
import { FOLDERS, type Folder, countOf } from "../inbox/folders";
import { isStuck, useOutbox } from "../message/outgoing";
import { useWords } from "../words/words";
import { Account } from "./Account";

const ICONS: Record<Folder, ComponentType> = {
  open: InboxOutlined,
  mine: UserOutlined,
  unassigned: MinusCircleOutlined,
  overdue: FireOutlined,
  "follow-up": ClockCircleOutlined,
  replied: SendOutlined,
  resolved: CheckCircleOutlined,
  closed: MessageOutlined,
  all: UnorderedListOutlined,
  archive: FolderOutlined,
  spam: StopOutlined,
};
/** A thin line stands above these. */
const BEGINS_GROUP: readonly Folder[] = ["follow-up", "all"];

export function Nav({ openSheet, gone }: { openSheet?(): void; gone?(): void }) {
  const { t, number } = useWords();
  const here = useHere();
  const counts = useCounts(here.data?.viewer?.id).data;
  const stuck = useOutbox().filter(isStuck);
  return (
    <nav className="nav" aria-label={t("nav.folders")}>
      <div className="nav-desk">
        <strong>{here.data?.desk.name ?? "Leaveword"}</strong>
        {here.data && (
          <span className={here.data.desk.availability.open ? "dot on" : "dot"} title={here.data.desk.availability.text}>
            {here.data.desk.availability.open ? t("desk.open") : t("desk.closed")}
          </span>
        )}
      </div>
      <ul>
        {FOLDERS.map((name) => {
          const Icon = ICONS[name];
          const count = countOf(name, counts);
          const urgent = name === "overdue" && count ? " urgent" : "";
          return (
            <li key={name} className={BEGINS_GROUP.includes(name) ? "begins" : undefined}>
              <Link to="/inbox" search={{ folder: name === "open" ? undefined : name }} className={`nav-item${urgent}`} activeOptions={{ explicitUndefined: true }} onClick={gone}>
                <Icon aria-hidden />
                <span className="nav-name">{t(`folder.${name}`)}</span>
                {count !== undefined && <span className="nav-count">{number(count)}</span>}
              </Link>
            </li>
          );
        })}
        {stuck[0] && (
          <li className="begins">
            <Link to="/messages/$id" params={{ id: stuck[0].messageId }} className="nav-item urgent" onClick={gone}>
              <WarningOutlined aria-hidden />
              <span className="nav-name">{t("sending.stuck")}</span>
              <span className="nav-count">{number(stuck.length)}</span>
            </Link>
          </li>
        )}
      </ul>
      <Account openSheet={openSheet} gone={gone} />
    </nav>
  );
}
