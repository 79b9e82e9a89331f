// Which key means what. Pure: it is told what a key event says.
export type Action =
  | "next"
  | "previous"
  | "selectNext"
  | "selectPrevious"
  | "select"
  | "open"
  | "resolve"
  | "reply"
  | "assign"
  | "note"
  | "claim"
  | "followUp"
  | "close"
  | "archive"
  | "search"
  | "sheet"
  | "palette"
  | "back"
  | "undo";

export interface Pressed {
  key: string;
  isComposing: boolean;
  keyCode?: number;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  /** Is it typed into a field? */
  inField: boolean;
  /** Is there something under it that Enter or Space presses? */
  onControl: boolean;
}

const PLAIN: Record<string, Action> = {
  j: "next",
  k: "previous",
  J: "selectNext",
  K: "selectPrevious",
  ArrowDown: "next",
  ArrowUp: "previous",
  x: "select",
  Enter: "open",
  e: "resolve",
  r: "reply",
  a: "assign",
  n: "note",
  c: "claim",
  f: "followUp",
  "#": "archive",
  z: "undo",
  "/": "search",
  "?": "sheet",
  Escape: "back",
};

/** What the sheet shows, in its order. */
export const SHEET: readonly (readonly [Action, string])[] = [
  ["next", "J"],
  ["previous", "K"],
  ["selectNext", "⇧ J / ⇧ K"],
  ["select", "X"],
  ["open", "Enter"],
  ["back", "Esc"],
  ["reply", "R"],
  ["note", "N"],
  ["resolve", "E"],
  ["claim", "C"],
  ["assign", "A"],
  ["followUp", "F"],
  ["archive", "#"],
  ["undo", "Z"],
  ["search", "/"],
  ["palette", "⌘ K / Ctrl K"],
  ["sheet", "?"],
];

/** Is an input method at work? Its Enter chooses a word and sends nothing; 229 is what it leaves where that is not told. */
export const isComposing = (event: Pick<Pressed, "isComposing" | "keyCode">) => event.isComposing || event.keyCode === 229;

export function actionOf(pressed: Pressed): Action | null {
  if (isComposing(pressed)) return null;
  const { key, inField, onControl, altKey } = pressed;
  const command = pressed.metaKey || pressed.ctrlKey;
  if (command && !altKey && !pressed.shiftKey && key.toLowerCase() === "k") return "palette";
  if (command || altKey || inField) return null;
  if (onControl && (key === "Enter" || key.startsWith("Arrow"))) return null;
  // With the caps lock on, J is no range.
  const meant = /^[A-Z]$/.test(key) && !pressed.shiftKey ? key.toLowerCase() : key;
  return PLAIN[meant] ?? (/^[A-Z]$/.test(meant) ? null : (PLAIN[meant.toLowerCase()] ?? null));
}
