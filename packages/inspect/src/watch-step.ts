/**
 * @file Watches a training step: norms of the gradient of each parameter, size of the update, the first step that is not
 * finite. The numbers are made in a variant of the compiled step, which runs only as often as the budget allows.
 */
import {
  asType,
  type Container,
  type Defn,
  defaultCompiler,
  type Executable,
  flatten,
  flattenWithPaths,
  fromStorage,
  isFloat,
  isTensor,
  measure,
  OptionError,
  type Program,
  type Storage,
  square,
  storageOf,
  structureKey,
  subtract,
  sum,
  type Tensor,
  unflatten,
  withTable,
} from "@defnote/core"
import { LastGood } from "./last-good.ts"
import { parameterNames } from "./names.ts"
import { Rhythm } from "./rhythm.ts"
import { numbersOf, type Statistics, statisticsOf } from "./statistics.ts"

export interface WatchOptions {
  /** The share of the time of a step that watching may cost on average; default 0.15. */
  readonly budget?: number
  /** Watch every n-th step in place of as many as the budget allows. */
  readonly every?: number
}
/** What was seen of one parameter at one step. */
export interface Seen {
  readonly gradient: Statistics
  /** ‖update‖ / ‖value‖; NaN when the step does not return the parameter, or one of them is not finite. */
  readonly ratio: number
}
export interface WatchedRow {
  readonly step: number
  /** In the order of {@link StepWatcher.names}. */
  readonly seen: readonly Seen[]
}
export interface WatchEvent {
  readonly step: number
  readonly text: string
}

/** Rows that are kept; beyond them every second goes. */
const ROWS = 1024

/** One program of the step with the measures among its outputs. */
interface Variant {
  readonly program: Program
  readonly executable: Executable
  readonly names: readonly string[]
  /** Per parameter: whether its update is measured. */
  readonly updates: readonly boolean[]
}

export class StepWatcher {
  readonly #step: Defn
  readonly #rhythm: Rhythm
  readonly #variants = new Map<Program, Variant>()
  #calls = 0
  names: readonly string[] = []
  readonly rows: WatchedRow[] = []
  readonly events: WatchEvent[] = []
  readonly #record = new LastGood<unknown, readonly unknown[]>()

  constructor(step: Defn, { budget = 0.15, every }: WatchOptions = {}) {
    if (!(budget > 0)) throw new OptionError(`watch: a budget of ${budget}; it must be above 0`)
    if (every !== undefined && !(Number.isInteger(every) && every > 0))
      throw new OptionError(`watch: every is ${every}; it must be a whole number above 0`)
    this.#step = step
    this.#rhythm = new Rhythm(budget, every)
  }
  /** The last step that was seen to be finite, with the first argument that it had. */
  get lastGood(): { readonly step: number; readonly parameters: unknown } | undefined {
    return this.#record.step
  }
  /** The arguments of the first step that was not finite. */
  get failed(): { readonly step: number; readonly args: readonly unknown[] } | undefined {
    const failed = this.#record.failed
    return failed && { step: failed.step, args: failed.what }
  }
  get calls(): number {
    return this.#calls
  }
  /** What watching costs. */
  get rhythm(): Pick<Rhythm, "interval" | "overhead" | "overheadMs" | "compileMs" | "budget"> {
    return this.#rhythm
  }
  get program(): Program | undefined {
    return [...this.#variants.keys()].at(-1)
  }

  /** Runs the step; the result is that of the step itself. */
  call(args: readonly unknown[]): unknown {
    const step = ++this.#calls
    if (this.#rhythm.isTurn(step)) return this.#watch(step, args)
    const start = performance.now()
    const result = this.#step(...(args as never[]))
    const bad = scalarsOf(result).some((x) => !Number.isFinite(x))
    if (!bad) this.#record.good(step, args[0])
    this.#rhythm.alone(performance.now() - start)
    // The first step that breaks is run once more to see where.
    if (bad && !this.failed) this.#watch(step, args)
    return result
  }
  #watch(step: number, args: readonly unknown[]): unknown {
    const start = performance.now()
    const { program, inputs } = this.#step.bind(...(args as never[]))
    const { variant, ms } = this.#variantOf(program, args[0])
    const outputs = variant.executable.run(inputs)
    const row = readRow(variant, step, outputs.slice(program.computed.outputs.length))
    const result = resultOf(program, inputs, outputs)
    this.names = variant.names
    this.#keep(row)
    this.#judge(row, result, args)
    this.#rhythm.watched(step, performance.now() - start - ms)
    return result
  }
  /** The watched variant of a program, and what compiling it took just now. */
  #variantOf(program: Program, parameters: unknown): { variant: Variant; ms: number } {
    const known = this.#variants.get(program)
    if (known) return { variant: known, ms: 0 }
    const start = performance.now()
    const variant = variantOf(program, parameters, this.#step)
    this.#variants.set(program, variant)
    const ms = performance.now() - start
    this.#rhythm.compiled(ms)
    return { variant, ms }
  }
  #keep(row: WatchedRow): void {
    this.rows.push(row)
    if (this.rows.length <= ROWS) return
    const thinned = this.rows.filter((r, i) => i % 2 === 0 || isBroken(r))
    this.rows.splice(0, this.rows.length, ...thinned.slice(-ROWS))
  }
  #judge(row: WatchedRow, result: unknown, args: readonly unknown[]): void {
    const broken = row.seen.flatMap(({ gradient }, i) => wordsOf(gradient, this.names[i]))
    const scalar = scalarsOf(result).find((x) => !Number.isFinite(x))
    if (scalar !== undefined)
      broken.unshift(`a result is ${Number.isNaN(scalar) ? "NaN" : "infinite"}`)
    if (!broken.length) return this.#record.good(row.step, args[0])
    const first = !this.failed
    this.#record.bad(row.step, args)
    if (!first) return
    const more = broken.length > 3 ? ` and ${broken.length - 3} more` : ""
    this.events.push({ step: row.step, text: `${broken.slice(0, 3).join(", ")}${more}` })
  }
}

