// One request to the desk: a typed document, its variables, and the answer or why there is none.
import { session, signedOut } from "../session/session";
import { settings } from "../settings/settings";
import type { TypedDocumentString } from "./generated/graphql";

const ANSWERS_WITHIN = 20_000;

export type FaultCode =
  | "UNREACHABLE"
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  /** The page's own address is none that the desk knows. */
  | "FOREIGN"
  | "NOT_FOUND"
  | "BAD_REQUEST"
  | "TOO_COMPLEX"
  | "RATE_LIMITED"
  | "UNAVAILABLE"
  | "INTERNAL";

/** Why there is no answer. */
export class Fault extends Error {
  constructor(
    readonly code: FaultCode,
    message: string,
    /** Seconds after which it may be asked again. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }

  /** May the same succeed later? */
  get passes(): boolean {
    return ["UNREACHABLE", "UNAVAILABLE", "RATE_LIMITED", "INTERNAL"].includes(this.code);
  }
}

interface Options {
  /** Without the session, as a visitor would. */
  anonymous?: boolean;
  /** Goes on when the page is left. */
  keepalive?: boolean;
}

export async function ask<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  { anonymous = false, keepalive = false }: Options = {},
): Promise<Result> {
  const token = anonymous ? undefined : session()?.token;
  let answer: { data?: Result | null; errors?: { message: string; extensions?: Record<string, unknown> }[] };
  let status = 0;
  try {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        "accept-language": settings().locale,
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query: String(document), variables }),
      signal: AbortSignal.timeout(ANSWERS_WITHIN),
      keepalive,
    });
    status = response.status;
    answer = await response.json();
  } catch (why) {
    // What a proxy says while the server is away is no answer of the server's.
    throw new Fault("UNREACHABLE", String(why));
  }
  const error = answer.errors?.[0];
  if (answer.data && !error) return answer.data;
  const code = (status === 403 ? "FOREIGN" : error?.extensions?.code ?? (status >= 500 ? "UNAVAILABLE" : "INTERNAL")) as FaultCode;
  const after = Number(error?.extensions?.retryAfter);
  // Only when it is still this token: another tab may have signed in meanwhile.
  if (code === "UNAUTHENTICATED" && token && session()?.token === token) signedOut();
  throw new Fault(code, error?.message ?? `HTTP ${status}`, Number.isFinite(after) ? after : undefined);
}
