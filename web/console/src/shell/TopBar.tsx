// What stands above a page: where one is, and on a phone the way to the folders.
import MenuOutlined from "@ant-design/icons/es/icons/MenuOutlined";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useWords } from "../words/words";
import { Nav } from "./Nav";
import { useNavBeside } from "./wide";

export function TopBar({ title, total, children }: { title: string; total?: number | null; children?: ReactNode }) {
  const { t, number } = useWords();
  const beside = useNavBeside();
  const [isOpen, open] = useState(false);
  return (
    <header className="topbar">
      {!beside && (
        <button type="button" className="icon" aria-label={t("nav.folders")} onClick={() => open(true)}>
          <MenuOutlined aria-hidden />
        </button>
      )}
      <h1>{title}</h1>
      {total != null && <span className="topbar-total">{number(total)}</span>}
      <span className="grow" />
      {children}
      {isOpen && <Drawer close={() => open(false)} />}
    </header>
  );
}

function Drawer({ close }: { close(): void }) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="drawer" aria-label={t("nav.folders")} onClose={close} onClick={(event) => event.target === dialog.current && close()}>
      <Nav gone={close} />
    </dialog>
  );
}
