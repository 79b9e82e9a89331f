import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const generate = promisify(execFile);
const SCRIPT = fileURLToPath(new URL("generate.mjs", import.meta.url));

// Each starts Node anew, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "leaveword-generate-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("what is asked for has a type", async () => {
  await writeFile(join(folder, "a.graphql"), "query Name { desk { name } }");
  await generate(process.execPath, [SCRIPT, folder]);
  expect(await readFile(join(folder, "generated/graphql.ts"), "utf8")).toContain("NameQuery = { desk: { name: string } }");
});

test("a field that the schema does not have fails, and is named", async () => {
  await writeFile(join(folder, "a.graphql"), "query Name { desk { nickname } }");
  await expect(generate(process.execPath, [SCRIPT, folder])).rejects.toMatchObject({
    stderr: expect.stringContaining('Cannot query field "nickname" on type "Desk"'),
  });
});
