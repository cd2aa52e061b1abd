/** @file What the engine asks of Node about memory: how much, a collection, and where in a cell the call under way stands. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import type { Gauge } from "@defnote/core"

let collector: (() => void) | undefined
/** V8's own collection, which Node shows only to those who ask for it. */
function collect(): void {
  if (!collector) {
    setFlagsFromString("--expose-gc")
    collector = runInNewContext("gc") as () => void
  }
  // On Node 24 one collection finds the buffers, and the next one frees them.
  collector()
  collector()
}
/** A frame of a cell, by the name that the kernel gives its text. */
const CELL = /\bcell[:_](\d+):(\d+):\d+/
/** Frames of the engine between a cell and an allocation. */
const FRAMES = 60
function where(): string | undefined {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = FRAMES
  const found = CELL.exec(new Error().stack ?? "")
  Error.stackTraceLimit = stackTraceLimit
  return found ? `cell ${found[1]}, line ${found[2]}` : undefined
}
export const gauge: Gauge = { used: () => process.memoryUsage().arrayBuffers, collect, where }
