// Puts a .br and a .gz beside each built file that is shorter so. The server sends these as they are: it compresses nothing.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const HERE = dirname(fileURLToPath(import.meta.url));
const TEXTS = new Set([".js", ".css", ".html", ".svg", ".json", ".webmanifest", ".txt"]);
/** A packet: what fits into one arrives no sooner when it is shorter. */
const WORTH = 1400;

for (const folder of ["console/dist", "widget/dist"]) {
  // What was not built has no files.
  const entries = await readdir(join(HERE, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  let [whole, brotli] = [0, 0];
  for (const entry of entries) {
    if (!entry.isFile() || !TEXTS.has(extname(entry.name))) continue;
    const file = join(entry.parentPath, entry.name);
    const text = await readFile(file);
    if (text.length < WORTH) continue;
    const forms = {
      br: brotliCompressSync(text, {
        params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
      }),
      gz: gzipSync(text, { level: 9 }),
    };
    whole += text.length;
    brotli += forms.br.length;
    for (const [ending, form] of Object.entries(forms)) {
      if (form.length < text.length) await writeFile(`${file}.${ending}`, form);
    }
  }
  // By this a build that was made without us is told from one that was made with us.
  if (entries.length > 0) await writeFile(join(HERE, folder, ".compressed"), "");
  if (whole > 0) console.log(`${folder}: ${(whole / 1024).toFixed(0)} KiB, ${(brotli / 1024).toFixed(0)} KiB with brotli`);
}
