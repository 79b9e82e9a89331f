// What a visitor's browser fetches, compressed, against what it may be. `npm run budget`
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/**
 * In bytes. Every page fetches the loader, then the widget with one language; whoever opens it the panel with
 * seldom, and the pictures when the desk takes some; whoever has written history and live; whoever has lost what they wrote
 * recovery; and whoever writes while the desk is pressed proof.
 */
const BUDGETS = { loader: 1_000, widget: 6_000, language: 2_000, panel: 15_000, seldom: 1_500, pictures: 4_000, history: 5_000, live: 1_000, recovery: 2_500, proof: 3_500 };

const folder = mkdtempSync(join(tmpdir(), "leaveword-budget-"));
execFileSync(process.execPath, [fileURLToPath(new URL("build.mjs", import.meta.url)), folder], { stdio: "inherit" });
const size = (file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;
const rows = [["loader", "widget.js", size("widget.js")]];
for (const file of readdirSync(join(folder, "assets")).filter((name) => name.endsWith(".js"))) {
  const name = file.replace(/-.{8}\.js$/, "");
  const kind = name in BUDGETS ? name : /^[a-z]{2}(-[A-Z]{2})?$/.test(name) ? "language" : null;
  if (kind) rows.push([kind, name, size(join("assets", file))]);
}
rmSync(folder, { recursive: true });

const order = Object.keys(BUDGETS);
rows.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
let over = 0;
for (const [kind, name, bytes] of rows) {
  const fits = bytes <= BUDGETS[kind];
  if (!fits) over++;
  console.log(`${name.padEnd(10)} ${String(bytes).padStart(6)} of ${String(BUDGETS[kind]).padStart(6)} bytes, gzip${fits ? "" : "   TOO LARGE"}`);
}
const missing = order.filter((kind) => !rows.some(([each]) => each === kind));
if (missing.length) throw new Error(`nothing was built of ${missing.join(", ")}`);
if (over) process.exit(1);
