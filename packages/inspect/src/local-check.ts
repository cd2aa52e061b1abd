/**
 * @file Is the derivative of one operation right? Along random directions, the slope by differences is compared with the
 * slope by the operation's own rule, in f64 where it can be, and with the values that the operation really had.
 */
import {
  allocate,
  type Compiler,
  CpuStorage,
  cast,
  type DType,
  type Graph,
  graphOf,
  InternTable,
  isFloat,
  make,
  nodesOf,
  pullback,
  randomNumbers,
  sizeOf,
  type Tensor,
  type TensorType,
  withTable,
  write,
} from "@defnote/core"
import { type Diagnosis, diagnose } from "./diagnosis.ts"
import { numbersOf } from "./statistics.ts"

export interface LocalCheck {
  readonly verdict: "ok" | "kink" | "wrong"
  /** Worst relative error of the directions. */
  readonly rel: number
  readonly eps: number
  /** Some slope is another on the left than on the right, be the rule between them or not. */
  readonly bent: boolean
  /** Of a wrong rule of few operands: what is wrong with it. */
  readonly diagnosis?: Diagnosis
}

/** Elements of all operands together, beyond which an operation is not checked. */
const LIMIT = 4096
const DIRECTIONS = 3
/** The same directions in every run, so that a saved output stays as it is. */
const SEED = 20241

/** How finely slopes are compared. */
interface Precision {
  /** A central difference with step h errs by about h^2 and by the rounding of the values over h. */
  readonly step: number
  readonly tolerance: number
  readonly dtype: (d: DType) => DType
}
const FINE: Precision = { step: 1e-5, tolerance: 1e-4, dtype: (d) => (isFloat(d) ? "f64" : d) }
/** A graph in the attributes has dtypes of its own: its operations stay as they are. */
const COARSE: Precision = { step: 2 ** -7, tolerance: 1e-2, dtype: (d) => d }
/** The slopes of both sides differ by more than this part of the slope: a kink, where it does not shrink with the step. */
const GAP = 1e-2
/** Of a kink this much stays when the step is halved; the gap of a curved function halves too. */
const STAYS = 0.7

/** A repeatable stream of normally distributed numbers. @source G. E. P. Box, M. E. Muller, 1958 */
function gaussians(seed: number): () => number {
  const next = randomNumbers(seed)
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}
const isGraph = (v: unknown): boolean => typeof v === "object" && v !== null && "outputs" in v
const holdsGraph = (n: Tensor): boolean => Object.values(n.attrs).flat().some(isGraph)
const widened = (t: TensorType, { dtype }: Precision): TensorType => ({
  ...t,
  dtype: dtype(t.dtype),
})

interface Local {
  readonly forward: Graph
  readonly backward: Graph
  /** Which inputs the rule gives a gradient for: what a function of the user captured is a constant. */
  readonly moved: readonly boolean[]
}
/** The operation alone, and its rule. */
function alone(n: Tensor, precision: Precision): Local {
  const types = n.inputs.map((x) => widened(x.type, precision))
  const attrs =
    n.attrs.dtype !== undefined && isFloat(n.dtype)
      ? { ...n.attrs, dtype: precision.dtype(n.dtype) }
      : n.attrs
  const float = types.map((t) => isFloat(t.dtype))
  let moved: readonly boolean[] = float
  return withTable(new InternTable(), () => {
    const forward = graphOf(types, (...x) => [make(n.op, x, attrs)])
    const backward = graphOf([...types, forward.outputs[0].type], (...x) => {
      const inputs = x.slice(0, types.length)
      const y = make(n.op, inputs, attrs)
      const wrt = inputs.filter((_, i) => float[i])
      const bars = pullback([y], [x[types.length]], wrt)
      if (holdsGraph(n)) moved = float.map((f, i) => f && bars[wrt.indexOf(inputs[i])] !== null)
      return bars.map((g, i) => g ?? wrt[i].zerosLike())
    })
    return { forward, backward, moved }
  })
}
const storageOf = (values: Float64Array, dtype: DType): CpuStorage => {
  if (dtype === "f64") return new CpuStorage(values.slice().buffer)
  const out = allocate(dtype, values.length)
  values.forEach((v, i) => {
    write(dtype, out, i, cast(v, "f64", dtype))
  })
  return new CpuStorage(out.buffer as ArrayBuffer)
}

/** Checks the rule of one operation at values of its inputs. */
export type LocalChecker = (inputs: readonly Float64Array[]) => LocalCheck | undefined

/**
 * What checks the rule of `n`, prepared for many values; undefined where the operation has no rule or is too large. The
 * check gives undefined where its values are not finite. Kinks are points where the slopes from both sides differ: any
 * slope between the two is right there.
 */
export function localChecker(n: Tensor, reference: Compiler): LocalChecker | undefined {
  if (!checkable(n)) return undefined
  const precision = holdsGraph(n) ? COARSE : FINE
  const { forward, backward, moved } = alone(n, precision)
  const [f, b] = [runOf(forward, reference), runOf(backward, reference)]
  const float = forward.inputs.map((x) => isFloat(x.dtype))
  return (x) => {
    if (!x.every((v) => v.every(Number.isFinite))) return undefined
    const back = (g: Float64Array): Float64Array[] => b([...x, g])
    const run = (y: readonly Float64Array[]): Float64Array => f(y)[0]
    return judge({ x, moved, float, run, back, outputs: sizeOf(n.shape) }, n, precision)
  }
}
export const localCheck = (
  n: Tensor,
  inputs: readonly Float64Array[],
  reference: Compiler,
): LocalCheck | undefined => localChecker(n, reference)?.(inputs)

