// Mentioning a colleague in a note: an @, some letters of the name or its sounds, and the arrows and Enter, as in the palette.
import { type KeyboardEvent, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { useColleagues } from "../graph/queries";
import { bringSounds, match } from "../keyboard/match";
import { useMe } from "../session/rights";
import { type Named, beingMentioned } from "./mentions";

const SHOWN = 6;

export interface Mentions {
  listId: string;
  found: readonly Named[];
  /** Which of them Enter takes. */
  at: number;
  goTo(at: number): void;
  take(who: Named): void;
  /** Is a key one of the list's? */
  pressed(event: KeyboardEvent<HTMLTextAreaElement>): boolean;
  /** Where the caret stands, as the field tells it. */
  stands(): void;
  /** The field has not the focus any more. */
  left(): void;
}

export function useMentions(field: RefObject<HTMLTextAreaElement | null>, text: string, isNote: boolean, picked: (text: string, who: Named) => void): Mentions {
  const me = useMe();
  const listId = useId();
  const [caret, isAt] = useState(0);
  const [at, goTo] = useState(0);
  /** The @ that somebody wants no list for. */
  const [dismissed, dismiss] = useState(-1);
  const [isAway, away] = useState(false);
  const [, areThere] = useState(false);
  const typing = isNote ? beingMentioned(text, caret) : null;
  const isOpen = typing !== null && !isAway && typing.from !== dismissed;
  const colleagues = useColleagues(isOpen).data?.members;
  useEffect(() => {
    if (isOpen) void bringSounds().then(() => areThere(true), () => {});
  }, [isOpen]);
  const found = isOpen
    ? (colleagues ?? [])
        .filter(({ id, active }) => active && id !== me?.id)
        .map((who) => ({ who, how: match(who.name, typing.typed) }))
        .filter(({ how }) => how > 0)
        .sort((one, other) => other.how - one.how)
        .slice(0, SHOWN)
        .map(({ who }) => who)
    : [];

  // The words change first, then the caret can stand behind them.
  const goes = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (goes.current === null) return;
    field.current?.setSelectionRange(goes.current, goes.current);
    isAt(goes.current);
    goes.current = null;
  }, [text, field]);

  const take = ({ id, name }: Named) => {
    if (!typing) return;
    const before = `${text.slice(0, typing.from)}@${name} `;
    goes.current = before.length;
    goTo(0);
    picked(before + text.slice(caret), { id, name });
  };
  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    if (found.length === 0 || event.metaKey || event.ctrlKey || event.altKey) return false;
    const now = Math.min(at, found.length - 1);
    if (event.key === "ArrowDown") goTo((now + 1) % found.length);
    else if (event.key === "ArrowUp") goTo((now - 1 + found.length) % found.length);
    else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) take(found[now]!);
    else if (event.key === "Escape") dismiss(typing!.from);
    else return false;
    event.preventDefault();
    return true;
  };
  const stands = () => {
    away(false);
    isAt(field.current?.selectionStart ?? 0);
    goTo(0);
  };
  return { listId, found, at: Math.min(at, found.length - 1), goTo, take, pressed, stands, left: () => away(true) };
}
