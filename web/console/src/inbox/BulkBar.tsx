// What can be done with all that is selected.
import Button from "antd/es/button";
import EllipsisOutlined from "@ant-design/icons/es/icons/EllipsisOutlined";
import { type Command, KINDS, type Name } from "../commands/commands";
import { openPalette } from "../keyboard/palette";
import { openFollowUp } from "../message/followUp";
import { may, useMe } from "../session/rights";
import { Menu, type MenuItem } from "../shell/Menu";
import { useWords } from "../words/words";
import type { Row } from "./book";
import type { Choice } from "./choice";

interface Props {
  rows: readonly Row[];
  all: readonly string[];
  doIt(command: Command): unknown;
  choose(choice: Choice): void;
}

export function BulkBar({ rows, all, doIt, choose }: Props) {
  const { t } = useWords();
  const me = useMe();
  const able = (name: Name) => rows.some((row) => KINDS[name].possible(row) && may(me, KINDS[name].permission, row));
  const simple = (["close", "reopen", "unassign", "archive", "unarchive", "spam", "noSpam", "delete"] as const).filter(able);
  const items: MenuItem[] = [
    ...(able("followUp") ? [{ key: "followUp", label: t("do.followUp"), run: () => openFollowUp(rows) }] : []),
    ...(able("categorize") ? [{ key: "categorize", label: t("do.categorize"), run: () => openPalette("category", rows) }] : []),
    ...(able("tag") ? [{ key: "tag", label: t("do.tag"), run: () => openPalette("tag", rows) }] : []),
    ...(able("prioritize") ? [{ key: "prioritize", label: t("do.prioritize"), run: () => openPalette("priority", rows) }] : []),
    ...simple.map((name) => ({ key: name, label: t(`do.${name}`), danger: name === "delete", run: () => doIt({ name }) })),
  ];
  return (
    <div className="bulk" role="toolbar" aria-label={t("bulk.label")}>
      <strong>{t("bulk.count", { n: rows.length })}</strong>
      <button type="button" className="link" onClick={() => choose({ cursor: null, anchor: null, selected: new Set(all) })}>
        {t("bulk.all", { n: all.length })}
      </button>
      <span className="grow" />
      <button type="button" className="link" onClick={() => choose({ cursor: null, anchor: null, selected: new Set() })}>
        {t("bulk.none")}
      </button>
      <span className="break" />
      {able("resolve") && (
        <Button type="primary" onClick={() => doIt({ name: "resolve" })}>
          {t("do.resolve")}
        </Button>
      )}
      {me && able("claim") && (
        <Button onClick={() => doIt({ name: "claim", me })}>
          {t("do.claim")}
        </Button>
      )}
      {able("assign") && (
        <Button onClick={() => openPalette("assign", rows)}>
          {t("do.assign")}
        </Button>
      )}
      <Menu items={items} className="icon framed" label={t("more")}>
        <EllipsisOutlined aria-hidden />
      </Menu>
    </div>
  );
}
