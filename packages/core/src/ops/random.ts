/**
 * @file Random numbers from keys: values, never state (S12). The same key and shape give the same numbers on every
 * compiler. The algorithms are those of JAX.
 */
import {
  DTYPES,
  type DType,
  type FloatDType,
  type IntDType,
  intRange,
  isFloat,
  isInt,
} from "../dtype.ts"
import { publicly } from "../eager.ts"
import { DTypeError, OptionError, ShapeError } from "../errors.ts"
import { type Options, optionsAt } from "../options.ts"
import { formatType, type Shape, sizeOf } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import { fromTypedArray } from "../value.ts"
import { isWeak } from "./align.ts"
import { abs, add, maximum, multiply, negate, remainder, sign, subtract } from "./arithmetic.ts"
import { bitwiseOr, rightShift } from "./bitwise.ts"
import { where } from "./choice.ts"
import { equal, less, lessEqual } from "./compare.ts"
import { iota } from "./create.ts"
import { cumSum } from "./cumulative.ts"
import { erfInv, log, log1p } from "./exponential.ts"
import { sampling } from "./key-use.ts"
import { newAxis, reshape } from "./move.ts"
import { stack } from "./move-join.ts"
import { sliceAlong, unstack } from "./move-part.ts"
import { sum } from "./reduce.ts"
import { argSort, topK } from "./sort.ts"
import { constant, iotaNode } from "./source.ts"
import { axisFrom, integer, integers } from "./static.ts"
import { argMax } from "./statistics.ts"
import { take, takeAlongAxis } from "./taking.ts"
import { type BitsOptions, bitsOf, requireKey, UNSIGNED, words } from "./threefry.ts"
import { asType, bitcast } from "./type.ts"

export type { BitsOptions } from "./threefry.ts"

/** Builds under the name of the sampler, as one box of a picture. */
const boxed = <T>(name: string, build: () => T): T =>
  currentTrace()?.inScope(name, "named", build) ?? build()

function seedWords(seed: number | bigint): [number, number] {
  if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
    const allowed = "it must be an integer; write a bigint for more than 53 bits"
    throw new OptionError(`random.key: seed ${seed}; ${allowed}`, { op: "random.key" })
  }
  const small = typeof seed === "number" && seed >= -(2 ** 31) && seed < 2 ** 32
  if (small) return [0, Number(seed) >>> 0]
  const bits = BigInt.asUintN(64, BigInt(seed))
  return [Number(bits >> 32n), Number(bits & 0xffffffffn)]
}
/**
 * A key u32[2] from a seed: the upper and the lower word of the integer. Numbers of 32 bits have the upper word 0.
 * @throws OptionError for a number that is no integer
 * @example random.key(1701) // u32[2] [0, 1701]
 */
export function key(seed: number | bigint): Tensor<"u32"> {
  const [high, low] = seedWords(isTensor(seed) ? integer("random.key", "seed", seed) : seed)
  if (!currentTrace())
    return fromTypedArray(Uint32Array.of(high, low), { dtype: "u32", shape: [2] })
  const [a, b] = [high, low].map((x) => constant(x, "u32", [2]))
  return where(equal(iotaNode(2, "i32"), 0), a, b) as Tensor<"u32">
}

const BITS = { partitionable: true } as const
const TYPED = { ...BITS, dtype: true } as const
function splitKeys(key: Tensor, n = 2, o: BitsOptions = {}): Tensor<"u32"> {
  requireKey("random.split", key)
  const count = integer("random.split", "n", n)
  if (count < 1) {
    throw new OptionError(`random.split: n is ${count}; it must be at least 1`, {
      op: "random.split",
    })
  }
  if (o.partitionable === false) return bitsOf(key, [count, 2], "u32", o) as Tensor<"u32">
  return stack([...words(key, constant(0, "u32"), iotaNode(count, "u32"))], {
    axis: -1,
  }) as Tensor<"u32">
}
/**
 * `n` new keys; use each once, and the old one no more.
 * @example const [a, b] = random.split(random.key(0))
 */
