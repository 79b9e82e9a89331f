// Changes of the visitor's messages as they happen: graphql-transport-ws, of which one subscription is all there is.
import type { Door } from "./ask";
import { ChangesDocument, type ChangesSubscription } from "./generated/graphql";

export type Change = ChangesSubscription["myMessageChanged"];

interface Listener {
  /** The position after which to go on. */
  after(): string | null;
  changed(change: Change): void;
  /** The list has to be read: the socket has just begun, or is refused. */
  read(): void;
  /** This token opens nothing any more. */
  ended(token: string | null): void;
}

const LONGEST_WAIT = 30_000;
/** So many refusals in a row, and the list is read by asking. */
const REFUSALS = 2;
const TOKEN_ENDED = 4403;
/** So often it is looked whether the other end is still there, and so long it may say nothing then. */
const LOOKS_EVERY = 25_000;
const ANSWERS_WITHIN = 10_000;

/** Goes on until it is stopped. */
export function follow(door: Door, listener: Listener, stop: AbortSignal): void {
  let socket: WebSocket | undefined;
  let refusals = 0;
  let timer = 0;
  let silence = 0;
  let begun = false;

  const open = () => {
    clearTimeout(timer);
    const token = door.token();
    if (stop.aborted) return;
    const it = (socket = new WebSocket(`${door.url.replace(/^http/, "ws")}/graphql/ws`, "graphql-transport-ws"));
    const say = (message: object) => it.send(JSON.stringify(message));
    it.onopen = () => say({ type: "connection_init", payload: { authorization: `Bearer ${token}` } });
    it.onmessage = ({ data }) => {
      if (it !== socket) return;
      clearTimeout(silence);
      silence = 0;
      const { type, payload } = JSON.parse(data);
      if (type === "ping") say({ type: "pong" });
      if (type === "connection_ack") {
        refusals = 0;
        const variables = { after: listener.after() };
        say({ id: "1", type: "subscribe", payload: { query: String(ChangesDocument), variables } });
        begun = false;
        look();
      }
      // The protocol has no answer to `subscribe`: what is read after the ping behind it was answered misses nothing.
      if (type === "pong" && !begun) {
        begun = true;
        listener.read();
      }
      if (type === "next" && payload.data) listener.changed(payload.data.myMessageChanged);
      if (type === "error" || type === "complete") it.close();
    };
    it.onclose = ({ code }) => {
      if (stop.aborted || it !== socket) return;
      if (code === TOKEN_ENDED) return listener.ended(token);
      if (++refusals > REFUSALS && !document.hidden) listener.read();
      const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(refusals, 5));
      timer = window.setTimeout(open, wait * (0.75 + Math.random() / 2));
    };
  };
  const again = () => {
    refusals = 0;
    if (socket?.readyState === WebSocket.CLOSED) open();
  };
  /** A network that goes away says nothing, and closing waits for the other end: another one is opened, and this one not heard. */
  const look = () => {
    if (socket?.readyState !== WebSocket.OPEN || silence) return;
    socket.send(JSON.stringify({ type: "ping" }));
    silence = window.setTimeout(() => {
      silence = 0;
      const dead = socket;
      open();
      dead?.close();
    }, ANSWERS_WITHIN);
  };
  if (stop.aborted) return;
  addEventListener("online", again, { signal: stop });
  document.addEventListener("visibilitychange", () => document.hidden || look(), { signal: stop });
  const looking = setInterval(look, LOOKS_EVERY);
  stop.addEventListener("abort", () => {
    clearTimeout(timer);
    clearTimeout(silence);
    clearInterval(looking);
    socket?.close();
  });
  open();
}
