// How much has to come before somebody works, compressed: printed as a table, and too much is an error.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const BUDGETS = { entry: 300_000, inbox: 375_000 };

const page = readFileSync(join(DIST, "index.html"), "utf8");
/** What the page itself names: its script, what that needs at once, and its styles. */
const entry = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file);
const all = readdirSync(join(DIST, "assets"));
/** A file, and whatever it imports at once. */
function withImports(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = readFileSync(join(DIST, "assets", name), "utf8");
  for (const [, other] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) withImports(other, seen);
  return seen;
}
/** And what comes right behind it. */
const behind = all.filter((name) => /^late-.*\.js$/.test(name)).flatMap((name) => [...withImports(name)]).map((name) => `assets/${name}`);
const weigh = (files, press) => files.reduce((sum, file) => sum + press(readFileSync(join(DIST, file))).length, 0);

let isTooMuch = false;
console.log("| what comes first | files | gzip kB | brotli kB | budget kB |\n| --- | ---: | ---: | ---: | ---: |");
for (const [name, files] of [
  ["entry", ["index.html", ...entry]],
  ["inbox", ["index.html", ...new Set([...entry, ...behind])]],
]) {
  const gzip = weigh(files, (text) => gzipSync(text, { level: 9 }));
  const brotli = weigh(files, (text) => brotliCompressSync(text));
  const kB = (bytes) => (bytes / 1000).toFixed(1);
  console.log(`| ${name} | ${files.length} | ${kB(gzip)} | ${kB(brotli)} | ${kB(BUDGETS[name])} |`);
  isTooMuch ||= gzip > BUDGETS[name];
}
if (behind.length === 0) throw new Error("nothing comes behind the entry: antd is in it, or what brings it has another name");
if (entry.length < 2) throw new Error("dist/index.html names no script and style: what was measured is not the console");
if (isTooMuch) throw new Error("more than the budget; look at what the entry imports");