export const split = Object.assign(
  publicly(
    "random.split",
    (key: Tensor, n = 2, options: BitsOptions = {}): Tensor<"u32">[] =>
      unstack(boxed("split", () => splitKeys(key, n, options))) as Tensor<"u32">[],
    optionsAt<BitsOptions>(2, BITS),
  ),
  { kind: "random" as const },
)
/** The keys of {@link split} as one tensor u32[n, 2]: for `vmap` and `scan`. */
export const keys = Object.assign(
  publicly(
    "random.keys",
    (key: Tensor, n: number, options: BitsOptions = {}): Tensor<"u32"> =>
      boxed("keys", () => splitKeys(key, n, options)),
    optionsAt<BitsOptions>(2, BITS),
  ),
  { kind: "random" as const },
)
/** A new key from a key and an integer, say the number of a step. */
export const foldIn = Object.assign(
  publicly("random.foldIn", (key: Tensor, data: number | Tensor): Tensor<"u32"> => {
    requireKey("random.foldIn", key)
    const counts = isTensor(data) && (!isFloat(data.dtype) || isWeak(data))
    const low = counts ? asType(data, "u32") : seedOf(data)
    return boxed("foldIn", () =>
      stack([...words(key, constant(0, "u32"), low)], { axis: -1 }),
    ) as Tensor<"u32">
  }),
  { kind: "random" as const },
)
const seedOf = (data: number | Tensor): Tensor =>
  constant(seedWords(integer("random.foldIn", "data", data))[1], "u32")

/** The shape is [] by default, where no argument that must be given stands behind it. */
type Sampler<A extends readonly unknown[], T extends Tensor> = [] extends A
  ? (key: Tensor, shape?: Shape, ...rest: A) => T
  : (key: Tensor, shape: Shape, ...rest: A) => T

/** A sampler: checks the key and the shape, builds in a box of its name. */
function sampler<A extends readonly unknown[], T extends Tensor>(
  name: string,
  build: (key: Tensor, shape: Shape, ...rest: A) => T,
  options: Options,
) {
  const fn = (key: Tensor, shape: Shape = [], ...rest: A): T => {
    requireKey(`random.${name}`, key)
    const to = integers(`random.${name}`, "the shape", shape)
    return boxed(name, () => build(key, to, ...rest))
  }
  const typed = fn as Sampler<A, T>
  return Object.assign(sampling(`random.${name}`, typed, options), { kind: "random" as const })
}

export interface RawOptions extends BitsOptions {
  /** u32 by default. */
  readonly dtype?: "u8" | "u16" | "u32" | "u64"
}
/** Uniform bits of a shape. */
export const bits = sampler(
  "bits",
  (key, shape, o: RawOptions = {}) => bitsOf(key, shape, o.dtype ?? "u32", o),
  optionsAt<RawOptions>(2, TYPED),
)

export interface FloatOptions extends BitsOptions {
  /** f32 by default. */
  readonly dtype?: FloatDType
}
export interface UniformOptions extends FloatOptions {
  /** The lower bound, included; 0 by default. */
  readonly min?: number | Tensor
  /** The upper bound, excluded; 1 by default. */
  readonly max?: number | Tensor
}
const FRACTION_BITS = { f16: 10, bf16: 7, f32: 23, f64: 52 } as const
/** The bits of 1. */
const ONE = { f16: 0x3c00, bf16: 0x3f80, f32: 0x3f800000, f64: 0x3ff0000000000000n } as const
function requireFloat(op: string, d: DType): FloatDType {
  if (isFloat(d)) return d
  throw new DTypeError(`random.${op}: dtype ${d}; the numbers are floats`, { op: `random.${op}` })
}
/** Random fraction bits under the exponent of 1, minus 1: in [0, 1). */
function unit(key: Tensor, shape: Shape, d: FloatDType, o: BitsOptions): Tensor {
  const whole = UNSIGNED[DTYPES[d].bytes]
  const drawn = FRACTION_BITS[d] < 8 ? "u8" : whole
  const fraction = rightShift(
    bitsOf(key, shape, drawn, o),
    DTYPES[drawn].bytes * 8 - FRACTION_BITS[d],
  )
  return subtract(bitcast(bitwiseOr(asType(fraction, whole), constant(ONE[d], whole)), d), 1)
}
function uniformOf(key: Tensor, shape: Shape, o: UniformOptions = {}): Tensor {
  const d = requireFloat("uniform", o.dtype ?? "f32")
  const { min = 0, max = 1 } = o
  const u = unit(key, shape, d, o)
  if (min === 0 && max === 1) return u
  const [low, high] = [min, max].map((x) => (isTensor(x) ? asType(x, d) : constant(x, d)))
  const scaled = add(multiply(u, subtract(high, low)), low)
  const y = maximum(low, scaled)
  if (sizeOf(y.shape) === sizeOf(shape)) return y
  throw new ShapeError(
    `random.uniform: bounds of ${formatType(y.type)} do not fit into [${shape}]`,
    {
      op: "random.uniform",
    },
  )
}
/** Uniform numbers in [min, max), exact on every compiler. */
export const uniform = sampler(
  "uniform",
  uniformOf,
  optionsAt<UniformOptions>(2, { ...TYPED, min: true, max: true }),
)

