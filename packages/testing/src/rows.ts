/**
 * @file The rows of the conformance table, derived from the op declarations and their samples (D10.2). A row knows its
 * program, its inputs and what must come out; it knows no compiler.
 */
import {
  batchType,
  type DrawnRange,
  type DType,
  type ErrorSample,
  type Graph,
  graphOf,
  inline,
  isFloat,
  multiply,
  type Op,
  randomNumbers,
  randomValues,
  reference,
  type Sample,
  type Tensor,
  type TensorType,
  Trace,
  typesOf,
  type Values,
  withTable,
  withTrace,
} from "@defnote/core"
import { apart, compared, crossed, dot, looped, slope } from "./checks.ts"
import {
  batchedOf,
  floatsOf,
  forwardOf,
  gradientOf,
  hasDefinitions,
  retyped,
  run,
  runDefinitions,
  sampleGraph,
} from "./programs.ts"
import { COMMON, RELATIVE, type Tolerance } from "./tolerance.ts"
import { edgeValues } from "./values.ts"

export type Kind =
  | "value" // the result
  | "edges" // the result at special values
  | "definition" // the scalar definition against the oracle
  | "gradient" // a gradient with random cotangents
  | "second" // the gradient of that
  | "forward" // forward mode
  | "vmap" // a batch of a subset of the inputs
  | "fused" // together with other ops in one program
  | "error" // a call that must fail

interface Head {
  /** `add #3 f32[2,3] f32[2,3] gradient`. */
  readonly name: string
  readonly op: Op
  readonly kind: Kind
  /** Of the first float among the inputs, else of the first input. */
  readonly dtype: DType
}
/** A program that every compiler must run to the same end; `want` is computed once, by the reference. */
export interface ProgramRow extends Head {
  readonly graph: Graph
  readonly inputs: readonly Values[]
  readonly tolerance: Tolerance
  readonly want: () => readonly Values[]
}
/** A property that does not depend on a compiler: checked with the reference. */
export interface RuleRow extends Head {
  /** What is wrong, or undefined. */
  readonly check: () => string | undefined
}
export type Row = ProgramRow | RuleRow

export interface TableOptions {
  /** Every sample in every dtype, and batches of every subset; otherwise a part that takes seconds. */
  readonly full?: boolean
}

/** Op families whose results are promised in units in the last place; all others are sums of some kind. */
const POINTWISE = new Set(["unary", "binary", "compare", "select", "random"])
const isPointwise = (op: Op): boolean => POINTWISE.has(op.family)
/** Where the oracle itself, or the definition, is further off than usual; the bounds of definitions are in accuracy.ts. */
const BOUNDS: Readonly<Record<string, Partial<Record<DType, number>>>> = {
  erf: { f64: 8 },
  erfInv: { f32: 4, f64: 16 },
}
const toleranceOf = (op: Op, d: DType): Tolerance => {
  if (!isPointwise(op)) return RELATIVE
  const ulp = BOUNDS[op.name]?.[d]
  return ulp ? { ulp } : COMMON
}

/** The samples of an op, in f32 too where they are written in f64. */
function samplesOf(op: Op, { full }: TableOptions): Sample[] {
  const given = op.samples ?? []
  const extra = given.flatMap((x) => retyped(x, "f32") ?? [])
  const key = (x: Sample): string => JSON.stringify([x.inputs, String(x.apply), attrText(x)])
  const all = [...new Map([...given, ...extra].map((x) => [key(x), x])).values()]
  return full ? all : chosen(all)
}
const attrText = (x: Sample): string =>
  Object.entries(x.attrs ?? {})
    .map(([k, v]) => `${k}=${String(v)}`)
    .join()
/** The first sample of every dtype. */
function chosen(samples: readonly Sample[]): Sample[] {
  const first = new Map<string, Sample>()
  for (const x of samples) {
    const k = x.inputs.map((t) => t.dtype).join()
    if (!first.has(k)) first.set(k, x)
  }
  return [...first.values()]
}

const printed = (t: TensorType): string => `${t.dtype}[${t.shape}]`
const dtypeOf = (g: Graph): DType =>
  (g.inputs.find((x) => isFloat(x.dtype)) ?? g.inputs[0] ?? g.outputs[0]).dtype

