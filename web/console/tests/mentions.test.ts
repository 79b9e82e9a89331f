import { expect, test } from "vitest";
import { beingMentioned, mentionedIn } from "../src/message/mentions";

test("a name is being typed behind an @, and not behind that of an address", () => {
  expect(beingMentioned("@", 1)).toEqual({ from: 0, typed: "" });
  expect(beingMentioned("ask @an", 7)).toEqual({ from: 4, typed: "an" });
  expect(beingMentioned("请@小明看", 4)).toEqual({ from: 1, typed: "小明" });
  expect(beingMentioned("ask @an", 4)).toBeNull();
  expect(beingMentioned("ask @anna now", 13)).toBeNull();
  expect(beingMentioned("li.lei@example", 14)).toBeNull();
  expect(beingMentioned("@@an", 4)).toEqual({ from: 1, typed: "an" });
});

test("whoever was picked is mentioned as long as the words name them", () => {
  const [anna, annaLee, ben] = [{ id: "1", name: "Anna" }, { id: "2", name: "Anna Lee" }, { id: "3", name: "Ben" }];
  expect(mentionedIn("@Anna Lee and @Ben", [anna, annaLee, ben])).toEqual([annaLee, ben]);
  expect(mentionedIn("@Anna Lee and @Anna", [anna, annaLee])).toEqual([anna, annaLee]);
  expect(mentionedIn("Anna", [anna])).toEqual([]);
  // Of two of one name both were picked.
  expect(mentionedIn("@Ben @Ben", [ben, { id: "4", name: "Ben" }])).toHaveLength(2);
  expect(mentionedIn("@a", Array.from({ length: 60 }, (_, n) => ({ id: String(n), name: "a" })))).toHaveLength(50);
});
