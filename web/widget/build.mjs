// Builds the widget in parts that are fetched when they are needed, the loader that names it, and the pages that show it:
// `node build.mjs [folder]`, `dist` when none is named.
import { createHash } from "node:crypto";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = process.argv[2] ? resolve(process.argv[2]) : here("dist");

/** What the dialog is made of, in one file: the parts that are fetched later have some of it in common. */
const TOGETHER = {
  includeDependenciesRecursively: false,
  groups: [{ name: "panel", test: /node_modules\/preact|src\/(panel|form)\/|src\/visit\/(draft|writing)/ }],
};

/** The classic runtime is some hundred bytes smaller than the automatic one. */
const drawsWithPreact = {
  name: "draws-with-preact",
  enforce: "pre",
  transform: (code, id) => (id.endsWith(".tsx") ? `import { h, Fragment } from "preact";\n${code}` : null),
};

/** What a desk is asked in needs no lines, and fragments by themselves are asked by nobody. */
const asksInOneLine = {
  name: "asks-in-one-line",
  enforce: "pre",
  transform: (code, id) =>
    id.endsWith("generated/graphql.ts")
      ? code
          .replace(/`[^`]*`/g, (text) => text.replace(/\s+/g, " "))
          .replaceAll("= new TypedDocumentString", "= /* @__PURE__ */ new TypedDocumentString")
      : null,
};

/** A browser never tries an import again that has failed: so first see whether it can be fetched, and whether it is there. */
const canTryAgain = {
  name: "can-try-again",
  renderChunk: (code) => {
    const tried = code.replace(/import\((["`])(\.\/[^"`]+)\1\)/g, 'fetchPart("$2")');
    if (tried === code) return null;
    return `${tried}
function fetchPart(file) { return fetch(new URL(file, import.meta.url)).then(({ ok }) => (ok ? import(file) : Promise.reject())); }`;
  },
};

/** What tells other tools which calls they may leave out, browsers would only fetch. */
const withoutNotes = {
  name: "without-notes",
  generateBundle: (_, files) => {
    for (const file of Object.values(files)) if (file.type === "chunk") file.code = file.code.replace(/(\w?)\/\* @__PURE__ \*\/ /g, (_, word) => word && `${word} `);
  },
};

/** Builds one entry; what it is called then. */
async function built(entry, name, { formats = ["es"], fileName, define } = {}) {
  const names = { entryFileNames: fileName ?? "assets/[name]-[hash].js", chunkFileNames: "assets/[name]-[hash].js" };
  const [{ output }] = await build({
    configFile: false,
    root: here("."),
    logLevel: "warn",
    plugins: [drawsWithPreact, asksInOneLine, canTryAgain, withoutNotes],
    oxc: { jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" } },
    ...(define && { define }),
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: "es2022",
      // As docs/widget.md says: all of these know light and dark by themselves.
      cssTarget: ["chrome123", "edge123", "firefox121", "safari17.5"],
      lib: { entry: { [name]: here(entry) }, formats, name: "leaveword" },
      // What several parts have in common is in the first of them, for it is there already.
      rolldownOptions: {
        preserveEntrySignatures: "allow-extension",
        output: { ...names, minify: true, codeSplitting: formats[0] === "es" && TOGETHER },
      },
    },
  });
  return output.find(({ isEntry }) => isEntry).fileName;
}

await rm(folder, { recursive: true, force: true });
const widget = await built("src/core/element.ts", "widget");
await built("src/loader/loader.ts", "loader", {
  formats: ["iife"],
  fileName: "widget.js",
  define: { BODY: JSON.stringify(`widget/${widget}`) },
});

// Pages name their scripts and styles as `{{page.js}}`, and get what these are called now.
const files = {
  "widget.js": widget,
  "page.js": await built("pages/page.ts", "page"),
  "try.js": await built("pages/try.ts", "try"),
};
const pages = await readdir(here("pages"));
for (const name of pages.filter((each) => each.endsWith(".css"))) {
  const sheet = await readFile(here(`pages/${name}`));
  const hash = createHash("sha256").update(sheet).digest("base64url").slice(0, 8);
  files[name] = `assets/${name.replace(".css", `-${hash}.css`)}`;
  await writeFile(resolve(folder, files[name]), sheet);
}
for (const name of pages.filter((each) => each.endsWith(".html"))) {
  const html = await readFile(here(`pages/${name}`), "utf8");
  await writeFile(resolve(folder, name), html.replace(/\{\{(.+?)\}\}/g, (_, file) => `/widget/${files[file]}`));
}
