/** @file How each peer is started: JavaScript peers are bundled first, so that they load like an application. */

import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { ALLOCATOR_ENVIRONMENT, V8_FLAGS } from "defnote/process"
import { buildSync } from "esbuild"
import type { PeerCommand } from "./peer.ts"

/** `npm run bench` starts in the root of the repository. */
const ROOT = process.cwd()
const SCRIPTS = join(ROOT, "packages/bench/src/peers")

/** The systems that `--peers` may name. */
const PEERS: Readonly<Record<string, () => Omit<PeerCommand, "name">>> = {
  numpy: () => ({ command: pythonWithNumpy(), args: [join(SCRIPTS, "numpy_peer.py")] }),
  "jax-js": () => javascript("jax-js", "node_modules/@jax-js/jax"),
}

/**
 * What starts a peer, or one of our compilers when the name has the form `defnote:COMPILER`.
 *
 * @throws Error for a name that is no peer, or when the peer is not installed
 */
export function peerNamed(name: string): PeerCommand {
  const [system, compiler] = name.split(":")
  if (system === "defnote" && compiler) {
    // As in the processes that the kernel starts.
    const env = { ...ALLOCATOR_ENVIRONMENT, DEFNOTE_COMPILER: compiler }
    return { name, ...javascript("defnote", "packages/defnote"), env }
  }
  const peer = PEERS[name]
  if (!peer)
    throw new Error(`bench: there is no peer "${name}"; peers are ${Object.keys(PEERS).join(", ")}`)
  return { name, ...peer() }
}

function javascript(name: string, folder: string): Omit<PeerCommand, "name"> {
  const { version } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"))
  // The same flags for every system in JavaScript, as in the processes that the kernel starts.
  return { command: process.execPath, args: [...V8_FLAGS, bundled(name), version] }
}

/** The bundle lies where Node finds `@jax-js/jax`, which stays outside of it. */
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

function pythonWithNumpy(): string {
  const own = [".venv/bin/python", ".venv/Scripts/python.exe"].map((file) => join(ROOT, file))
  const candidates = [...own.filter((file) => existsSync(file)), process.env.DEFNOTE_PYTHON]
  const found = [...candidates, "python3"].find((python) => python && hasNumpy(python))
  if (found) return found
  throw new Error("no Python here has numpy: packages/bench/README.md says how to get it")
}

const hasNumpy = (python: string): boolean =>
  spawnSync(python, ["-c", "import numpy"], { cwd: ROOT }).status === 0