/** Makes the rows of one sample. */
class SampleRows {
  readonly rows: Row[] = []
  readonly #op: Op
  readonly #name: string
  readonly #graph: Graph
  readonly #range: DrawnRange | undefined
  readonly #next: () => number
  readonly #full: boolean
  constructor(op: Op, sample: Sample, index: number, options: TableOptions) {
    this.#op = op
    this.#graph = sampleGraph(op, sample)
    this.#name = `${op.name} #${index} ${sample.inputs.map(printed).join(" ")}`
    this.#range = sample.range
    this.#next = randomNumbers(index + 7)
    this.#full = options.full ?? false
  }
  #draw(nodes: readonly { readonly type: TensorType }[], range = this.#range): Values[] {
    return nodes.map((n) => randomValues(n.type, this.#next, range))
  }
  get #tolerance(): Tolerance {
    return toleranceOf(this.#op, dtypeOf(this.#graph))
  }
  #head(kind: Kind): Head {
    return { name: `${this.#name} ${kind}`, op: this.#op, kind, dtype: dtypeOf(this.#graph) }
  }
  #program(
    kind: Kind,
    graph: Graph,
    inputs: readonly Values[],
    tolerance: Tolerance,
    detail = "",
  ): void {
    let known: readonly Values[] | undefined
    const want = (): readonly Values[] => (known ??= run(reference, graph, inputs))
    const head = this.#head(kind)
    this.rows.push({ ...head, name: head.name + detail, graph, inputs, tolerance, want })
  }
  #rule(kind: Kind, check: () => string | undefined, detail = ""): void {
    const head = this.#head(kind)
    this.rows.push({ ...head, name: head.name + detail, check })
  }

  value(): void {
    const inputs = this.#draw(this.#graph.inputs)
    this.#program("value", this.#graph, inputs, this.#tolerance)
    this.#definition(this.#graph, inputs)
  }
  /** The scalar definitions with fma fused and not, against the oracle. */
  #definition(graph: Graph, inputs: readonly Values[], detail = ""): void {
    if (!this.#op.evaluate || !hasDefinitions(graph)) return
    this.#rule(
      "definition",
      () => {
        const want = run(reference, graph, inputs)
        for (const fused of [true, false]) {
          const bad = compared(graph, runDefinitions(graph, inputs, fused), want, this.#tolerance)
          if (bad) return `${bad}${fused ? "" : " (fma as two roundings)"}`
        }
        return undefined
      },
      detail,
    )
  }
  /** Special values, for two inputs every pair of them. */
  edges(): void {
    if (!isPointwise(this.#op) || this.#op.family === "random") return
    const types = typesOf(this.#graph.inputs)
    const columns = crossed(types.map((t) => edgeValues(t.dtype)))
    const shape = [columns[0].length]
    const graph = withTable(this.#graph.table, () =>
      sampleGraph(this.#op, { inputs: types.map((t) => ({ ...t, shape })), attrs: this.#attrs() }),
    )
    this.#program("edges", graph, columns, this.#tolerance)
    this.#definition(graph, columns, " at edges")
  }
  #attrs(): Sample["attrs"] {
    return this.#op.samples?.find((x) => x.attrs)?.attrs && this.#graph.outputs[0].attrs
  }

  derivatives(): void {
    const f = floatsOf(this.#graph)
    const floats = f.inputs.filter((x) => isFloat(x.dtype))
    if (!f.outputs.length || !floats.length || "flat" in this.#op.vjp) return
    const x = this.#draw(f.inputs)
    const c = this.#draw(f.outputs, [-1, 1])
    const t = this.#draw(floats, [-1, 1])
    const back = gradientOf(f)
    const forward = forwardOf(f)
    this.#program("gradient", back, [...x, ...c], RELATIVE)
    this.#program("forward", forward, [...x, ...t], RELATIVE)
    const exact = [...floats, ...f.outputs].every((n) => n.dtype === "f64")
    if (!exact) return
    const second = gradientOf(back)
    const w = this.#draw(back.outputs, [-1, 1])
    this.#program("second", second, [...x, ...c, ...w], RELATIVE)
    this.#slopes(f, back, forward, x, c, t)
    this.#secondSlope(back, second, [...x, ...c], t, w)
  }
  #slopes(f: Graph, back: Graph, forward: Graph, x: Values[], c: Values[], t: Values[]): void {
    this.#rule(
      "gradient",
      () => {
        const reverse = dot(run(reference, back, [...x, ...c]), t)
        return apart(reverse, slope(f, x, t, c), 1e-5)
      },
      " against differences",
    )
    this.#rule(
      "forward",
      () => {
        const reverse = dot(run(reference, back, [...x, ...c]), t)
        return apart(dot(run(reference, forward, [...x, ...t]), c), reverse, 1e-9)
      },
      " against reverse",
    )
  }
  #secondSlope(back: Graph, second: Graph, x: Values[], t: Values[], w: Values[]): void {
    this.#rule(
      "second",
      () => {
        const all = run(reference, second, [...x, ...w])
        return apart(dot(all.slice(0, t.length), t), slope(back, x, t, w), 1e-4)
      },
      " against differences",
    )
  }

  /** Batches of every subset of the inputs (of all of them when not full), against the program in a loop. */
  batches(size = 3): void {
    const k = this.#graph.inputs.length
    if (!k) return
    const all = 2 ** k - 1
    for (let mask = this.#full ? 1 : all; mask <= all; mask++) {
      const on = this.#graph.inputs.map((_, i) => Boolean((mask >> i) & 1))
      const graph = batchedOf(this.#graph, on, size)
      const x = this.#draw(
        this.#graph.inputs.map((p, i) => ({ type: on[i] ? batchType(p.type, size) : p.type })),
      )
      const detail = ` of ${on.map(Number).join("")}`
      this.#program("vmap", graph, x, this.#tolerance, detail)
      this.#rule("vmap", () => looped(this.#graph, graph, on, x, size), `${detail} against map`)
    }
  }
  /** Inputs computed in the same program, and the result used in it twice. */
  together(): void {
    const { inputs, outputs, table } = this.#graph
    if (![...inputs, ...outputs].every((x) => isFloat(x.dtype)) || !inputs.length) return
    const graph = withTable(table, () =>
      graphOf(typesOf(inputs), (...x) => {
        const y = inline(
          this.#graph,
          x.map((v) => multiply(v, 1.0009765625) as Tensor),
        )
        return y.flatMap((v) => [multiply(v, 2) as Tensor, multiply(v, v) as Tensor])
      }),
    )
    this.#program("fused", graph, this.#draw(inputs), fusedTolerance(this.#tolerance))
  }
}
/** The result is squared, which doubles its error. */
const fusedTolerance = (t: Tolerance): Tolerance => ("ulp" in t ? { ulp: 2 * t.ulp + 2 } : t)

