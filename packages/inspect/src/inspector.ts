/**
 * @file What is kept of a program between two looks at it: executables, prepared checks, the shortest times. Without it,
 * every look would compile anew.
 */
import {
  type Compiler,
  compilerNamed,
  defaultCompiler,
  type Graph,
  isElement,
  type Program,
  type Storage,
  type Tensor,
} from "@defnote/core"
import { type LocalCheck, type LocalChecker, localChecker } from "./local-check.ts"
import { lookAt, lookingGraph, watchedNodes } from "./look.ts"
import { Runner } from "./runner.ts"
import { numbersOf, type Statistics } from "./statistics.ts"

/** Programs whose executables are kept; the one that was looked at longest ago goes. */
const KEPT = 8
/**
 * Looks that are timed, each beside a plain run: at the first look two of them, and more as long as they take little time;
 * then one a look.
 */
const TIMED = 8
const FIRST = 2
const LITTLE_MS = 50

/** What a look cost, in ms. */
export interface LookingCost {
  /** The shortest run alone, and with all its values looked at. */
  readonly plainMs: number
  readonly lookMs: number
  /** Compiling, where this look had to; absent where nothing was compiled. */
  readonly compileMs?: number
  /** Checking derivatives; absent where that was not wanted. */
  readonly checkMs?: number
}
export type Stats = ReadonlyMap<Tensor, Statistics>

export interface Verdicts {
  readonly checks: ReadonlyMap<Tensor, LocalCheck>
  readonly checkMs: number
}

export class Inspector {
  static readonly #kept = new Map<Program, Inspector>()
  /** The inspector of a program, which is made at the first look. */
  static of(program: Program, compiler: Compiler = defaultCompiler()): Inspector {
    const kept = Inspector.#kept
    const known = kept.get(program)
    kept.delete(program)
    if (known && known.runner.compiler !== compiler) known.runner.dispose()
    const inspector = known?.runner.compiler === compiler ? known : new Inspector(program, compiler)
    kept.set(program, inspector)
    for (const [old, { runner }] of kept) {
      if (kept.size <= KEPT) break
      runner.dispose()
      kept.delete(old)
    }
    return inspector
  }

  readonly program: Program
  readonly runner: Runner
  #checked: Checked | undefined
  #plainMs = Number.POSITIVE_INFINITY
  #lookMs = Number.POSITIVE_INFINITY
  #pairs = 0

  private constructor(program: Program, compiler: Compiler) {
    this.program = program
    this.runner = new Runner(compiler)
  }
  /** Statistics of all values, and what they cost: the first looks are repeated until their times say something. */
  look(inputs: readonly Storage[]): { readonly stats: Stats; readonly cost: LookingCost } {
    const { computed, graph } = this.program
    const start = performance.now()
    const compiled = this.runner.prepare(computed, lookingGraph(graph))
    const compileMs = compiled ? { compileMs: performance.now() - start } : {}
    const stats = this.#time(
      () => lookAt(graph, inputs, this.runner.run),
      () => this.runner.run(computed, inputs),
    )
    return { stats, cost: { plainMs: this.#plainMs, lookMs: this.#lookMs, ...compileMs } }
  }

  /** The result of a look, which is timed beside plain runs until their times say something. */
  #time(look: () => Stats, plain: () => unknown): Stats {
    const start = performance.now()
    const isFirst = this.#pairs === 0
    let { result, ms } = timed(look)
    for (let k = 0; this.#pairs < TIMED; k++, this.#pairs++) {
      const enough = isFirst ? k >= FIRST && performance.now() - start > LITTLE_MS : k > 0
      if (enough) break
      // The first run of all is no measure.
      if (isFirst) ({ result, ms } = timed(look))
      this.#lookMs = Math.min(this.#lookMs, ms)
      this.#plainMs = Math.min(this.#plainMs, timed(plain).ms)
    }
    return result
  }

  /** Verdicts on the derivatives of forward operations that are small enough. */
  check(inputs: readonly Storage[]): Verdicts {
    const start = performance.now()
    this.#checked ??= this.#operations()
    const { graph, checkers } = this.#checked
    const results = this.runner.run(graph, inputs)
    const values = new Map(graph.outputs.map((x, i) => [x, numbersOf(results[i], x.dtype)]))
    const checks = new Map<Tensor, LocalCheck>()
    for (const [n, check] of checkers) {
      const verdict = check(n.inputs.map((x) => values.get(x) as Float64Array))
      if (verdict) checks.set(n, verdict)
    }
    return { checks, checkMs: performance.now() - start }
  }
  #operations(): Checked {
    const { graph } = this.program
    const { dual, sums } = graph.table.notes
    const reference = compilerNamed("reference")
    const checkers = new Map<Tensor, LocalChecker>()
    for (const n of watchedNodes(graph)) {
      const check =
        dual.has(n) || sums.has(n) || isElement(n) ? undefined : localChecker(n, reference)
      if (check) checkers.set(n, check)
    }
    const operands = new Set([...checkers.keys()].flatMap((n) => n.inputs))
    return { checkers, graph: { ...graph, outputs: [...operands], effects: [] } }
  }
}
/** Operations whose derivatives can be checked, and the graph that gives their operands. */
interface Checked {
  readonly checkers: ReadonlyMap<Tensor, LocalChecker>
  readonly graph: Graph
}
function timed<T>(work: () => T): { readonly ms: number; readonly result: T } {
  const start = performance.now()
  const result = work()
  return { ms: performance.now() - start, result }
}
