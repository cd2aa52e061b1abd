/** @file Bundles the kernel's processes and lays zeromq's native parts beside them. */
import { cpSync, existsSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { build } from "esbuild"
import { at } from "../paths.mjs"
import { relative, sourcesOf, workspaceClosure } from "./workspaces.mjs"

const require = createRequire(import.meta.url)
const out = at("kernel", "dist")

/** Bundle name -> source: the host that Jupyter starts, and what the host starts in turn. */
const PROCESSES = {
  kernel: at("kernel", "src", "main.ts"),
  child: at("kernel", "src", "runtime", "child.ts"),
  agent: at("kernel", "src", "runtime", "agent.ts"),
}

/** CommonJS dependencies inside an ES module need these names. */
const COMMONJS =
  `import { createRequire as $createRequire } from "node:module"; ` +
  `import { fileURLToPath as $fileURLToPath } from "node:url"; ` +
  `const require = $createRequire(import.meta.url), ` +
  `__filename = $fileURLToPath(import.meta.url), ` +
  `__dirname = $fileURLToPath(new URL(".", import.meta.url));`

/** The kernel as a step that runs only when a source of it has changed. */
export function kernel() {
  const entries = Object.entries(PROCESSES).filter(([, source]) => existsSync(source))
  return {
    name: "kernel",
    inputs: [
      ...sourcesOf(workspaceClosure("@defnote/kernel")),
      at("package-lock.json"),
      at("scripts", "targets"),
    ],
    outputs: entries.map(([name]) => path.join(out, `${name}.mjs`)),
    make: () => bundle(Object.fromEntries(entries)),
  }
}

/** `defnote` stays outside, so that cells and the kernel load one instance of the engine (D7.5). */
async function bundle(entryPoints) {
  if (Object.keys(entryPoints).length === 0) return
  const { metafile } = await build({
    entryPoints,
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["defnote-source"],
    mainFields: ["module", "main"],
    external: ["defnote", "defnote/*", "typescript"],
    banner: { js: COMMONJS },
    plugins: [zeromqBesideBundle],
    metafile: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: "none",
    logLevel: "warning",
  })
  refuseSecondEngine(metafile)
  copyZeromq()
}

/** Tensors of a second engine in the child would not be those of the cells. */
function refuseSecondEngine({ outputs }) {
  const child = outputs[relative(path.join(out, "child.mjs"))]
  const engine = Object.keys(child?.inputs ?? {}).find((file) => file.startsWith("packages/core/"))
  if (!engine) return
  throw new Error(
    `kernel/src/runtime: the child's bundle contains ${engine}: import it from "defnote" instead`,
  )
}

/** zeromq looks for its native part in its own package; in the bundle it lies beside the file. */
const zeromqBesideBundle = {
  name: "zeromq-beside-bundle",
  setup(api) {
    api.onResolve({ filter: /load-addon$/ }, () => ({ path: "load-addon", namespace: "zeromq" }))
    api.onLoad({ filter: /.*/, namespace: "zeromq" }, () => ({
      resolveDir: path.join(zeromqFolder(), "lib"),
      contents:
        `const { loadAddon } = require("cmake-ts/build/loader");` +
        `exports.__esModule = true;` +
        `exports.default = loadAddon(require("node:path").join(__dirname, "zeromq"));`,
    }))
  },
}

const zeromqFolder = () => path.dirname(require.resolve("zeromq/package.json"))

/** Only this machine's platform: what is built here runs here. */
function copyZeromq() {
  const from = path.join(zeromqFolder(), "build")
  const to = path.join(out, "zeromq")
  rmSync(to, { recursive: true, force: true })
  cpSync(path.join(from, "manifest.json"), path.join(to, "manifest.json"))
  const platform = path.join(process.platform, process.arch)
  const needed = (file) => !/\.pdb$/.test(file)
  cpSync(path.join(from, platform), path.join(to, platform), { recursive: true, filter: needed })
}