export interface NormalOptions extends FloatOptions {
  /** 0 by default. */
  readonly mean?: number | Tensor
  /** 1 by default. */
  readonly standardDeviation?: number | Tensor
}
/** The number after -1 towards 0. */
const ABOVE_MINUS_ONE = {
  f16: -1 + 2 ** -11,
  bf16: -1 + 2 ** -8,
  f32: -1 + 2 ** -24,
  f64: -1 + 2 ** -53,
} as const
/** Normally distributed numbers: sqrt(2) erfInv of uniform ones in (-1, 1), as JAX. */
export const normal = sampler(
  "normal",
  (key, shape, o: NormalOptions = {}) => {
    const dtype = requireFloat("normal", o.dtype ?? "f32")
    const u = uniformOf(key, shape, { ...o, dtype, min: ABOVE_MINUS_ONE[dtype], max: 1 })
    const z = multiply(erfInv(u), Math.SQRT2)
    const scaled = o.standardDeviation === undefined ? z : multiply(z, o.standardDeviation)
    return o.mean === undefined ? scaled : add(scaled, o.mean)
  },
  optionsAt<NormalOptions>(2, { ...TYPED, mean: true, standardDeviation: true }),
)
/** Bools, true with probability `p` (0.5 by default). */
export const bernoulli = sampler(
  "bernoulli",
  (key, shape, p: number | Tensor = 0.5, o: BitsOptions = {}) => {
    const dtype = isTensor(p) && isFloat(p.dtype) && !currentTrace()?.weak.has(p) ? p.dtype : "f32"
    return less(uniformOf(key, shape, { ...o, dtype }), p)
  },
  optionsAt<BitsOptions>(3, BITS),
)
/** Exponentially distributed numbers of rate 1. */
export const exponential = sampler(
  "exponential",
  (key, shape, o: FloatOptions = {}) =>
    negate(log1p(negate(uniformOf(key, shape, { ...o, min: 0, max: 1 })))),
  optionsAt<FloatOptions>(2, TYPED),
)
const SMALLEST = { f16: 2 ** -14, bf16: 2 ** -126, f32: 2 ** -126, f64: 2 ** -1022 } as const
function gumbelOf(key: Tensor, shape: Shape, o: FloatOptions = {}): Tensor {
  const dtype = requireFloat("gumbel", o.dtype ?? "f32")
  const u = uniformOf(key, shape, { ...o, dtype, min: SMALLEST[dtype], max: 1 })
  return negate(log(negate(log(u))))
}
/** Numbers of the standard Gumbel distribution. */
export const gumbel = sampler("gumbel", gumbelOf, optionsAt<FloatOptions>(2, TYPED))
/** Numbers of the standard Laplace distribution. */
export const laplace = sampler(
  "laplace",
  (key, shape, o: FloatOptions = {}) => {
    const dtype = requireFloat("laplace", o.dtype ?? "f32")
    const epsilon = 2 ** -FRACTION_BITS[dtype]
    const u = uniformOf(key, shape, { ...o, dtype, min: -1 + epsilon, max: 1 })
    return multiply(sign(u), log1p(negate(abs(u))))
  },
  optionsAt<FloatOptions>(2, TYPED),
)

