/** @file Builds the labextension: esbuild bundles our sources, then Jupyter's builder federates them. */
import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { build } from "esbuild"

const require = createRequire(import.meta.url)

/**
 * The packages that the host page shares with extensions, and the plot library: left to Jupyter's
 * builder, as are style sheets. Everything else (`@defnote/*` are TypeScript sources, `@codemirror/lint`) is bundled.
 */
const EXTERNAL = [
  "@jupyterlab/*",
  "@lumino/*",
  "@codemirror/state",
  "@codemirror/view",
  "@codemirror/language",
  "plotly.js-cartesian-dist-min",
  "*.css",
]

/**
 * Builds `extension/labextension` from the sources.
 *
 * @param options.root the repository's root
 * @param options.development keeps source maps and readable code
 */
export async function buildExtension({ root, development = false }) {
  const folder = path.join(root, "extension")
  await bundle(folder, development)
  const builder = path.dirname(require.resolve("@jupyter/builder/package.json"))
  const flags = development ? ["--development"] : []
  const core = require.resolve("@jupyterlab/core-meta/core.package.json")
  const script = path.join(builder, "lib/build-labextension.js")
  run(folder, [script, "--core-package-file", core, ...flags, folder])
}

/** `lib/index.js` and its lazy chunks; the layout worker is a file of its own (D8.4). */
async function bundle(folder, development) {
  const outdir = path.join(folder, "lib")
  rmSync(outdir, { recursive: true, force: true })
  await build({
    entryPoints: [path.join(folder, "src/index.ts"), path.join(folder, "src/layout-worker.ts")],
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: ["defnote-source"],
    external: EXTERNAL,
    loader: { ".svg": "text" },
    minifySyntax: !development,
    sourcemap: development,
    legalComments: "none",
    logLevel: "warning",
    absWorkingDir: folder,
  })
}

function run(folder, command) {
  const result = spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8" })
  if (result.status === 0) return
  throw new Error(`extension build failed\n${result.stdout}\n${result.stderr}`)
}

if (process.argv[1] === import.meta.filename) {
  const development = process.argv.includes("--development")
  await buildExtension({ root: path.resolve(import.meta.dirname, ".."), development })
}
