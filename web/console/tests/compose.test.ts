import { afterEach, expect, test, vi } from "vitest";

const page = new EventTarget();
vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
vi.stubGlobal("dispatchEvent", page.dispatchEvent.bind(page));

const { compose, goneTo, onCompose } = await import("../src/message/compose");

/** What a message's place to write in has been asked for, once it is there. */
const place = (id: string) => {
  const begin = vi.fn();
  const leave = onCompose(id, begin);
  return { begin, leave };
};

afterEach(() => goneTo(undefined)());

test("a message that takes its time to come is written in as soon as it is there, once", () => {
  compose("a", "note");
  goneTo("a");
  const first = place("a");
  expect(first.begin).toHaveBeenCalledExactlyOnceWith("note");
  first.leave();
  const { begin, leave } = place("a");
  expect(begin).not.toHaveBeenCalled();
  leave();
});

test("a message that is there is written in at once, and no other one", () => {
  const [one, other] = [place("a"), place("b")];
  compose("a", "reply");
  expect(one.begin).toHaveBeenCalledExactlyOnceWith("reply");
  expect(other.begin).not.toHaveBeenCalled();
  one.leave();
  other.leave();
});

test("whoever has gone elsewhere meanwhile does not want it any more", () => {
  for (const elsewhere of ["b", undefined]) {
    compose("a", "reply");
    goneTo(elsewhere);
    const { begin, leave } = place("a");
    expect(begin).not.toHaveBeenCalled();
    leave();
  }
});

test("whoever has left its page does not want it any more when they come back", () => {
  const leavePage = goneTo("a");
  compose("a", "reply");
  leavePage();
  goneTo("a");
  const { begin, leave } = place("a");
  expect(begin).not.toHaveBeenCalled();
  leave();
});
