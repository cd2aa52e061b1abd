/** @file The error of scalar definitions, measured in units in the last place against exact values. */
import {
  compileScalar,
  type DType,
  declarations,
  type Op,
  randomNumbers,
  scalarInstructions as s,
} from "@defnote/core"
import { big, EXACT, errorIn, exponentOf } from "./exact.ts"

/** Where a function is measured: every finite bit pattern in its domain, and more closely in these intervals. */
interface Domain {
  readonly contains: (...x: number[]) => boolean
  readonly near: readonly (readonly [low: number, high: number])[]
}
const always = (): boolean => true
const DOMAINS: Readonly<Record<string, Domain>> = {
  exp: {
    contains: always,
    near: [
      [-110, 90],
      [-1, 1],
    ],
  },
  expm1: {
    contains: always,
    near: [
      [-40, 90],
      [-1, 1],
    ],
  },
  log: {
    contains: (x) => x > 0,
    near: [
      [0.5, 2],
      [0, 1e6],
    ],
  },
  log2: {
    contains: (x) => x > 0,
    near: [
      [0.5, 2],
      [0, 1e6],
    ],
  },
  log1p: {
    contains: (x) => x > -1,
    near: [
      [-1, 1],
      [0, 100],
    ],
  },
  tanh: {
    contains: always,
    near: [
      [-10, 10],
      [-1, 1],
    ],
  },
  sinh: {
    contains: always,
    near: [
      [-90, 90],
      [-3, 3],
    ],
  },
  cosh: {
    contains: always,
    near: [
      [-90, 90],
      [-3, 3],
    ],
  },
  sigmoid: {
    contains: always,
    near: [
      [-100, 40],
      [-3, 3],
    ],
  },
  softplus: {
    contains: always,
    near: [
      [-100, 100],
      [-3, 3],
    ],
  },
  sin: {
    contains: always,
    near: [
      [-10, 10],
      [-1e5, 1e5],
    ],
  },
  cos: {
    contains: always,
    near: [
      [-10, 10],
      [-1e5, 1e5],
    ],
  },
  tan: {
    contains: always,
    near: [
      [-10, 10],
      [-1e5, 1e5],
    ],
  },
  asin: { contains: (x) => Math.abs(x) <= 1, near: [[-1, 1]] },
  acos: { contains: (x) => Math.abs(x) <= 1, near: [[-1, 1]] },
  atan: {
    contains: always,
    near: [
      [-10, 10],
      [-1, 1],
    ],
  },
  erf: {
    contains: always,
    near: [
      [-4, 4],
      [-1, 1],
    ],
  },
  erfInv: {
    contains: (x) => Math.abs(x) < 1,
    near: [
      [-1, 1],
      [0.99, 1],
    ],
  },
  exp2: {
    contains: always,
    near: [
      [-152, 130],
      [-1, 1],
    ],
  },
  log10: {
    contains: (x) => x > 0,
    near: [
      [0.5, 2],
      [0, 1e6],
    ],
  },
  cbrt: {
    contains: always,
    near: [
      [-10, 10],
      [0.5, 8],
    ],
  },
  asinh: {
    contains: always,
    near: [
      [-3, 3],
      [-1e5, 1e5],
    ],
  },
  acosh: {
    contains: (x) => x >= 1,
    near: [
      [1, 3],
      [1, 1e5],
    ],
  },
  atanh: {
    contains: (x) => Math.abs(x) < 1,
    near: [
      [-1, 1],
      [-0.6, 0.6],
    ],
  },
  logSigmoid: {
    contains: always,
    near: [
      [-100, 100],
      [-3, 3],
    ],
  },
}
export const MEASURED = Object.keys(DOMAINS)

export interface Measured {
  readonly name: string
  readonly dtype: "f32" | "f64"
  /** Whether fma has one rounding. */
  readonly fused: boolean
  readonly points: number
  /** The largest error, in units in the last place of the exact value. */
  readonly ulp: number
  readonly at: readonly number[]
  /** Scalar instructions of the definition. */
  readonly instructions: number
}

const words = new Uint32Array(2)
const singles = new Float32Array(words.buffer)
const doubles = new Float64Array(words.buffer)
const FORMATS = { f32: [23, -126, 127], f64: [52, -1022, 1023] } as const
/** A number with random bits: all exponents are equally likely. */
function pattern(d: "f32" | "f64", next: () => number): number {
  words[0] = next() * 2 ** 32
  words[1] = next() * 2 ** 32
  return d === "f32" ? singles[0] : doubles[0]
}
const rounded = (d: "f32" | "f64", x: number): number => (d === "f32" ? Math.fround(x) : x)