function errorRow(op: Op, sample: ErrorSample, index: number): RuleRow {
  const check = (): string | undefined => {
    try {
      sample.call()
    } catch (e) {
      const text = e instanceof Error ? e.message : String(e)
      return text.includes(sample.message)
        ? undefined
        : `the message is "${text}"; want "${sample.message}"`
    }
    return `no error; want "${sample.message}"`
  }
  return { name: `${op.name} error #${index}`, op, kind: "error", dtype: "f32", check }
}

const dtypesOf = (x: Sample): string => x.inputs.map((t) => t.dtype).join() + attrText(x)
/** No sample before it has the same dtypes. */
const isFirst = (samples: readonly Sample[], i: number): boolean =>
  samples.findIndex((x) => dtypesOf(x) === dtypesOf(samples[i])) === i

/** The rows of one op. All its programs share one table of nodes, so that they can be packed into one. */
export function rowsOf(op: Op, options: TableOptions = {}): Row[] {
  const samples = samplesOf(op, options)
  const made = withTrace(new Trace(), () =>
    samples.flatMap((sample, i) => {
      const rows = new SampleRows(op, sample, i, options)
      rows.value()
      if (isFirst(samples, i)) rows.edges()
      rows.derivatives()
      rows.batches()
      rows.together()
      return rows.rows
    }),
  )
  return [...made, ...(op.errors ?? []).map((e, i) => errorRow(op, e, i))]
}
