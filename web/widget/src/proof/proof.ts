// The proof of work that a pressed desk asks for: the number that belongs to a challenge. Fetched when it is asked for.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { type Door, ask } from "../api/ask";
import { ChallengeDocument, type ChallengeQuery } from "./generated/graphql";

/** So long the page does nothing else, in milliseconds: what somebody types meanwhile is drawn in time. */
const AT_A_TIME = 20;

/** A challenge of the desk, solved: what `submitMessage` takes as `proof`. */
export async function proof(door: Door): Promise<string> {
  const { challenge } = await ask(door, ChallengeDocument, {});
  return btoa(JSON.stringify({ ...challenge, number: await solved(challenge) }));
}

/** Without `crypto.subtle`, which pages that are not secure do not have, and without a worker, which their policies may forbid. */
export async function solved({ challenge, maxnumber, salt }: ChallengeQuery["challenge"]): Promise<number> {
  let until = performance.now() + AT_A_TIME;
  for (let number = 0; number <= maxnumber; number++) {
    if (bytesToHex(sha256(utf8ToBytes(salt + number))) === challenge) return number;
    if (performance.now() < until) continue;
    await new Promise((resolve) => setTimeout(resolve));
    until = performance.now() + AT_A_TIME;
  }
  throw new Error("this challenge has no solution");
}
