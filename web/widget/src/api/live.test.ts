import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { page } from "../visit/page.testing";
import { follow } from "./live";

class Socket {
  static readonly OPEN = 1;
  static readonly CLOSED = 3;
  static all: Socket[] = [];
  readyState = 1;
  said: any[] = [];
  onopen = () => {};
  onmessage = (_: { data: string }) => {};
  onclose = (_: { code: number }) => {};

  constructor() {
    Socket.all.push(this);
  }

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }

  /** Closing waits for the other end, which is not there. */
  close(): void {
    this.readyState = 2;
  }

  hears(message: object): void {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

const listener = { after: () => null, changed: vi.fn(), read: vi.fn(), ended: vi.fn() };
let stop: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  page(() => new Error());
  vi.stubGlobal("WebSocket", Socket);
  Socket.all = [];
  stop = new AbortController();
  vi.clearAllMocks();
  follow({ url: "https://desk.example", lang: "en", token: () => "lwv_1", forget: () => {} }, listener, stop.signal);
});
afterEach(() => {
  stop.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the list is read once the subscription has begun, and not with every ping", () => {
  const [socket] = Socket.all as [Socket];
  socket.hears({ type: "connection_ack" });
  expect(socket.said.map(({ type }) => type)).toEqual(["subscribe", "ping"]);
  expect(listener.read).not.toHaveBeenCalled();
  socket.hears({ type: "pong" });
  expect(listener.read).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(25_000);
  socket.hears({ type: "pong" });
  expect(listener.read).toHaveBeenCalledTimes(1);
});

const pings = ({ said }: Socket) => said.filter(({ type }) => type === "ping").length;

test("a socket whose other end is gone is given up, and another one opened", () => {
  const [dead] = Socket.all as [Socket];
  dead.hears({ type: "connection_ack" });
  dead.hears({ type: "pong" });
  vi.advanceTimersByTime(25_000);
  expect(pings(dead)).toBe(2);
  vi.advanceTimersByTime(9_999);
  expect(Socket.all).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(Socket.all).toHaveLength(2);
  // Whatever it still says, and however it ends, is nothing to anybody.
  listener.read.mockClear();
  dead.hears({ type: "connection_ack" });
  dead.hears({ type: "pong" });
  dead.onclose({ code: 4403 });
  expect(listener.read).not.toHaveBeenCalled();
  expect(listener.ended).not.toHaveBeenCalled();
});

test("one that answers stays, whatever it says", () => {
  const [socket] = Socket.all as [Socket];
  for (let n = 1; n <= 4; n++) {
    vi.advanceTimersByTime(25_000);
    expect(pings(socket)).toBe(n);
    socket.hears(n % 2 ? { type: "pong" } : { type: "ping" });
  }
  vi.advanceTimersByTime(20_000);
  expect(Socket.all).toHaveLength(1);
});

test("whoever looks at the page again finds out at once", () => {
  const [socket] = Socket.all as [Socket];
  document.dispatchEvent(new Event("visibilitychange"));
  expect(pings(socket)).toBe(1);
  vi.advanceTimersByTime(10_000);
  expect(Socket.all).toHaveLength(2);
});

test("a token that has ended is told as the one that it was", () => {
  Socket.all[0]!.onclose({ code: 4403 });
  expect(listener.ended).toHaveBeenCalledWith("lwv_1");
});
