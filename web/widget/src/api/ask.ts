// One question to the desk by GraphQL over HTTP. What cannot be answered is a `Failure` that says what to do.
import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";

const ANSWERS_WITHIN = 20_000;

/** Where the desk is, and whose token opens it. */
export interface Door {
  url: string;
  lang: string;
  token(): string | null;
  /** This token opens nothing any more. */
  forget(token: string | null): void;
}

/** `network`: nobody knows whether it arrived. `later`: not now. `token`: it opened nothing, and is forgotten. `refused`: never so. */
export type Why = "network" | "later" | "token" | "refused";

export class Failure extends Error {
  constructor(
    readonly why: Why,
    /** Seconds, when the desk says how long to wait. */
    readonly wait?: number,
  ) {
    super(why);
  }
}

export async function ask<Data, Variables>(
  door: Door,
  /** Parts that are fetched later bring documents of their own. */
  document: DocumentTypeDecoration<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const token = door.token();
  let status: number;
  let answer;
  try {
    const response = await fetch(`${door.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "accept-language": door.lang,
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query: String(document), variables }),
      credentials: "omit",
      signal: AbortSignal.timeout(ANSWERS_WITHIN),
    });
    status = response.status;
    answer = await response.json();
  } catch {
    throw new Failure("network");
  }
  const extensions = answer.errors?.[0]?.extensions;
  if (!extensions && answer.data) return answer.data;
  const code = extensions?.code;
  if (code === "UNAUTHENTICATED") {
    door.forget(token);
    throw new Failure("token");
  }
  if (code === "RATE_LIMITED" || code === "UNAVAILABLE") throw new Failure("later", extensions.retryAfter);
  throw new Failure(status >= 500 || code === "INTERNAL" ? "network" : "refused");
}
