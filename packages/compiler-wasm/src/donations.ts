/**
 * @file Results that take over the buffers of donated inputs (D4.4). A buffer is written only when nothing of the input in it
 * is needed any more: it was copied to the block, or its stretch has passed.
 */
import type { Storage } from "@defnote/core"
import type { LoweredProgram, Placement } from "@defnote/lower"
import { inputCache } from "./input-cache.ts"

/** By the number of an output: the number of the input whose buffer it takes. */
export type Takeovers = ReadonlyMap<number, number>

/** Pairs outputs with donated inputs of the same size. */
export function takeovers(
  program: LoweredProgram,
  { lives }: Placement,
  streamed: ReadonlyMap<number, number>,
  donated: readonly number[],
): Takeovers {
  const pairs = new Map<number, number>()
  const { values, inputs, outputs } = program
  /** A streamed input is read until its last kernel; its stretches pass before those of that kernel's results. */
  const isRead = (v: number, u: number): boolean =>
    !streamed.has(u) ||
    !streamed.has(v) ||
    (lives[u].to <= lives[v].from && streamed.get(u) === streamed.get(v))
  for (const i of new Set(donated)) {
    const u = inputs[i]
    if (u === undefined || outputs.includes(u)) continue
    const k = outputs.findIndex(
      (v, at) => !pairs.has(at) && values[v].bytes === values[u].bytes && isRead(v, u),
    )
    if (k >= 0) pairs.set(k, i)
  }
  return pairs
}

/** The buffers that the results of one run get, by the number of the output. */
export class Gifts {
  readonly #buffers = new Map<number, ArrayBuffer>()
  readonly #storages: Storage[] = []
  constructor(
    pairs: Takeovers,
    inputs: readonly Storage[],
    buffers: readonly ArrayBuffer[],
    bytesOf: (output: number) => number,
  ) {
    for (const [output, i] of pairs) {
      const buffer = buffers[i]
      // What comes in twice is not only donated, and a buffer of another length is no result.
      if (buffers.indexOf(buffer) !== buffers.lastIndexOf(buffer)) continue
      if (buffer.byteLength !== bytesOf(output)) continue
      this.#buffers.set(output, buffer)
      // It will hold something else.
      inputCache.forget(buffer)
      this.#storages.push(inputs[i])
    }
  }
  /** The buffer for an output. */
  of(output: number): ArrayBuffer | undefined {
    return this.#buffers.get(output)
  }
  /** The run did not end: the donated memory may be half overwritten, and nobody shall read it. */
  spoil(): void {
    for (const s of this.#storages) s.dispose("to a run that was stopped, to which it was donated")
  }
}
