// Everything that can be done, by a few letters of its name.
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { run } from "../commands/run";
import { useColleagues, useHere } from "../graph/queries";
import { inbox } from "../inbox/store";
import { current } from "../inbox/book";
import { target } from "../inbox/target";
import { openFollowUp } from "../message/followUp";
import { useWords } from "../words/words";
import { isComposing } from "./keys";
import { bringSounds } from "./match";
import { meant, offers } from "./offers";
import { type Opened, closePalette, openPalette, usePalette } from "./palette";

export function Palette() {
  const opened = usePalette();
  return opened ? <Open key={opened.mode} {...opened} /> : null;
}

function Open({ mode, rows: given }: Opened) {
  const words = useWords();
  const { t } = words;
  const navigate = useNavigate();
  const here = useHere().data;
  const colleagues = useColleagues(mode === "assign").data;
  const [typed, type] = useState("");
  const [at, goTo] = useState(0);
  const [sounds, areThere] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const listId = useId();
  // What it is about stays the same while it is open, whatever moves in the list behind it.
  const about = useMemo(() => given ?? target(), []);
  const rows = about.map((row) => current(inbox(), row.id) ?? row);

  useEffect(() => {
    const from = document.activeElement;
    dialog.current?.showModal();
    void bringSounds().then(() => areThere(true), () => {});
    return () => (from instanceof HTMLElement ? from.focus({ preventScroll: true }) : undefined);
  }, []);

  const close = closePalette;
  const found = useMemo(() => {
    if (!here) return [];
    const all = offers(mode, {
      rows,
      here,
      colleagues,
      words,
      run: (command, able) => void run(command, able),
      go: (to) => void (typeof to === "string" ? navigate({ to: `/${to}` }) : navigate({ to: "/inbox", search: to })),
      followUp: openFollowUp,
    });
    return meant(all, typed);
  }, [here, colleagues, typed, mode, sounds, words]);
  const here_at = Math.min(at, found.length - 1);
  useEffect(() => {
    // Newer browsers answer a promise, which is nothing for React to clean up with.
    void document.getElementById(`${listId}-${here_at}`)?.scrollIntoView({ block: "nearest" });
  }, [here_at, listId]);

  const take = (index: number) => {
    const offer = found[index];
    if (!offer) return;
    if (offer.leadsTo) return openPalette(offer.leadsTo, about);
    close();
    offer.run();
  };

  return (
    <dialog ref={dialog} className="palette" aria-label={t("palette.label")} onClose={close} onClick={(event) => event.target === dialog.current && close()}>
      <p className="palette-about">
        {mode === "all" ? "" : t(`pick.${mode}`)} {rows.length > 0 && t("pick.about", { n: rows.length, reference: rows[0]!.reference })}
      </p>
      <input
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={here_at >= 0 ? `${listId}-${here_at}` : undefined}
        aria-label={t("palette.label")}
        placeholder={t("palette.hint")}
        value={typed}
        onChange={(event) => {
          type(event.target.value);
          goTo(0);
        }}
        onKeyDown={(event) => {
          // The Enter and the arrows of an input method are its own.
          if (isComposing(event.nativeEvent)) return;
          if (event.key === "ArrowDown") goTo((here_at + 1) % Math.max(1, found.length));
          else if (event.key === "ArrowUp") goTo((here_at - 1 + found.length) % Math.max(1, found.length));
          else if (event.key === "Enter") take(here_at);
          else return;
          event.preventDefault();
        }}
      />
      <ul id={listId} role="listbox" aria-label={t("palette.label")}>
        {found.map((offer, index) => (
          <li
            key={offer.key}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === here_at}
            onMouseMove={() => index !== at && goTo(index)}
            onClick={() => take(index)}
          >
            <span>{offer.text}</span>
            {offer.hint && <small>{offer.hint}</small>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="palette-none">{t("palette.none")}</p>}
    </dialog>
  );
}
