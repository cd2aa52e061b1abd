/**
 * @file The engine's control words: cancel, critical section (D7.4, K2.1), and the registry of source modules.
 * The words live in shared memory so that another thread can set them while this one computes.
 */
import { InterruptError } from "./errors.ts"
import type { SourceModule } from "./source.ts"

const CANCEL = 0
const CRITICAL = 1
const POLLED = 2

let words: Int32Array = new Int32Array(8)
const modules = new Map<string, SourceModule>()
const recoveries: (() => void)[] = []
let cells = 0
let readSource: (name: string) => string | undefined = () => undefined

export const engine = {
  /**
   * The words that generated code polls: `[0]` cancel, `[1]` depth of critical sections, `[2]` not
   * zero once anything has polled; the host clears it.
   */
  get words(): Int32Array {
    return words
  },
  /** Uses words of the host's shared memory from now on. */
  attach(shared: Int32Array): void {
    words = shared
  },
  /** Throws when the user asked to stop. Called at every dispatch and loop turn. */
  poll(): void {
    words[POLLED] = 1
    if (Atomics.load(words, CANCEL) === 0) return
    Atomics.store(words, CANCEL, 0)
    throw new InterruptError(
      "interrupted: the computation was stopped; everything computed before is kept",
    )
  },
  /** Runs `fn` as a section that must not be cut: caches and buffers are inconsistent inside. */
  critical<T>(fn: () => T): T {
    Atomics.add(words, CRITICAL, 1)
    try {
      return fn()
    } finally {
      Atomics.sub(words, CRITICAL, 1)
    }
  },
  /** Something to put right when execution was terminated, since `finally` does not run then. */
  onRecover(fn: () => void): void {
    recoveries.push(fn)
  },
  /** Resets the engine after execution was terminated from outside. */
  recover(): void {
    Atomics.store(words, CANCEL, 0)
    Atomics.store(words, CRITICAL, 0)
    for (const fn of recoveries) fn()
  },
  /** The text and cell of a module, for messages and pictures. Call it before the module runs. */
  registerSource(
    name: string,
    source: { text: string; cellId?: string; executionCount?: number },
  ): void {
    cells++
    modules.set(name, { ...source, name, sites: [] })
  },
  /** Changes with each cell that runs: what happened at the same number happened in one cell. */
  get cells(): number {
    return cells
  },
  /** How the text of a module is found that nobody registered: a file, by its path. */
  readSources(read: (name: string) => string | undefined): void {
    readSource = read
  },
  /** The module `name` with the sites of its rewritten text. */
  module(name: string, sites: readonly number[]): SourceModule {
    const known = modules.get(name)
    const text = known?.text ?? readSource(name)
    const module: SourceModule = { ...known, text, name, sites }
    modules.set(name, module)
    return module
  },
}
