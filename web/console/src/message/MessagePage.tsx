// A message by itself: what a robot's link opens, and what a phone shows.
import { useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { cannot, run } from "../commands/run";
import { type Command, KINDS } from "../commands/commands";
import { useTarget } from "../inbox/target";
import { useKeys } from "../keyboard/useKeys";
import { openPalette } from "../keyboard/palette";
import { compose, goneTo } from "./compose";
import { openFollowUp } from "./followUp";
import { may, useMe } from "../session/rights";
import { useParts } from "../shell/parts";
import { openedRow } from "./opened";

export function MessagePage() {
  const { id } = useParams({ from: "/desk/messages/$id" });
  const navigate = useNavigate();
  const router = useRouter();
  const me = useMe();
  useEffect(() => goneTo(id), [id]);
  const rows = () => {
    const row = openedRow(id);
    return row ? [row] : [];
  };
  useTarget(rows);
  const close = () => (router.history.canGoBack() ? router.history.back() : void navigate({ to: "/inbox" }));
  const doIt = (command: Command, all = rows()) => {
    const able = all.filter((row) => KINDS[command.name].possible(row) && may(me, KINDS[command.name].permission, row));
    if (able.length === 0) return cannot(command, all);
    void run(command, able);
  };
  const write = (kind: "reply" | "note") => {
    const row = rows()[0];
    return row ? compose(row.id, kind) : (false as const);
  };
  useKeys({
    back: close,
    resolve: () => doIt({ name: "resolve" }),
    archive: () => doIt({ name: "archive" }),
    claim: () => (me ? doIt({ name: "claim", me }) : false),
    assign: () => openPalette("assign"),
    followUp: () => openFollowUp(rows()),
    reply: () => write("reply"),
    note: () => write("note"),
  });
  const parts = useParts(true);
  return (
    <main className="message-page">
      {parts && <parts.MessageView key={id} id={id} done={(command, message) => doIt(command, [message])} close={close} />}
    </main>
  );
}