function runOf(g: Graph, reference: Compiler) {
  const executable = reference.compile(g, {})
  return (x: readonly Float64Array[]): Float64Array[] =>
    executable
      .run(x.map((v, i) => storageOf(v, g.inputs[i].dtype)))
      .map((y, i) => numbersOf(y, g.outputs[i].dtype))
}
function judge(operation: Operation, n: Tensor, precision: Precision): LocalCheck | undefined {
  const next = gaussians(SEED)
  const random = (k: number): Float64Array => Float64Array.from({ length: k }, next)
  const middle = operation.run(operation.x)
  const results = Array.from({ length: DIRECTIONS }, () =>
    direction(operation, middle, random, precision),
  )
  const worst = results.reduce((a, r) => (r.rel > a.rel || Number.isNaN(r.rel) ? r : a))
  if (Number.isNaN(worst.rel)) return undefined
  const off = results.filter((r) => r.rel >= precision.tolerance)
  const verdict = !off.length ? "ok" : off.every((r) => r.kink) ? "kink" : "wrong"
  const bent = results.some((r) => r.kink)
  const found = { verdict, rel: worst.rel, eps: precision.step, bent } as const
  if (verdict !== "wrong") return found
  const shapes = n.inputs.map((x) => x.shape)
  const diagnosis = diagnose(operation, shapes, cotangents(operation.outputs), precision.step)
  return diagnosis ? { ...found, diagnosis } : found
}
/** A gradient that somebody stops inside is meant: differences would not stop there. */
const stopsInside = (n: Tensor): boolean =>
  n.op.nested?.(n).regions.some(({ graph }) => [...nodesOf(graph)].some((x) => stops(x))) ?? false
const stops = ({ op, inputs }: Tensor): boolean =>
  inputs.length > 0 && op.family === "move" && "flat" in op.vjp
/** Of about the same size, so that every element of a gradient shows. */
function cotangents(n: number): Float64Array {
  const next = randomNumbers(SEED)
  return Float64Array.from({ length: n }, () => (next() < 0.5 ? -1 : 1) * (1 + next() / 2))
}
function checkable(n: Tensor): boolean {
  const total = n.inputs.reduce((sum, x) => sum + x.size, 0)
  if ("flat" in n.op.vjp || !n.inputs.length || total > LIMIT || n.size > LIMIT) return false
  const float = isFloat(n.dtype) && n.inputs.some((x) => isFloat(x.dtype))
  return float && !stopsInside(n)
}

/** An operation at a point. */
export interface Operation {
  readonly x: readonly Float64Array[]
  readonly moved: readonly boolean[]
  readonly float: readonly boolean[]
  readonly run: (x: readonly Float64Array[]) => Float64Array
  /** Gradients of the float inputs for this cotangent. */
  readonly back: (g: Float64Array) => readonly Float64Array[]
  readonly outputs: number
}
const largest = (v: Float64Array): number => v.reduce((m, y) => Math.max(m, Math.abs(y)), 0)

/** One random direction: slope by the rule against slopes by differences from both sides. */
function direction(
  { x, moved, float, run, back, outputs }: Operation,
  middle: Float64Array,
  random: (n: number) => Float64Array,
  { step, tolerance }: Precision,
): { rel: number; kink: boolean } {
  const steps = x.map((v, i) => {
    const scale = Math.max(1, largest(v))
    return random(v.length).map((d) => (moved[i] ? d * scale : 0))
  })
  const g = random(outputs)
  const at = (h: number): Float64Array => run(x.map((v, i) => v.map((y, k) => y + h * steps[i][k])))
  const bars = back(g)
  const gradients = steps.filter((_, i) => float[i])
  const slope = gradients.reduce((sum, d, i) => sum + dot(bars[i], d), 0)
  const [low, high] = [at(-step), at(step)]
  const central = dot(
    g,
    high.map((y, k) => (y - low[k]) / (2 * step)),
  )
  const size = Math.max(Math.abs(slope), Math.abs(central), 1e-6)
  const error = Math.abs(slope - central)
  const width = bend(g, low, middle, high) / step
  const half = (): number => bend(g, at(-step / 2), middle, at(step / 2)) / (step / 2)
  // Between the slopes of both sides lies what any choice of a side in each element gives.
  const between = error <= 0.51 * width + tolerance * size
  return { rel: error / size, kink: width > GAP * size && between && half() > STAYS * width }
}
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((s, v, i) => s + v * b[i], 0)
/** How far the differences on both sides are apart, element by element. */
const bend = (
  g: Float64Array,
  low: Float64Array,
  middle: Float64Array,
  high: Float64Array,
): number => middle.reduce((sum, y, k) => sum + Math.abs(g[k] * (high[k] - 2 * y + low[k])), 0)
