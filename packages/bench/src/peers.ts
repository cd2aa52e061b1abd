/** @file How each peer is started. The scripts of the JavaScript peers are bundled first, so that they load like an application. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { buildSync } from "esbuild"
import type { PeerCommand } from "./peer.ts"

/** `npm run bench` starts in the root of the repository. */
const ROOT = process.cwd()
const SCRIPTS = join(ROOT, "packages/bench/src/peers")

function bundled(name: string): string {
  const outfile = join(ROOT, "node_modules/.cache/defnote-bench", `${name}.mjs`)
  buildSync({
    entryPoints: [join(SCRIPTS, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["defnote-source"],
    external: ["@jax-js/jax"],
    logLevel: "error",
  })
  return outfile
}
const python = (): string => {
  const own = join(ROOT, ".venv/bin/python")
  return existsSync(own) ? own : "python3"
}

/** The peers by name, ours last: one for each compiler. @throws Error for a name that is no peer */
export function peersNamed(compilers: readonly string[], peers: readonly string[]): PeerCommand[] {
  const theirs = peers.map((name): PeerCommand => {
    if (name === "numpy") return { name, command: python(), args: [join(SCRIPTS, "numpy.py")] }
    if (name === "jax-js") return { name, command: process.execPath, args: [bundled(name)] }
    throw new Error(`bench: there is no peer "${name}"; peers are numpy, jax-js`)
  })
  const script = bundled("defnote")
  const ours = compilers.map((c): PeerCommand => ({ name: `defnote:${c}`, command: process.execPath, args: [script] }))
  return [...theirs, ...ours]
}
