// What can be done with whoever left a message: blocking them, and erasing all that is theirs. Each is confirmed.
import { useState } from "react";
import type { WholeFragment } from "../graph/generated/graphql";
import { may, useMe } from "../session/rights";
import { useLatePart } from "../shell/useLatePart";
import { useWords } from "../words/words";
import type { What, VisitorDialogProps } from "./VisitorDialog";

const dialog = async () => (await import("./VisitorDialog")).VisitorDialog;

export function VisitorDoes({ visitor }: { visitor: WholeFragment["visitor"] }) {
  const { t } = useWords();
  const me = useMe();
  const [what, ask] = useState<What | null>(null);
  const [Dialog, bring] = useLatePart<VisitorDialogProps>(dialog);
  const all: What[] = [];
  if (may(me, "visitors.block")) all.push(visitor.blocked ? "unblock" : "block");
  if (may(me, "visitors.erase")) all.push("erase");
  if (visitor.erased || all.length === 0) return null;
  const open = async (wanted: What) => {
    if (await bring()) ask(wanted);
  };
  return (
    <div className="visitor-does">
      {all.map((one) => (
        <button key={one} type="button" className={one === "erase" ? "link bad" : "link"} aria-haspopup="dialog" onClick={() => void open(one)}>
          {t(`visitor.${one}`)}
        </button>
      ))}
      {Dialog && what && <Dialog what={what} visitor={visitor} gone={() => ask(null)} />}
    </div>
  );
}
