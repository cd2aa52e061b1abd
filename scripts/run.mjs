/** @file Runs a TypeScript program of the workspaces: `node scripts/run.mjs FILE [ARGUMENTS]`. */
import { spawn } from "node:child_process"
import { pathToFileURL } from "node:url"
import { at } from "./paths.mjs"
import "./typescript-loader.mjs"

const { ALLOCATOR_ENVIRONMENT, V8_FLAGS } = await import("../packages/defnote/src/process.ts")

/** Worker threads and child processes that the program starts inherit these flags. */
const FLAGS = [
  "--conditions=defnote-source",
  "--enable-source-maps",
  "--import",
  pathToFileURL(at("scripts", "typescript-loader.mjs")).href,
  ...V8_FLAGS,
]

const [file, ...args] = process.argv.slice(2).filter((word, i) => i > 1 || word !== "--")
if (!file) {
  console.error("usage: node scripts/run.mjs FILE [ARGUMENTS]")
  process.exit(2)
}
// As processes are started that compute with large tensors: otherwise measurements meet the allocator's moods.
const env = { ...ALLOCATOR_ENVIRONMENT, ...process.env }
const child = spawn(process.execPath, [...FLAGS, file, ...args], { stdio: "inherit", env })
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal))
child.on("exit", (code) => process.exit(code ?? 1))
