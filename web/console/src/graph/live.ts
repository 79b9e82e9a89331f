// Being told of changes: one socket, and each subscription goes on after the last position that was dealt with, so
// that a cut loses nothing and doubles nothing.
import { type Client, createClient } from "graphql-ws";
import { useSyncExternalStore } from "react";
import { session, signedOut } from "../session/session";
import { type MessageFilter, ToldDocument, type ToldSubscription } from "./generated/graphql";
import { listeners } from "../shell/listeners";

export type Told = ToldSubscription["messageChanged"];
export type Connection = "connecting" | "connected" | "lost";

const FIRST_WAIT = 250;
const LONGEST_WAIT = 10_000;
const KEEP_ALIVE = 10_000;
const PONG_WITHIN = 5_000;
/** The token opens nothing any more. */
const FORBIDDEN = 4403;

let connection: Connection = "connecting";
let client: Client | undefined;
let lastId = 0;
const those = listeners();
/** Streams of which the server has not said yet that it has heard of them. */
const unheard = new Map<string, () => void>();

function becomes(next: Connection): void {
  if (next === connection) return;
  connection = next;
  those.tell();
}

/** The protocol has no answer to `subscribe`; a ping right behind it has one. */
class Asking extends WebSocket {
  override send(said: string): void {
    super.send(said);
    const { type, id } = JSON.parse(said) as { type: string; id?: string };
    if (type === "subscribe") super.send(JSON.stringify({ type: "ping", payload: { id } }));
  }
}

function socket(): Client {
  if (client) return client;
  let late: ReturnType<typeof setTimeout> | undefined;
  const made = createClient({
    url: `${location.origin.replace(/^http/, "ws")}/graphql/ws`,
    webSocketImpl: Asking,
    connectionParams: () => ({ authorization: `Bearer ${session()?.token}` }),
    generateID: () => String(++lastId),
    retryAttempts: 0,
    lazyCloseTimeout: 1_000,
    keepAlive: KEEP_ALIVE,
    on: {
      connected: () => becomes("connected"),
      closed: () => becomes("lost"),
      ping: (received) => {
        // A network that is gone says nothing: whoever does not answer is hung up on.
        if (!received) late = setTimeout(() => made.terminate(), PONG_WITHIN);
      },
      pong: (received, payload) => {
        if (!received) return;
        clearTimeout(late);
        const id = payload?.id as string | undefined;
        if (id === undefined) return;
        unheard.get(id)?.();
        unheard.delete(id);
      },
    },
  });
  client = made;
  return made;
}

/** Ends the socket, with the session. */
export function hangUp(): void {
  void client?.dispose();
  client = undefined;
  becomes("connecting");
}

if (typeof window !== "undefined") window.addEventListener("offline", () => client?.terminate());

interface Wanted {
  id?: string;
  filter?: MessageFilter;
  told(change: Told): void;
  /**
   * Called each time the subscription runs again, with whether it goes on where it was: if it does not, what was
   * read before has to be read again.
   */
  runs?(goesOn: boolean): void;
}

/** Tells of changes until the function that it answers is called. */
export function tell({ id, filter, told, runs }: Wanted): () => void {
  let over = false;
  let after: string | null = null;
  let wait = FIRST_WAIT;
  let stop = () => {};

  const once = () =>
    new Promise<unknown>((ended) => {
      const goesOn = after !== null;
      stop = socket().subscribe<ToldSubscription>(
        { query: String(ToldDocument), variables: { id, filter, after } },
        {
          next: ({ data }) => {
            if (!data || over) return;
            after = data.messageChanged.position;
            told(data.messageChanged);
          },
          error: ended,
          complete: () => ended(undefined),
        },
      );
      unheard.set(String(lastId), () => {
        wait = FIRST_WAIT;
        if (!over) runs?.(goesOn);
      });
    });

  const loop = async () => {
    while (!over) {
      const why = await once();
      if (over) return;
      if ((why as CloseEvent | undefined)?.code === FORBIDDEN) return signedOut();
      // A log that was restored has not come as far: begin from what is there.
      if (Array.isArray(why)) after = null;
      await pause(wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  };
  void loop();
  return () => {
    over = true;
    stop();
  };
}

/** For so long, or until the network is back. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      removeEventListener("online", go);
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    addEventListener("online", go);
  });
}

export const useConnection = () => useSyncExternalStore(those.listen, () => connection);
