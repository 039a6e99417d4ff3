/**
 * Builds what browsers load: src/ and the libraries that it uses, as files whose names hold a digest of their content.
 *
 * Writes to src/policygraph/web/static/built/ of the repository, or to the folder that is given. `manifest.json` there
 * tells the server which file each entry point and each typeface became; `licences.txt` holds the licence of everything that is in them.
 */

import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "../src/policygraph/web/static/built"));
const ENTRIES = ["fonts.css", "search.js", "sorting.js", "editor.css", "editor.js", "explore.css", "explore.js"];

rmSync(out, { recursive: true, force: true });
const { metafile } = await esbuild.build({
  absWorkingDir: here,
  entryPoints: ENTRIES.map((name) => `src/${name}`),
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "part-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome109", "firefox115", "safari16.4"],
  loader: { ".woff2": "file" },
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

/** @type {Record<string, string>} */
const manifest = {};
for (const [file, { entryPoint, inputs }] of Object.entries(metafile.outputs)) {
  const source = entryPoint ?? Object.keys(inputs).find((input) => input.endsWith(".woff2"));
  if (source) manifest[path.basename(source)] = path.basename(file);
}
writeFileSync(path.join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
writeFileSync(path.join(out, "licences.txt"), licences(Object.keys(metafile.inputs)));

/**
 * The licences of the packages that bundled files come from.
 * @param {string[]} inputs
 */
function licences(inputs) {
  const packages = new Set(
    inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  return [...packages]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(path.join(here, folder, "package.json"), "utf8"));
      const own = readdirSync(path.join(here, folder)).find((file) => /^licen[cs]e/i.test(file));
      if (!own) throw new Error(`${name} has no licence file`);
      const text = readFileSync(path.join(here, folder, own), "utf8").trim();
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(78)}\n\n`);
}
