import { beforeEach, describe, expect, test } from "vitest";
import { BLANK, drafted, keepDraft, readDraft } from "../src/message/drafts";

class Place {
  readonly all = new Map<string, string>();
  room = Infinity;
  get length() {
    return this.all.size;
  }
  key = (at: number) => [...this.all.keys()][at] ?? null;
  getItem = (key: string) => this.all.get(key) ?? null;
  removeItem = (key: string) => void this.all.delete(key);
  setItem = (key: string, value: string) => {
    if (!this.all.has(key) && this.all.size >= this.room) throw new Error("full");
    this.all.set(key, value);
  };
}

let place: Place;
beforeEach(() => {
  place = new Place();
});
const draft = (reply: string, at = 1) => ({ ...BLANK, reply, at });

describe("drafts", () => {
  test("are kept per member and message", () => {
    keepDraft(place, "me", "a", draft("好的"));
    expect(readDraft(place, "me", "a")).toEqual(draft("好的"));
    expect(readDraft(place, "you", "a")).toBeNull();
    expect(readDraft(place, "me", "b")).toBeNull();
    expect(drafted(place, "me")).toEqual(["a"]);
    expect(drafted(place, "you")).toEqual([]);
  });

  test("without words, note or file are forgotten", () => {
    keepDraft(place, "me", "a", draft("words"));
    keepDraft(place, "me", "a", { ...BLANK, uploads: [{ id: "u", name: "a.png" }] });
    expect(drafted(place, "me")).toEqual(["a"]);
    keepDraft(place, "me", "a", BLANK);
    expect(place.length).toBe(0);
  });

  test("are bounded, and of too many the oldest go", () => {
    for (let at = 0; at < 230; at += 1) keepDraft(place, "me", `m${at}`, draft("x", at));
    expect(place.length).toBe(200);
    expect(readDraft(place, "me", "m0")).toBeNull();
    expect(readDraft(place, "me", "m229")).not.toBeNull();
  });

  test("find room in a full place", () => {
    place.room = 120;
    for (let at = 0; at < 121; at += 1) keepDraft(place, "me", `m${at}`, draft("x", at));
    expect(readDraft(place, "me", "m120")).not.toBeNull();
  });

  test("that cannot be read are none", () => {
    place.setItem("leaveword.draft.me.a", "{");
    place.setItem("leaveword.draft.me.b", '{"reply": 3}');
    expect([readDraft(place, "me", "a"), readDraft(place, "me", "b")]).toEqual([null, null]);
  });
});
