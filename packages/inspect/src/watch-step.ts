/**
 * @file Watches a training step: norms of the gradient of each parameter, size of the update, the first step that is not
 * finite. The numbers are made in a variant of the compiled step, which runs only as often as the budget allows.
 */
import {
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
  storageOf,
  structureKey,
  subtract,
  type Tensor,
  unflatten,
  withTable,
} from "@defnote/core"
import { LastGood } from "./last-good.ts"
import { parameterNames } from "./names.ts"
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
  /** ‖update‖ / ‖value‖; NaN when the step does not return the parameter. */
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
/** Steps that show how long one takes, plain and watched, before there is a rhythm. */
const WARM = 4

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
  readonly #budget: number
  readonly #every: number | undefined
  readonly #variants = new Map<Program, Variant>()
  #plain = { ms: Number.POSITIVE_INFINITY, calls: 0 }
  #watched = { ms: Number.POSITIVE_INFINITY, calls: 0 }
  #calls = 0
  #last = 0
  names: readonly string[] = []
  readonly rows: WatchedRow[] = []
  readonly events: WatchEvent[] = []
  readonly #record = new LastGood<unknown, readonly unknown[]>()

  constructor(step: Defn, { budget = 0.15, every }: WatchOptions = {}) {
    if (!(budget > 0)) throw new OptionError(`watch: a budget of ${budget}; it must be above 0`)
    if (every !== undefined && !(Number.isInteger(every) && every > 0))
      throw new OptionError(`watch: every is ${every}; it must be a whole number above 0`)
    this.#step = step
    this.#budget = budget
    this.#every = every
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
  /** Every so many steps are watched at present. */
  get interval(): number {
    if (this.#every) return this.#every
    const cost = this.#cost()
    return Number.isFinite(cost) ? Math.max(1, Math.ceil(cost / this.#budget)) : 1
  }
  /** What a watched step costs more than a plain one, as a share of that. */
  #cost(): number {
    return Math.max(0, this.#watched.ms - this.#plain.ms) / this.#plain.ms
  }
  /** What watching has cost so far, as a share of the time of the steps alone; undefined before it is known. */
  get overhead(): number | undefined {
    const share = (this.#cost() * this.#watched.calls) / Math.max(1, this.#calls)
    return Number.isFinite(share) ? share : undefined
  }
  /** The same in milliseconds a step, on average. */
  get overheadMs(): number | undefined {
    const share = this.overhead
    return share === undefined ? undefined : share * this.#plain.ms
  }
  /** The share of the time that watching may cost; undefined where {@link WatchOptions.every} decides. */
  get budget(): number | undefined {
    return this.#every ? undefined : this.#budget
  }
  get program(): Program | undefined {
    return [...this.#variants.keys()].at(-1)
  }

  /** Runs the step; the result is that of the step itself. */
  call(args: readonly unknown[]): unknown {
    const step = ++this.#calls
    if (this.#isTurn(step)) return this.#watch(step, args)
    const start = performance.now()
    const result = this.#step(...(args as never[]))
    this.#time(this.#plain, performance.now() - start)
    const bad = scalarsOf(result).some((x) => !Number.isFinite(x))
    // The first step that breaks is run once more to see where.
    if (bad && !this.failed) this.#watch(step, args)
    else if (!bad) this.#record.good(step, args[0])
    return result
  }
  /** The first calls show what a step costs; then the rhythm follows. */
  #isTurn(step: number): boolean {
    if (this.#every) return (step - 1) % this.#every === 0
    if (step <= WARM) return false
    if (this.#watched.calls < WARM) return true
    return step - this.#last >= this.interval
  }
  /** The first call of each kind compiles and says nothing. */
  #time(of: { ms: number; calls: number }, ms: number): void {
    if (++of.calls > 1) of.ms = Math.min(of.ms, ms)
  }

  #watch(step: number, args: readonly unknown[]): unknown {
    const { program, inputs } = this.#step.bind(...(args as never[]))
    const known = this.#variants.get(program)
    const variant = known ?? variantOf(program, args[0], this.#step)
    this.#variants.set(program, variant)
    const start = performance.now()
    const outputs = variant.executable.run(inputs)
    this.#last = step
    const row = readRow(variant, step, outputs.slice(program.computed.outputs.length))
    this.#time(this.#watched, performance.now() - start)
    const result = resultOf(program, inputs, outputs)
    this.names = variant.names
    this.#keep(row)
    this.#judge(row, result, args)
    return result
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
    watched.flatMap(({ p, g, to }) => [measure(g), measure(p), measure(to ? subtract(to, p) : p)]),
  )
  const outputs = [...program.computed.outputs, ...extra]
  return {
    program,
    executable: defaultCompiler().compile({ ...program.computed, outputs }, {}),
    names: watched.map((w) => w.name),
    updates: watched.map((w) => w.to !== undefined),
  }
}
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
  const of = (i: number): Statistics => statisticsOf(numbersOf(measures[i], "f64"))
  const seen = updates.map((known, k): Seen => {
    const [gradient, value, update] = [of(3 * k), of(3 * k + 1), of(3 * k + 2)]
    return { gradient, ratio: known ? update.l2 / value.l2 : Number.NaN }
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
