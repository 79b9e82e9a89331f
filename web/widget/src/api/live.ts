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
  /** The token opens nothing any more. */
  ended(): void;
}

const LONGEST_WAIT = 30_000;
/** So many refusals in a row, and the list is read by asking. */
const REFUSALS = 2;
const TOKEN_ENDED = 4403;

/** Goes on until it is stopped. */
export function follow(door: Door, listener: Listener, stop: AbortSignal): void {
  let socket: WebSocket | undefined;
  let refusals = 0;
  let timer = 0;

  const open = () => {
    clearTimeout(timer);
    socket = new WebSocket(`${door.url.replace(/^http/, "ws")}/graphql/ws`, "graphql-transport-ws");
    const say = (message: object) => socket?.send(JSON.stringify(message));
    socket.onopen = () => say({ type: "connection_init", payload: { authorization: `Bearer ${door.token()}` } });
    socket.onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(data);
      if (type === "ping") say({ type: "pong" });
      if (type === "connection_ack") {
        refusals = 0;
        const variables = { after: listener.after() };
        say({ id: "1", type: "subscribe", payload: { query: String(ChangesDocument), variables } });
        listener.read();
      }
      if (type === "next" && payload.data) listener.changed(payload.data.myMessageChanged);
      if (type === "error" || type === "complete") socket?.close();
    };
    socket.onclose = ({ code }) => {
      if (stop.aborted) return;
      if (code === TOKEN_ENDED) return listener.ended();
      if (++refusals > REFUSALS && !document.hidden) listener.read();
      const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(refusals, 5));
      timer = window.setTimeout(open, wait * (0.75 + Math.random() / 2));
    };
  };
  const again = () => {
    refusals = 0;
    if (socket?.readyState === WebSocket.CLOSED) open();
  };
  if (stop.aborted) return;
  addEventListener("online", again, { signal: stop });
  stop.addEventListener("abort", () => {
    clearTimeout(timer);
    socket?.close();
  });
  open();
}
