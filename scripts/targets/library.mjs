/** @file Bundles the published package: one file for each of its exports, sharing one engine. */
import { readFileSync, rmSync } from "node:fs"
import path from "node:path"
import { build } from "esbuild"
import { at } from "../paths.mjs"
import { sourcesOf, workspaceClosure } from "./workspaces.mjs"

const folder = at("packages", "defnote")

/** The bundle as a step that runs only when a source of it has changed. */
export function library() {
  return {
    name: "library",
    inputs: [
      ...sourcesOf(workspaceClosure("defnote")),
      at("package-lock.json"),
      at("scripts", "targets"),
    ],
    outputs: Object.values(entryPoints()).map(({ built }) => built),
    make: bundle,
  }
}

/** Source and bundle of each export that has both, and of commands, keyed by the bundle's name without `.js`. */
function entryPoints() {
  const { exports, bin } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"))
  const commands = Object.values(bin).map((built) => {
    return { "defnote-source": `src/${path.basename(built, ".js")}.ts`, default: built }
  })
  const exported = Object.values(exports).filter((e) => e["defnote-source"] && e.default)
  const entries = [...exported, ...commands]
  return Object.fromEntries(
    entries.map((e) => [
      path.basename(e.default, ".js"),
      { source: path.join(folder, e["defnote-source"]), built: path.join(folder, e.default) },
    ]),
  )
}

/** `splitting` puts what two exports share into a chunk, so that both see the same engine. */
async function bundle() {
  const outdir = path.join(folder, "dist")
  for (const file of ["index.js", "lang.js", "chunks"]) {
    rmSync(path.join(outdir, file), { recursive: true, force: true })
  }
  const entries = Object.entries(entryPoints()).map(([name, { source }]) => [name, source])
  await build({
    entryPoints: Object.fromEntries(entries),
    outdir,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["defnote-source"],
    mainFields: ["module", "main"],
    sourcemap: true,
    sourcesContent: false,
    legalComments: "none",
    logLevel: "warning",
  })
}
