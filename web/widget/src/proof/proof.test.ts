import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { solved } from "./proof";

const challenge = (number: number, maxnumber = 50_000) => {
  const salt = "0123456789abcdef01234567?expires=1790000000&";
  const hash = createHash("sha256").update(salt + number).digest("hex");
  return { algorithm: "SHA-256", challenge: hash, maxnumber, salt, signature: "" };
};

test.each([0, 9, 10, 25_000, 50_000])("the number %i is found", async (number) => {
  expect(await solved(challenge(number))).toBe(number);
});

test("what has no solution is not looked for without end", async () => {
  await expect(solved(challenge(11, 10))).rejects.toThrow("no solution");
});