export interface RandIntOptions extends BitsOptions {
  /** i32 by default. */
  readonly dtype?: IntDType
}
/** A bound as a tensor of `d`; one above the range is clipped and said so, so that `randInt(..., 0, 256, u8)` means all. */
function bound(x: number | bigint | Tensor, d: IntDType): { value: Tensor; over: boolean } {
  if (isTensor(x) && isInt(x.dtype)) return { value: asType(x, d), over: false }
  const exact = typeof x === "bigint" ? x : BigInt(integer("random.randInt", "a bound", x))
  const [low, high] = intRange(d)
  const clipped = exact < low ? low : exact > high ? high : exact
  return { value: constant(clipped, d), over: exact > high }
}
/** Uniform integers in [min, max); `min` where max is not above it. */
export const randInt = sampler(
  "randInt",
  (
    key,
    shape,
    min: number | bigint | Tensor,
    max: number | bigint | Tensor,
    o: RandIntOptions = {},
  ) => {
    const dtype = o.dtype ?? "i32"
    const unsigned = UNSIGNED[DTYPES[dtype].bytes]
    const [low, high] = [bound(min, dtype), bound(max, dtype)]
    const empty = lessEqual(high.value, low.value)
    const distance = asType(subtract(high.value, low.value), unsigned)
    const full = high.over ? add(distance, 1) : distance
    const span = where(empty, constant(1, unsigned), full)
    // Twice the bits of the dtype, so that the bias of the remainder is small; 2^bits modulo span joins the halves.
    const [a, b] = unstack(splitKeys(key, 2, o)).map((k) => bitsOf(k, shape, unsigned, o))
    const modulo = (x: Tensor): Tensor => where(equal(span, 0), x, remainder(x, span))
    const root = modulo(constant(2n ** BigInt(DTYPES[dtype].bytes * 4), unsigned))
    const factor = modulo(multiply(root, root))
    const offset = modulo(add(multiply(modulo(a), factor), modulo(b)))
    return add(low.value, asType(offset, dtype))
  },
  optionsAt<RandIntOptions>(4, TYPED),
)

export interface PermutationOptions extends BitsOptions {
  /** Which axis to shuffle; the first by default. */
  readonly axis?: number | string
  /** Shuffles every vector along the axis on its own; false by default. */
  readonly independent?: boolean
}
/** Sorts by random words, often enough that equal words do not matter: 3 ln(size) / ln(2^32 - 1) times (as XLA and JAX). */
function shuffled(key: Tensor, x: Tensor, axis: number, o: BitsOptions): Tensor {
  const rounds = Math.ceil((3 * Math.log(Math.max(1, x.size))) / Math.log(2 ** 32 - 1))
  let [current, y] = [key, x]
  for (let i = 0; i < rounds; i++) {
    const [next, sub] = unstack(splitKeys(current, 2, o))
    const order = argSort(bitsOf(sub, y.shape, "u32", o), { axis })
    y = y.rank === 1 ? take(y, order) : takeAlongAxis(y, order, { axis })
    current = next
  }
  return y
}
/** A tensor to draw from, as opposed to a count, which may be a traced number. */
const isCollection = (x: Tensor | number): x is Tensor => isTensor(x) && !isWeak(x)
function permuted(key: Tensor, x: Tensor | number, o: PermutationOptions = {}): Tensor {
  requireKey("random.permutation", key)
  if (!isCollection(x)) return shuffled(key, iota([integer("random.permutation", "n", x)]), -1, o)
  const axis = axisFrom("random.permutation", o.axis ?? 0, x.type)
  if (x.rank === 1 || o.independent) return shuffled(key, x, axis, o)
  const order = shuffled(key, iotaNode(x.shape[x.rank + axis], "i32"), -1, o)
  return take(x, order, { axis })
}
/** The elements along an axis in random order; of a number n the integers below it. */
export const permutation = Object.assign(
  sampling(
    "random.permutation",
    (key: Tensor, x: Tensor | number, o: PermutationOptions = {}) =>
      boxed("permutation", () => permuted(key, x, o)),
    optionsAt<PermutationOptions>(2, { ...BITS, axis: true, independent: true }),
  ),
  { kind: "random" as const },
)

