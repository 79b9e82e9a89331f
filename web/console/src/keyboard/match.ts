// What somebody means when they type a part of a name: its letters, or for Chinese its sounds. The table of sounds is
// large, so it comes when it is needed.
type Sounds = (text: string) => readonly string[];

let sounds: Sounds | null = null;

/** Brings the table of sounds; what is matched before goes by letters alone. */
export async function bringSounds(): Promise<void> {
  if (sounds) return;
  const { pinyin } = await import("pinyin-pro");
  sounds = (text) => pinyin(text, { toneType: "none", type: "array", nonZh: "consecutive" });
}

const fold = (text: string) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase();

/** How well a text is meant: 0 not at all, and the more the better. */
export function match(text: string, typed: string, by: Sounds | null = sounds): number {
  const wanted = fold(typed.trim()).replace(/\s+/g, " ");
  if (!wanted) return 1;
  const letters = fold(text);
  if (letters.startsWith(wanted)) return 4;
  if (letters.includes(wanted)) return 3;
  if (!by || !/\p{Script=Han}/u.test(text)) return 0;
  const said = by(text).map(fold);
  const bare = wanted.replaceAll(" ", "");
  for (let from = 0; from < said.length; from += 1) {
    if (speaks(said, from, bare)) return from === 0 ? 2.5 : 2;
  }
  return 0;
}

/** Can what was typed be read as beginnings of the sounds, one after another? "xm", "xiaom" and "xiaoming" are 小明. */
function speaks(said: readonly string[], from: number, typed: string): boolean {
  if (typed === "") return true;
  const sound = said[from];
  if (!sound) return false;
  for (let length = Math.min(sound.length, typed.length); length > 0; length -= 1) {
    if (sound.startsWith(typed.slice(0, length)) && speaks(said, from + 1, typed.slice(length))) return true;
  }
  return false;
}
