import { describe, expect, test } from "vitest";
import { type Pressed, SHEET, actionOf } from "../src/keyboard/keys";
import { match } from "../src/keyboard/match";
import { pinyin } from "pinyin-pro";

const press = (key: string, some: Partial<Pressed> = {}) =>
  actionOf({ key, isComposing: false, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, inField: false, onControl: false, ...some });

describe("keys", () => {
  test("mean what the sheet says", () => {
    expect([..."jkxerancf/z"].map((key) => press(key))).toEqual(["next", "previous", "select", "resolve", "reply", "assign", "note", "claim", "followUp", "search", "undo"]);
    expect(press("J", { shiftKey: true })).toBe("selectNext");
    expect(press("?", { shiftKey: true })).toBe("sheet");
    const actions = new Set(SHEET.map(([action]) => action));
    expect(actions.size).toBe(SHEET.length);
  });

  test("mean nothing while an input method is at work, not even the palette", () => {
    for (const key of ["j", "Enter", "e"]) expect(press(key, { isComposing: true })).toBeNull();
    expect(press("k", { isComposing: true, metaKey: true })).toBeNull();
    expect(press("Process", { keyCode: 229 })).toBeNull();
    expect(press("e", { keyCode: 229 })).toBeNull();
  });

  test("are letters in a field, but for the palette", () => {
    expect(press("e", { inField: true })).toBeNull();
    expect(press("k", { inField: true, ctrlKey: true })).toBe("palette");
    expect(press("k", { inField: true, metaKey: true })).toBe("palette");
  });

  test("are the browser's with a command key", () => {
    for (const key of ["r", "a", "n", "f", "c"]) expect(press(key, { ctrlKey: true })).toBeNull();
    expect(press("ArrowDown", { altKey: true })).toBeNull();
  });

  test("leave Enter to whatever has the focus, and are the same with the caps lock on", () => {
    expect(press("Enter", { onControl: true })).toBeNull();
    expect(press("Enter")).toBe("open");
    expect(press("J")).toBe("next");
    expect(press("E", { shiftKey: true })).toBeNull();
  });
});

describe("the palette finds", () => {
  const by = (text: string) => pinyin(text, { toneType: "none", type: "array", nonZh: "consecutive" });
  test("Chinese by its sounds, whole or begun", () => {
    for (const typed of ["xiaoming", "xm", "xiaom", "xming", "XiaoMing", "小明", "明", "ming"]) expect(match("小明", typed, by), typed).toBeGreaterThan(0);
    for (const typed of ["xh", "mx", "xiaomingx", "小红"]) expect(match("小明", typed, by), typed).toBe(0);
    expect(match("标为已处理", "biaowei", by)).toBeGreaterThan(0);
    expect(match("标为已处理", "cl", by)).toBeGreaterThan(0);
  });
  test("others by their letters, without their accents", () => {
    expect(match("Jürgen Müller", "muller", by)).toBeGreaterThan(0);
    expect(match("Resolve", "res", by)).toBeGreaterThan(match("Go to Resolved", "res", by));
    expect(match("Resolve", "x", by)).toBe(0);
    expect(match("Resolve", "", by)).toBeGreaterThan(0);
  });
  test("and without the table of sounds still by letters", () => {
    expect(match("小明", "小", null)).toBeGreaterThan(0);
    expect(match("小明", "xm", null)).toBe(0);
  });
});