const isBroken = (row: WatchedRow): boolean =>
  row.seen.some(({ gradient: g }) => g.nan + g.posInf + g.negInf > 0)
function wordsOf(g: Statistics, name: string): string[] {
  const infinite = g.posInf + g.negInf
  if (g.nan)
    return [
      `∂${name} has NaN in ${g.nan.toLocaleString("en")} of ${g.n.toLocaleString("en")} places`,
    ]
  return infinite
    ? [
        `∂${name} is infinite in ${infinite.toLocaleString("en")} of ${g.n.toLocaleString("en")} places`,
      ]
    : []
}
/** Float scalars of a result, such as the loss. */
function scalarsOf(result: unknown): number[] {
  return flatten(result as Container).flatMap((x) => {
    const storage = isTensor(x) && x.size === 1 && isFloat(x.dtype) ? storageOf(x) : undefined
    return storage?.readSync ? [numbersOf(storage, x.dtype)[0]] : []
  })
}

/** Adds to the program: of each parameter its gradient, itself and its update. */
function variantOf(program: Program, parameters: unknown, step: Defn): Variant {
  const { graph, inputPaths } = program
  const { cotangents } = graph.table.notes
  const leaves = flattenWithPaths(parameters as Container)
  const updated = updatesIn(program, parameters)
  const watched = leaves.flatMap(([path, leaf], k) => {
    const at = inputPaths.indexOf(`[0]${path}`)
    const p = graph.inputs[at]
    const g = p && cotangents.get(p)
    return g && isFloat(leaf.dtype) ? [{ p, g, to: updated?.[k], name: nameOf(path, step) }] : []
  })
  if (!watched.length)
    throw new OptionError(
      `watch: ${step.functionName} computes no gradient of its first argument; call valueAndGrad or grad inside it`,
    )
  const extra = withTable(graph.table, () =>
    watched.flatMap(({ p, g, to }) => [
      measure(g),
      ...(to ? [squares(p), squares(subtract(to, p))] : []),
    ]),
  )
  const outputs = [...program.computed.outputs, ...extra]
  return {
    program,
    executable: defaultCompiler().compile({ ...program.computed, outputs }, {}),
    names: watched.map((w) => w.name),
    updates: watched.map((w) => w.to !== undefined),
  }
}
/** The square of a tensor's norm. */
const squares = (x: Tensor): Tensor => sum(square(asType(x, "f64")))
/** `w` of `p.w`, but `p[0].w` where the parameters are a list. */
const nameOf = (path: string, step: Defn): string =>
  path.startsWith(".") ? path.slice(1) : `${parameterNames(step.original)[0] ?? ""}${path}`
/** The new parameters among the results: what has the structure of the first argument. */
function updatesIn(program: Program, parameters: unknown): readonly Tensor[] | undefined {
  const key = structureKey(parameters as Container)
  const { result } = program
  const parts: unknown[] =
    isTensor(result) || typeof result !== "object" || result === null
      ? []
      : Array.isArray(result)
        ? result
        : Object.values(result)
  const start = (k: number): number => flatten(parts.slice(0, k) as Container).length
  const found =
    structureKey(result) === key ? -1 : parts.findIndex((x) => structureKey(x as Container) === key)
  if (found < 0 && structureKey(result) !== key) return undefined
  const from = found < 0 ? 0 : start(found)
  return program.graph.outputs.slice(from, from + flatten(parameters as Container).length)
}
function readRow({ updates }: Variant, step: number, measures: readonly Storage[]): WatchedRow {
  let next = 0
  const numbers = (): Float64Array => numbersOf(measures[next++], "f64")
  const seen = updates.map((known): Seen => {
    const gradient = statisticsOf(numbers())
    if (!known) return { gradient, ratio: Number.NaN }
    const [[value], [update]] = [numbers(), numbers()]
    return { gradient, ratio: Math.sqrt(update / value) }
  })
  return { step, seen }
}
const resultOf = (p: Program, inputs: readonly Storage[], computed: readonly Storage[]): unknown =>
  unflatten(
    p.result,
    p.outputs.map((o, i) =>
      fromStorage(
        o.input === undefined ? computed[o.computed as number] : inputs[o.input],
        p.graph.outputs[i].type,
      ),
    ),
  )
