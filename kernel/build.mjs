/** @file Builds the kernel: four bundles, the ZeroMQ addon, declarations, the kernelspec. */
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { build } from "esbuild"

const require = createRequire(import.meta.url)

/** What every bundle needs: `require` for CommonJS dependencies in an ES module. */
const BANNER = [
  "import{createRequire as __cr}from'node:module'",
  "import{fileURLToPath as __fu}from'node:url'",
  "import{dirname as __dn}from'node:path'",
  "const require=__cr(import.meta.url),__filename=__fu(import.meta.url),__dirname=__dn(__filename);",
].join(";")

const COMMON = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  minify: true,
  keepNames: true,
  legalComments: "none",
  conditions: ["defnote-source"],
  logLevel: "warning",
}

/**
 * Builds the kernel into `outdir` (default `kernel/dist`).
 *
 * @param {{ root?: string, outdir?: string }} [options] root of the repository, folder of the result
 */
export async function buildKernel(options = {}) {
  const root = options.root ?? path.resolve(import.meta.dirname, "..")
  const outdir = options.outdir ?? path.join(root, "kernel/dist")
  const source = (name) => path.join(root, "kernel/src", name)
  mkdirSync(outdir, { recursive: true })
  await Promise.all([
    build({
      ...COMMON,
      entryPoints: [source("main.ts")],
      outfile: path.join(outdir, "kernel.mjs"),
      banner: { js: BANNER },
      plugins: [zeromqAddon()],
    }),
    bundle(source("runtime/child.ts"), path.join(outdir, "child.mjs")),
    bundle(source("runtime/agent.ts"), path.join(outdir, "agent.mjs")),
    bundle(source("runtime/loader.ts"), path.join(outdir, "loader.mjs")),
  ])
  copyAddon(path.join(outdir, "zmq"))
  copyFresh(path.join(root, "kernel/spec"), path.join(outdir, "spec"))
  copyDeclarations(root, path.join(outdir, "types"))
}

/** Declarations of the kernel's globals and of Node; those of the library are laid beside them. */
function copyDeclarations(root, target) {
  cpSync(path.join(root, "kernel/types"), target, { recursive: true })
  for (const name of ["@types/node", "undici-types"]) {
    const to = path.join(target, "node_modules", name)
    if (existsSync(to)) continue
    const from = path.dirname(require.resolve(`${name}/package.json`))
    cpSync(from, to, { recursive: true, filter: (file) => !file.endsWith(".md") })
  }
}

function bundle(entry, outfile) {
  return build({ ...COMMON, entryPoints: [entry], outfile })
}

/** zeromq looks for its addon in `../build`; here it stands beside the bundle in `zmq`. */
function zeromqAddon() {
  return {
    name: "zeromq-addon",
    setup(setup) {
      setup.onResolve({ filter: /load-addon(\.js)?$/ }, () => ({ path: "addon", namespace: "zmq" }))
      setup.onLoad({ filter: /.*/, namespace: "zmq" }, () => ({
        resolveDir: path.join(path.dirname(require.resolve("zeromq/package.json")), "lib"),
        contents: [
          "const { loadAddon } = require('cmake-ts/build/loader')",
          "exports.default = loadAddon(require('node:path').join(__dirname, 'zmq'))",
          "exports.__esModule = true",
        ].join("\n"),
      }))
    },
  }
}

function copyAddon(target) {
  const from = path.join(path.dirname(require.resolve("zeromq/package.json")), "build")
  if (existsSync(path.join(target, "manifest.json"))) return
  cpSync(from, target, { recursive: true, filter: (name) => !name.endsWith(".pdb") })
}

function copyFresh(from, to) {
  rmSync(to, { recursive: true, force: true })
  cpSync(from, to, { recursive: true })
}

if (process.argv[1] === import.meta.filename) await buildKernel()
