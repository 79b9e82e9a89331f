import ArrowLeftOutlined from "@ant-design/icons/es/icons/ArrowLeftOutlined";
import EllipsisOutlined from "@ant-design/icons/es/icons/EllipsisOutlined";
import InfoCircleOutlined from "@ant-design/icons/es/icons/InfoCircleOutlined";
import LinkOutlined from "@ant-design/icons/es/icons/LinkOutlined";
import Button from "antd/es/button";
import { type Command, KINDS, type Name } from "../commands/commands";
import type { WholeFragment } from "../graph/generated/graphql";
import { openPalette } from "../keyboard/palette";
import { may, useMe } from "../session/rights";
import { Menu, type MenuItem } from "../shell/Menu";
import { say } from "../told/toasts";
import { useWords } from "../words/words";
import { DueClock } from "./DueClock";
import { openFollowUp } from "./followUp";

interface Props {
  message: WholeFragment;
  done(command: Command): unknown;
  close(): void;
}

export function MessageHead({ message, done, close }: Props) {
  const { t } = useWords();
  const me = useMe();
  const able = (name: Name) => KINDS[name].possible(message) && may(me, KINDS[name].permission, message);
  const more = (["reopen", "close", "unassign", "archive", "unarchive", "spam", "noSpam", "delete"] as const).filter(able);
  const link = async () => {
    try {
      await navigator.clipboard.writeText(`${location.origin}/messages/${message.reference}`);
      say({ text: t("message.linkCopied"), seconds: 3 });
    } catch {
      say({ text: `${location.origin}/messages/${message.reference}` });
    }
  };
  const items: MenuItem[] = [
    // On a phone there is no room for its button.
    ...(me && able("claim") ? [{ key: "claim", label: t("do.claim"), run: () => done({ name: "claim", me }) }] : []),
    ...(able("assign") ? [{ key: "assign", label: t("do.assign"), run: () => openPalette("assign", [message]) }] : []),
    ...(able("followUp") ? [{ key: "followUp", label: t("do.followUp"), run: () => openFollowUp([message]) }] : []),
    ...(able("followUpDone") ? [{ key: "followUpDone", label: t("do.followUpDone"), run: () => done({ name: "followUpDone" }) }] : []),
    ...more.map((name) => ({ key: name, label: t(`do.${name}`), danger: name === "delete" || name === "spam", run: () => done({ name }) })),
    { key: "link", label: t("message.copyLink"), icon: <LinkOutlined aria-hidden />, run: link },
  ];
  const { visitor } = message;
  return (
    <header className="message-head">
      <button type="button" className="icon back" aria-label={t("back")} onClick={close}>
        <ArrowLeftOutlined aria-hidden />
      </button>
      <div className="message-title">
        <h2>{visitor.name ?? (visitor.erased ? t("visitor.erased") : t("visitor.unnamed"))}</h2>
        <p>
          <span className="reference">{message.reference}</span>
          <span className={`status ${message.status}`}>{t(`status.${message.status}`)}</span>
          {message.spam && <span className="status bad">{t("folder.spam")}</span>}
          {message.archived && <span className="status">{t("folder.archive")}</span>}
          {message.deleted && <span className="status bad">{t("message.deleted")}</span>}
          <DueClock row={message} />
        </p>
      </div>
      <div className="message-does">
        <a className="icon to-properties" href="#properties" aria-label={t("message.details")} onClick={(event) => {
          event.preventDefault();
          document.getElementById("properties")?.scrollIntoView({ behavior: "smooth" });
        }}>
          <InfoCircleOutlined aria-hidden />
        </a>
        {able("restore") && <Button onClick={() => done({ name: "restore" })}>{t("do.restore")}</Button>}
        {me && able("claim") && <Button className="wide-only" onClick={() => done({ name: "claim", me })}>{t("do.claim")}</Button>}
        {able("resolve") && (
          <Button onClick={() => done({ name: "resolve" })} title="E">
            {t("do.resolve")}
          </Button>
        )}
        {able("reopen") && <Button onClick={() => done({ name: "reopen" })}>{t("do.reopen")}</Button>}
        <Menu items={items} className="icon framed" label={t("more")}>
          <EllipsisOutlined aria-hidden />
        </Menu>
      </div>
    </header>
  );
}
