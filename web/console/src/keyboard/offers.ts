// What the palette offers: for the messages it is about, and the places one can go to.
import type { HereQuery } from "../graph/generated/graphql";
import type { Colleagues } from "../graph/queries";
import { type Command, KINDS, type Name } from "../commands/commands";
import { FOLDERS, type Folder } from "../inbox/folders";
import type { Row } from "../inbox/book";
import { may } from "../session/rights";
import type { Words } from "../words/words";
import { match } from "./match";
import type { Mode } from "./palette";

export interface Offer {
  key: string;
  text: string;
  hint?: string;
  run(): void;
  /** What it leads to is chosen in the palette as well. */
  leadsTo?: Mode;
}

export interface About {
  rows: readonly Row[];
  here: HereQuery;
  colleagues: Colleagues | undefined;
  words: Words;
  run(command: Command, rows: readonly Row[]): void;
  go(to: { folder?: Folder } | "settings" | "start"): void;
  followUp(rows: readonly Row[]): void;
}

const SIMPLE = ["resolve", "close", "reopen", "unassign", "followUpDone", "archive", "unarchive", "spam", "noSpam", "delete", "restore"] as const;
const PICKED = [
  ["assign", "assign"],
  ["categorize", "category"],
  ["tag", "tag"],
  ["prioritize", "priority"],
] as const satisfies readonly (readonly [Name, Mode])[];

/** Those of the rows that a command is possible for, and allowed. */
const ableOf = ({ rows, here }: About, name: Name) =>
  rows.filter((row) => KINDS[name].possible(row) && may(here.viewer, KINDS[name].permission, row));

export function offers(mode: Mode, about: About): Offer[] {
  switch (mode) {
    case "all":
      return [...commands(about), ...places(about)];
    case "assign":
      return people(about);
    case "category":
      return about.here.desk.categories.map((category) =>
        offer(about, category.id, `${category.icon ?? ""} ${category.name}`.trim(), { name: "categorize", category }, isNow(about, (row) => row.category?.id === category.id)),
      );
    case "tag":
      return about.here.desk.tags.map((tag) => {
        const has = about.rows.length > 0 && about.rows.every((row) => row.tags.includes(tag));
        return offer(about, tag, `#${tag}`, { name: "tag", add: has ? [] : [tag], remove: has ? [tag] : [] }, has ? about.words.t("pick.takeOff") : undefined);
      });
    case "priority":
      return (["URGENT", "HIGH", "NORMAL", "LOW"] as const).map((priority) =>
        offer(about, priority, about.words.t(`priority.${priority}`), { name: "prioritize", priority }, isNow(about, (row) => row.priority === priority)),
      );
  }
}

const isNow = ({ rows, words }: About, so: (row: Row) => boolean) => (rows.length > 0 && rows.every(so) ? words.t("pick.now") : undefined);

const offer = (about: About, key: string, text: string, command: Command, hint?: string): Offer => ({
  key,
  text,
  hint,
  run: () => about.run(command, ableOf(about, command.name)),
});

function commands(about: About): Offer[] {
  const { t } = about.words;
  const me = about.here.viewer;
  const all: Offer[] = [];
  if (me && ableOf(about, "claim").length > 0) all.push(offer(about, "claim", t("do.claim"), { name: "claim", me }, "C"));
  for (const [name, mode] of PICKED) {
    if (ableOf(about, name).length > 0) all.push({ key: name, text: t(`do.${name}`), hint: name === "assign" ? "A" : undefined, run() {}, leadsTo: mode });
  }
  if (ableOf(about, "followUp").length > 0) all.push({ key: "followUp", text: t("do.followUp"), hint: "F", run: () => about.followUp(ableOf(about, "followUp")) });
  for (const name of SIMPLE) {
    if (ableOf(about, name).length > 0) all.push(offer(about, name, t(`do.${name}`), { name }, name === "resolve" ? "E" : name === "archive" ? "#" : undefined));
  }
  return all;
}

function places({ words: { t }, go, here }: About): Offer[] {
  const folders = FOLDERS.map((folder) => ({ key: `go-${folder}`, text: t("pick.go", { place: t(`folder.${folder}`) }), run: () => go({ folder: folder === "open" ? undefined : folder }) }));
  const rest = [{ key: "go-settings", text: t("pick.go", { place: t("settings.title") }), run: () => go("settings") }];
  if (may(here.viewer, "settings.manage")) rest.push({ key: "go-start", text: t("pick.go", { place: t("start.title") }), run: () => go("start") });
  return [...folders, ...rest];
}

function people(about: About): Offer[] {
  const { colleagues, here, words } = about;
  const { t } = words;
  const me = here.viewer;
  const members = (colleagues?.members ?? []).filter((member) => member.active && member.id !== me?.id);
  const all: Offer[] = [];
  if (me) all.push(offer(about, me.id, t("pick.me", { name: me.name }), { name: "assign", member: me }, isNow(about, (row) => row.assignee?.id === me.id)));
  for (const member of [...members].sort((one, other) => Number(other.presence === "PRESENT") - Number(one.presence === "PRESENT"))) {
    const hint = isNow(about, (row) => row.assignee?.id === member.id) ?? (member.presence === "PRESENT" ? t("presence.here") : undefined);
    all.push(offer(about, member.id, member.name, { name: "assign", member }, hint));
  }
  for (const team of (colleagues?.teams ?? []).filter((team) => !team.disbanded)) {
    all.push(offer(about, team.id, t("pick.team", { name: team.name }), { name: "assign", team }, isNow(about, (row) => row.team?.id === team.id)));
  }
  if (ableOf(about, "unassign").length > 0) all.push(offer(about, "unassign", t("do.unassign"), { name: "unassign" }));
  return all;
}

/** Those that are meant, the best first. */
export function meant(all: readonly Offer[], typed: string): Offer[] {
  return all
    .map((offer, at) => ({ offer, at, how: match(offer.text, typed) }))
    .filter(({ how }) => how > 0)
    .sort((one, other) => other.how - one.how || one.at - other.at)
    .map(({ offer }) => offer);
}
