/**
 * @file Memory of results that were given up, for the results that come next (D4.2). A large buffer that is new comes page by
 * page from the system and is cold; the one that was given up last is still in the caches. Knows buffers, not tensors.
 */

/** The allocator is as good at smaller ones. */
const LEAST_BYTES = 2 ** 16
/** What is kept in all; the longest kept goes first. */
const MOST_BYTES = 2 ** 26

let spares: ArrayBuffer[] = []
let kept = 0

/** Keeps a buffer that nobody reads any more. */
export function keepSpare(buffer: ArrayBuffer): void {
  if (buffer.byteLength < LEAST_BYTES || buffer.byteLength > MOST_BYTES) return
  spares.push(buffer)
  kept += buffer.byteLength
  while (kept > MOST_BYTES) kept -= (spares.shift() as ArrayBuffer).byteLength
}

/** A kept buffer of exactly `bytes` bytes, the last one first. It holds what was in it. */
export function takeSpare(bytes: number): ArrayBuffer | undefined {
  if (bytes < LEAST_BYTES) return undefined
  const at = spares.findLastIndex((b) => b.byteLength === bytes)
  if (at < 0) return undefined
  kept -= bytes
  return spares.splice(at, 1)[0]
}

/** Leaves all of them to the collector: somebody needs the room. */
export function dropSpares(): void {
  spares = []
  kept = 0
}
