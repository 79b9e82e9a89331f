// Whoever is signed in: whether they are at the desk, how it looks, and the way out.
import { useNavigate } from "@tanstack/react-router";
import { ask } from "../graph/ask";
import { SetPresenceDocument, SignOutDocument } from "../graph/generated/graphql";
import { queries } from "../graph/queries";
import { useConnection } from "../graph/live";
import { leaveAll } from "../message/outbox";
import { signedOut } from "../session/session";
import { may, useMe } from "../session/rights";
import { choose, useSettings } from "../settings/settings";
import { sentenceOf } from "../commands/run";
import { say } from "../told/toasts";
import { useWords } from "../words/words";
import { Menu, type MenuItem } from "./Menu";

/** How long it is waited for what is to be sent yet. */
const LONGEST_FAREWELL = 2_000;

export async function signOut(): Promise<void> {
  await Promise.race([leaveAll(), new Promise((late) => setTimeout(late, LONGEST_FAREWELL))]);
  // Here it counts at once; a server that is away ends the session with its time.
  const ended = ask(SignOutDocument, {}, { keepalive: true }).catch(() => {});
  signedOut();
  await ended;
}

export function Account({ openSheet, gone }: { openSheet?(): void; gone?(): void }) {
  const { t } = useWords();
  const me = useMe();
  const chosen = useSettings();
  const navigate = useNavigate();
  const connection = useConnection();
  if (!me) return null;
  const present = me.presence === "PRESENT";
  const setPresence = async () => {
    try {
      await ask(SetPresenceDocument, { presence: present ? "AWAY" : "PRESENT" });
    } catch (fault) {
      say({ text: sentenceOf(fault), tone: "bad" });
    }
    await queries.invalidateQueries({ queryKey: ["here"] });
  };
  const go = (to: "/settings" | "/start") => {
    gone?.();
    void navigate({ to });
  };
  const items: MenuItem[] = [
    { key: "presence", label: present ? t("presence.leave") : t("presence.come"), run: setPresence },
    { key: "language", begins: true, label: chosen.locale === "en" ? "切换到中文" : "Switch to English", run: () => choose({ locale: chosen.locale === "en" ? "zh-CN" : "en" }) },
    { key: "settings", label: t("settings.title"), run: () => go("/settings") },
    ...(may(me, "settings.manage") ? [{ key: "start", label: t("start.title"), run: () => go("/start") }] : []),
    ...(openSheet ? [{ key: "keys", label: t("sheet.title"), run: openSheet }] : []),
    { key: "out", begins: true, label: t("signOut"), run: signOut },
  ];
  return (
    <Menu items={items} className="account" title={t("account.menu")}>
      <span className={present ? "avatar present" : "avatar"} aria-hidden>
        {[...me.name][0]}
      </span>
      <span className="account-name">
        {me.name}
        <small>{connection === "connected" ? (present ? t("presence.here") : t("presence.away")) : t(`connection.${connection}`)}</small>
      </span>
    </Menu>
  );
}
