/** @file Says in a MemoryError of the library which variables hold the memory (D4.3); it measures nothing. */
import { formatBytes } from "@defnote/display"
import type { Variables } from "./variables.ts"

/** How many variables are named, and from how many bytes on. */
const NAMED = 3
const LARGE = 2 ** 20

/** What the errors of the library can do: their last line stays the last. */
interface Extensible {
  addLines(lines: readonly string[]): void
}

/** Adds the line to an error that is a lack of memory; others stay as they are. */
export async function nameHolders(thrown: unknown, variables: Variables): Promise<void> {
  if (!isShortage(thrown)) return
  const large = (await variables.rows(0))
    .map(({ name, type, bytes = 0 }) => ({ name, type, bytes }))
    .filter(({ bytes }) => bytes >= LARGE)
    .sort((a, b) => b.bytes - a.bytes)
  if (large.length === 0) return
  const named = large
    .slice(0, NAMED)
    .map((row) => `${row.name} (${row.type}, ${formatBytes(row.bytes)})`)
  const rest = large.length > NAMED ? `, ${large.length - NAMED} more` : ""
  thrown.addLines([`  variables that hold it: ${named.join(", ")}${rest}`])
}

function isShortage(thrown: unknown): thrown is Error & Extensible {
  if (!(thrown instanceof Error) || !("code" in thrown) || !("addLines" in thrown)) return false
  return thrown.code === "MemoryError" && typeof thrown.addLines === "function"
}
