// Types of what is asked for: `node generate.mjs <folder>` reads the `.graphql` documents of a folder and writes
// `<folder>/generated/`. What the schema does not have is an error, so a renamed field fails every build.
import { preset } from "@graphql-codegen/client-preset";
import { codegen } from "@graphql-codegen/core";
import { buildSchema, parse, print, validate } from "graphql";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const SCHEMA = fileURLToPath(new URL("../../graphql/schema.graphql", import.meta.url));

const folder = process.argv[2];
if (!folder) throw new Error("say in which folder the documents are: node generate.mjs <folder>");

const schema = buildSchema(await readFile(SCHEMA, "utf8"));
const names = (await readdir(folder)).filter((name) => name.endsWith(".graphql")).sort();
const documents = await Promise.all(
  names.map(async (name) => {
    const rawSDL = await readFile(join(folder, name), "utf8");
    return { location: join(folder, name), rawSDL, document: parse(rawSDL) };
  }),
);
const whole = { kind: "Document", definitions: documents.flatMap(({ document }) => document.definitions) };
const wrong = validate(schema, whole);
if (wrong.length > 0) {
  for (const { message, nodes } of wrong) console.error(`${folder}: ${message}\n${nodes?.map(print).join("\n")}`);
  process.exit(1);
}

const output = join(folder, "generated/");
const files = await preset.buildGeneratesSection({
  baseOutputDir: output,
  schema: parse(await readFile(SCHEMA, "utf8")),
  schemaAst: schema,
  documents,
  config: {
    documentMode: "string",
    useTypeImports: true,
    enumsAsTypes: true,
    defaultScalarType: "unknown",
    strictScalars: true,
    scalars: { Date: "string", DateTime: "string", JSON: "unknown", Locale: "string", LogPosition: "string", TimeZone: "string" },
  },
  presetConfig: { fragmentMasking: false },
  plugins: [],
  pluginMap: {},
});
await rm(output, { recursive: true, force: true });
for (const file of files) {
  const text = await codegen(file);
  await mkdir(dirname(file.filename), { recursive: true });
  await writeFile(file.filename, text);
}
console.log(`${relative(process.cwd(), output)}: ${names.length} files of documents`);
