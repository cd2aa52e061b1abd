/**
 * @file Gradients by finite differences of the whole function: one number per entry of every value that has a cotangent,
 * and for some entries the error against the size of the step. In f64 where the function can be widened.
 */
import {
  compilerNamed,
  constant,
  type DType,
  type Graph,
  graphOf,
  InternTable,
  isConstant,
  isFloat,
  make,
  postorder,
  pullback,
  runGraph,
  sizeOf,
  type Tensor,
  type TensorType,
  withTable,
} from "@defnote/core"
import { COARSE, FINE, type Kink, KinkFinder, type Kinks, slopeOf } from "./step-kinks.ts"

/** A scalar function at a point. */
export interface Whole {
  readonly loss: Tensor
  /** Every node on the way to the loss, inputs first. */
  readonly order: readonly Tensor[]
  readonly leaves: readonly Tensor[]
  readonly values: ReadonlyMap<Tensor, Float64Array>
}

export interface Differences {
  /** Central differences of the loss, one per entry, for values that were not too costly. */
  readonly of: ReadonlyMap<Tensor, Float64Array>
  /** How far from a right gradient these may be, as a part of its largest entry. */
  readonly tolerance: number
  /** Where a difference says something else than the rule because the function has no single slope there. */
  readonly kinks: ReadonlyMap<Tensor, Kinks>
}

/** How wrong a central difference is for steps of many sizes. */
export interface Sweep {
  readonly leaf: Tensor
  readonly entry: number
  /** The steps, largest first. */
  readonly eps: Float64Array
  /** Relative errors by dtype of the computation; 1 is as wrong as saying nothing. */
  readonly curves: readonly { readonly dtype: string; readonly error: Float64Array }[]
}

/** Element operations that differences and sweeps may cost, each. */
const WORK = 1_500_000
/** Entries with a sweep. */
const SWEEPS = 24
/** Steps from 1 to 1e-15, two in each power of ten. */
const EPS = Float64Array.from({ length: 31 }, (_, i) => 10 ** (-i / 2))

const isGraph = (v: unknown): boolean => typeof v === "object" && v !== null && "outputs" in v
/** A graph in the attributes has dtypes of its own, so such a node keeps its type. */
const widens = (order: readonly Tensor[]): boolean =>
  !order.some((n) => Object.values(n.attrs).flat().some(isGraph))

type Precision = "f64" | "own"
const dtypeIn = (precision: Precision, d: DType): DType =>
  precision === "f64" && isFloat(d) ? "f64" : d
const typeIn = (precision: Precision, t: TensorType): TensorType => ({
  ...t,
  dtype: dtypeIn(precision, t.dtype),
})

/** What `roots` become when `map` is put in, in another precision. */
function rebuilt(
  roots: readonly Tensor[],
  map: ReadonlyMap<Tensor, Tensor>,
  precision: Precision,
): Tensor[] {
  const env = new Map(map)
  for (const n of postorder(roots, (n) => !map.has(n))) {
    if (env.has(n)) continue
    const dtype = dtypeIn(precision, n.dtype)
    if (isConstant(n)) env.set(n, constant(n.attrs.value as number, dtype, n.shape, n.names))
    else {
      const inputs = n.inputs.map((x) => env.get(x) as Tensor)
      const attrs = n.attrs.dtype === undefined ? n.attrs : { ...n.attrs, dtype }
      env.set(n, make(n.op, inputs, attrs))
    }
  }
  return roots.map((n) => env.get(n) as Tensor)
}

/** The loss as a function of one value, every input being what it is. */
function lossOf(whole: Whole, of: Tensor, precision: Precision): (x: Float64Array) => number {
  const fixed = whole.order.filter((n) => !n.inputs.length && !isConstant(n) && n !== of)
  const nodes = [...fixed, of]
  const graph = withTable(new InternTable(), () =>
    graphOf(
      nodes.map((n) => typeIn(precision, n.type)),
      (...x) => rebuilt([whole.loss], new Map(nodes.map((n, i) => [n, x[i]])), precision),
      { pure: true },
    ),
  )
  const point = fixed.map((n) => whole.values.get(n) as Float64Array)
  return (x) => Number(runGraph(graph as Graph, [...point, x])[0][0])
}

/** The slope between two points at a distance of `h` on both sides of `x[k]`. */
function central(f: (x: Float64Array) => number, x: Float64Array, k: number, h: number): number {
  const moved = (by: number): number => f(x.map((v, i) => (i === k ? v + by : v)))
  return (moved(h) - moved(-h)) / (2 * h)
}