function opOf(name: string): Op {
  const op = declarations().find((o) => o.name === name)
  if (!op) throw new Error(`internal: no op ${name}`)
  return op
}
function definition(op: Op, d: DType): s.Scalar {
  return (op.at as NonNullable<Op["at"]>)([], (k) => s.argument(d, k), { dtype: d } as never)
}

/** The worst of many points: random patterns and points of the intervals in turn. */
export function measure(name: string, d: "f32" | "f64", fused: boolean, points: number): Measured {
  const { contains, near } = DOMAINS[name]
  const next = randomNumbers(11)
  const draw = (i: number): number => {
    const [low, high] = near[(i >> 1) % near.length]
    return i % 2 ? rounded(d, low + (high - low) * next()) : pattern(d, next)
  }
  return worst(
    name,
    d,
    fused,
    points,
    (i) => [draw(i)],
    (x) => Number.isFinite(x[0]) && contains(x[0]),
  )
}
export const MEASURED_PAIRS = ["power", "atan2", "hypot"] as const
/** The same for two arguments: `power` with results of every size, the others of every size and of points near the circle. */
export function measurePair(
  name: (typeof MEASURED_PAIRS)[number],
  d: "f32" | "f64",
  fused: boolean,
  points: number,
): Measured {
  const next = randomNumbers(13)
  const base = (i: number): number =>
    i % 2 ? rounded(d, 0.4 + 2 * next()) : Math.abs(pattern(d, next))
  const draw = (i: number): number[] => {
    if (name !== "power")
      return i % 2
        ? [0, 0].map(() => rounded(d, 4 * next() - 2))
        : [pattern(d, next), pattern(d, next)]
    const a = base(i)
    const limit = d === "f32" ? 150 : 1075
    const wide = (limit * (2 * next() - 1)) / (Math.log2(a) || 1)
    return [a, rounded(d, i % 3 ? wide : 20 * next() - 10)]
  }
  const good = (x: readonly number[]): boolean => x.every((v) => Number.isFinite(v) && v !== 0)
  return worst(name, d, fused, points, draw, good)
}
function worst(
  name: string,
  d: "f32" | "f64",
  fused: boolean,
  points: number,
  draw: (i: number) => number[],
  good: (x: readonly number[]) => boolean,
): Measured {
  const op = opOf(name)
  const root = definition(op, d)
  const f = compileScalar(root, { fused })
  let [ulp, at, count] = [0, [] as number[], 0]
  for (let i = 0; i < points; i++) {
    const argument = draw(i)
    if (!good(argument)) continue
    count++
    const error = errorAt(op, d, argument, f({ argument }) as number)
    if (error > ulp) [ulp, at] = [error, argument]
  }
  return { name, dtype: d, fused, points: count, ulp, at, instructions: s.schedule([root]).length }
}
/** The error at one point. In f32 the oracle of the op is exact enough; in f64 only {@link EXACT} is. */
function errorAt(op: Op, d: "f32" | "f64", x: readonly number[], got: number): number {
  const [fraction, smallest, largest] = FORMATS[d]
  const plain = oracle(op, x)
  if (!Number.isFinite(plain) || plain === 0)
    return Object.is(got, rounded(d, plain)) || got === plain ? 0 : beyond(got, d)
  const want = d === "f32" ? big(plain) : EXACT[op.name](...x, plain)
  const limit = 2 ** largest * (2 - 2 ** -fraction)
  if (Math.abs(got) > limit)
    return exponentOf(want) > largest || Math.abs(plain) > limit * (1 - 2 ** -fraction)
      ? 0
      : Number.POSITIVE_INFINITY
  if (exponentOf(want) > largest) return Number.POSITIVE_INFINITY
  return errorIn(got, want, fraction, smallest)
}
/** Where the oracle over- or underflows in f64 but f32 need not be asked: within a unit of the end of the range. */
const beyond = (got: number, d: "f32" | "f64"): number =>
  Math.abs(got) <= (d === "f32" ? 2 ** -149 : 5e-324) ||
  Math.abs(got) >= (d === "f32" ? 3.4e38 : 1.7e308)
    ? 1
    : Number.POSITIVE_INFINITY
function oracle(op: Op, x: readonly number[]): number {
  const type = { dtype: "f64" as const, shape: [] }
  const node = {
    op,
    inputs: x.map(() => ({ type, dtype: "f64", shape: [] })),
    dtype: "f64",
    shape: [],
    type,
  }
  const [y] = (op.evaluate as NonNullable<Op["evaluate"]>)(
    x.map((v) => [v]),
    node as never,
    new Set([0]),
  )
  return Number(y[0])
}