export interface ChoiceOptions extends BitsOptions {
  /** Whether an element may be drawn twice; true by default. */
  readonly replace?: boolean
  /** The probability of each element; equal by default. */
  readonly p?: Tensor
  /** The axis to draw from; the first by default. */
  readonly axis?: number
}
/** Positions of draws with probabilities `p`. */
function weighted(key: Tensor, draws: Shape, p: Tensor, o: ChoiceOptions): Tensor {
  const dtype = requireFloat("choice", p.dtype)
  if (o.replace ?? true) {
    const total = cumSum(p)
    const end = reshape(sliceAlong(total, -1, p.size - 1, p.size), [])
    const r = multiply(end, subtract(1, uniformOf(key, draws, { ...o, dtype })))
    return sum(asType(less(total, newAxis(r, -1)), "i32"), { axes: [-1] })
  }
  const scores = add(gumbelOf(key, [p.size], { ...o, dtype }), log(p))
  return reshape(topK(scores, sizeOf(draws))[1], draws)
}
function chosen(key: Tensor, x: Tensor | number, shape: Shape, o: ChoiceOptions = {}): Tensor {
  requireKey("random.choice", key)
  const draws = integers("random.choice", "the shape", shape)
  const axis = isCollection(x) ? axisFrom("random.choice", o.axis ?? 0, x.type) : -1
  const n = isCollection(x) ? x.shape[x.rank + axis] : integer("random.choice", "n", x)
  checkDraws(n, draws, o)
  const at = positions(key, n, draws, o)
  if (!isCollection(x)) return at
  return take(x, at, { axis })
}
function positions(key: Tensor, n: number, draws: Shape, o: ChoiceOptions): Tensor {
  if (o.p) return weighted(key, draws, o.p, o)
  if (o.replace ?? true) return randInt(key, draws, 0, n, o as BitsOptions)
  return reshape(sliceAlong(permuted(key, n, o as BitsOptions), -1, 0, sizeOf(draws)), draws)
}
function checkDraws(n: number, draws: Shape, o: ChoiceOptions): void {
  const op = "random.choice"
  if (o.p && (o.p.rank !== 1 || o.p.size !== n)) {
    throw new ShapeError(`${op}: p is ${formatType(o.p.type)}; it must have one axis of ${n}`, {
      op,
    })
  }
  const count = sizeOf(draws)
  if (count && (n < 1 || (o.replace === false && count > n))) {
    throw new OptionError(
      `${op}: ${count} draws from ${n} elements; draw fewer, or with replacement`,
      { op },
    )
  }
}
/** Draws of elements along an axis, or of the integers below a number. */
export const choice = Object.assign(
  sampling(
    "random.choice",
    (key: Tensor, x: Tensor | number, shape: Shape = [], o: ChoiceOptions = {}) =>
      boxed("choice", () => chosen(key, x, shape, o)),
    optionsAt<ChoiceOptions>(3, { ...BITS, replace: true, p: true, axis: true }),
  ),
  { kind: "random" as const },
)
/** Class numbers drawn with probabilities in proportion to e^logits, along the last axis (the Gumbel maximum). */
export const categorical = Object.assign(
  sampling(
    "random.categorical",
    (key: Tensor, logits: Tensor, o: BitsOptions = {}) => {
      requireKey("random.categorical", key)
      const dtype = requireFloat("categorical", logits.dtype)
      return boxed("categorical", () =>
        argMax(add(gumbelOf(key, logits.shape, { ...o, dtype }), logits), { axis: -1 }),
      )
    },
    optionsAt<BitsOptions>(2, BITS),
  ),
  { kind: "random" as const },
)