/** Differences of leaves first, then of the values nearest to the loss, while the budget lasts. */
export function differencesOf(
  whole: Whole,
  cotangents: ReadonlyMap<Tensor, Float64Array>,
): Differences {
  const precision = widens(whole.order) ? "f64" : "own"
  const cost = whole.order.reduce((sum, n) => sum + sizeOf(n.shape), 0)
  const nodes = [...whole.leaves, ...[...whole.order].reverse().filter((n) => n.inputs.length)]
  const of = new Map<Tensor, Float64Array>()
  const kinks = new Map<Tensor, Kinks>()
  const finder = new KinkFinder(whole.order, whole.values, compilerNamed("reference"))
  const tolerance = precision === "f64" ? 1e-4 : 2e-2
  let left = WORK
  for (const n of nodes) {
    const size = sizeOf(n.shape)
    const cotangent = cotangents.get(n)
    if (!cotangent || n.types.length > 1 || 2 * size * cost > left) continue
    left -= 2 * size * cost
    const { slopes, entries } = gradientBy(whole, n, precision)
    of.set(n, slopes)
    const by = entries.length || differ(slopes, cotangent, tolerance) ? finder.below(n) : undefined
    if (entries.length || by) kinks.set(n, { entries, ...(by ? { by } : {}) })
  }
  return { of, tolerance, kinks }
}
function gradientBy(
  whole: Whole,
  n: Tensor,
  precision: Precision,
): { readonly slopes: Float64Array; readonly entries: readonly Kink[] } {
  const f = lossOf(whole, n, precision)
  const x = whole.values.get(n) as Float64Array
  const middle = f(x)
  const entries: Kink[] = []
  const slopes = x.map((v, k) => {
    const along = (by: number): number => f(x.map((y, i) => (i === k ? y + by : y)))
    const probe = precision === "f64" ? FINE : COARSE
    const { slope, kink } = slopeOf(along, middle, probe, Math.max(1, Math.abs(v)))
    if (kink) entries.push({ entry: k, ...kink })
    return slope
  })
  return { slopes, entries }
}
/** Where the gradient is 0 everywhere, a difference may be as large as its step: so much has x² on one side of 0. */
const BESIDE_ZERO = 2e-5
/** Whether some finite entry is further off than differences are. */
function differ(slopes: Float64Array, gradient: Float64Array, tolerance: number): boolean {
  if (gradient.every((g) => g === 0) && slopes.every((d) => !(Math.abs(d) > BESIDE_ZERO)))
    return false
  const gaps = slopes.map((d, k) => Math.abs(d - gradient[k])).filter(Number.isFinite)
  const sizes = [...slopes, ...gradient].map(Math.abs).filter(Number.isFinite)
  return gaps.some((gap) => gap > tolerance * Math.max(1e-12, ...sizes))
}

/** Errors of differences for the first entries of each leaf in turn. */
export function sweepsOf(
  whole: Whole,
  cotangents: ReadonlyMap<Tensor, Float64Array>,
): readonly Sweep[] {
  const cost = 2 * EPS.length * 2 * whole.order.reduce((sum, n) => sum + sizeOf(n.shape), 0)
  const most = Math.min(SWEEPS, Math.floor(WORK / Math.max(1, cost)))
  const leaves = whole.leaves.filter((p) => cotangents.has(p))
  const chosen = firstEntries(leaves, most)
  return leaves.flatMap((leaf) => sweepsOfLeaf(whole, leaf, chosen.get(leaf) ?? 0, cotangents))
}
function firstEntries(leaves: readonly Tensor[], most: number): Map<Tensor, number> {
  const chosen = new Map<Tensor, number>()
  let left = most
  for (let round = 0; left > 0 && leaves.some((p) => sizeOf(p.shape) > round); round++) {
    for (const p of leaves) {
      if (left === 0 || sizeOf(p.shape) <= round) continue
      chosen.set(p, round + 1)
      left--
    }
  }
  return chosen
}
function sweepsOfLeaf(
  whole: Whole,
  leaf: Tensor,
  count: number,
  cotangents: ReadonlyMap<Tensor, Float64Array>,
): Sweep[] {
  if (!count) return []
  const wide = widens(whole.order)
  const own: DType = leaf.dtype
  const runs: { dtype: string; f: (x: Float64Array) => number }[] = []
  if (own !== "f64" || !wide) runs.push({ dtype: own, f: lossOf(whole, leaf, "own") })
  if (wide) runs.push({ dtype: "f64", f: lossOf(whole, leaf, "f64") })
  const exact = wide ? exactGradient(whole, leaf) : (cotangents.get(leaf) as Float64Array)
  const x = whole.values.get(leaf) as Float64Array
  return Array.from({ length: count }, (_, entry) => ({
    leaf,
    entry,
    eps: EPS,
    curves: runs.map(({ dtype, f }) => ({
      dtype,
      error: EPS.map((h) => relative(central(f, x, entry, h), exact[entry])),
    })),
  }))
}
const relative = (found: number, exact: number): number =>
  Math.abs(found - exact) / Math.max(Math.abs(exact), 1e-12)

/** The gradient of the widened function by its rules: what the error of a difference is measured against. */
function exactGradient(whole: Whole, leaf: Tensor): Float64Array {
  const fixed = whole.order.filter((n) => !n.inputs.length && !isConstant(n))
  const graph = withTable(new InternTable(), () =>
    graphOf(
      fixed.map((n) => typeIn("f64", n.type)),
      (...x) => {
        const [y] = rebuilt([whole.loss], new Map(fixed.map((n, i) => [n, x[i]])), "f64")
        const at = x[fixed.indexOf(leaf)]
        return [pullback([y], [constant(1, "f64")], [at])[0] ?? at.zerosLike()]
      },
      { pure: true },
    ),
  )
  const values = runGraph(
    graph as Graph,
    fixed.map((n) => whole.values.get(n) as Float64Array),
  )[0]
  return Float64Array.from({ length: values.length }, (_, i) => Number(values[i]))
}
