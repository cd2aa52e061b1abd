/** @file Remembers what a step was made from, so that it runs again only when that has changed. */
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import path from "node:path"
import { at, root } from "./paths.mjs"

const folder = at(".cache", "stamps")
const SKIP = new Set(["node_modules", "dist", "lib", "labextension", "__pycache__"])

/** Every file below a path (or the file itself), sorted, without built folders; none when it is absent. */
export function filesUnder(start) {
  if (!existsSync(start)) return []
  if (statSync(start).isFile()) return [start]
  const entries = readdirSync(start, { withFileTypes: true }).filter((e) => !SKIP.has(e.name))
  return entries.flatMap((e) => filesUnder(path.join(start, e.name))).sort()
}

/**
 * One hash of the contents of files and folders, the Node version and the platform.
 *
 * @param {string[]} inputs files and folders
 */
export function hashOf(inputs) {
  const hash = createHash("sha256").update(`${process.version} ${process.platform} ${process.arch}`)
  for (const file of inputs.flatMap(filesUnder)) {
    hash.update(`\0${path.relative(root, file)}\0`).update(readFileSync(file))
  }
  return hash.digest("hex")
}

/**
 * Runs `make` unless its inputs are as they were when it last succeeded and its outputs exist.
 *
 * @param {{name: string, inputs: string[], outputs: string[], make: () => unknown}} target
 * @returns {Promise<boolean>} whether it ran
 */
export async function refresh({ name, inputs, outputs, make }) {
  const stamp = path.join(folder, name)
  const hash = hashOf(inputs)
  const known = existsSync(stamp) && readFileSync(stamp, "utf8") === hash
  if (known && outputs.every((file) => existsSync(file))) return false
  await make()
  mkdirSync(folder, { recursive: true })
  writeFileSync(stamp, hash)
  return true
}
