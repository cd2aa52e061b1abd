/**
 * @file Random bits: the Threefry hash as an element-wise op over keys and counters, and the two ways of counting (S12).
 * Keys are u32[..., 2]. Knows no distribution.
 */
import { shownValue } from "../arguments.ts"
import { DTYPES, type DType } from "../dtype.ts"
import { threefry } from "../elementary/threefry.ts"
import { DTypeError } from "../errors.ts"
import { make } from "../make.ts"
import type { Value } from "../number.ts"
import type { Op, Values } from "../op.ts"
import { type Shape, sizeOf, typeOf, unifyAxes } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { add, subtract } from "./arithmetic.ts"
import { bitwiseAnd, bitwiseOr, bitwiseXor, leftShift, rightShift } from "./bitwise.ts"
import { where } from "./choice.ts"
import { less } from "./compare.ts"
import { declare } from "./declare.ts"
import { broadcastTo, reshape } from "./move.ts"
import { sliceAlong } from "./move-part.ts"
import { called } from "./notation.ts"
import { constant, iotaNode } from "./source.ts"
import { asType } from "./type.ts"

export interface BitsOptions {
  /** Counters that can be computed anywhere, as current JAX does; false is the original scheme, also that of Nx. */
  readonly partitionable?: boolean
}

const rotated = (x: number, by: number): number => ((x << by) | (x >>> (32 - by))) >>> 0
/** The hash in plain numbers: the oracle. */
function hash(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const keys = [k0, k1, (k0 ^ k1 ^ 0x1bd11bda) >>> 0]
  let [a, b] = [(c0 + k0) >>> 0, (c1 + k1) >>> 0]
  for (let round = 0; round < 20; round++) {
    a = (a + b) >>> 0
    b = (rotated(b, [13, 15, 26, 6, 17, 29, 16, 24][round % 8]) ^ a) >>> 0
    if (round % 4 < 3) continue
    const group = (round + 1) / 4
    a = (a + keys[group % 3]) >>> 0
    b = (b + keys[(group + 1) % 3] + group) >>> 0
  }
  return [a, b]
}
const U32 = { dtype: "u32", shape: [2, 3] } as const
/** One word of the hash of the counter (inputs 2, 3) under the key (inputs 0, 1), all u32 and of one shape. */
const hashOp = (name: string, word: 0 | 1): Op =>
  declare({
    name,
    family: "random",
    type: (types) => [typeOf("u32", unifyAxes(name, types))],
    vjp: { flat: "integers have no derivative" },
    at: (i, load) => threefry([load(0, i), load(1, i)], [load(2, i), load(3, i)])[word],
    evaluate: ([k0, k1, c0, c1]: readonly Values[]) => [
      Array.from(k0, (k, i): Value => {
        return hash(k as number, k1[i] as number, c0[i] as number, c1[i] as number)[word]
      }),
    ],
    latex: called(name),
    samples: [{ inputs: [U32, U32, U32, U32], range: [0, 4e9] }],
  })
const WORDS = [hashOp("threefryFirst", 0), hashOp("threefrySecond", 1)] as const

/** @throws DTypeError unless `key` is a key or several: u32 with a last axis of 2 */
export function requireKey(op: string, key: Tensor): void {
  const given = isTensor(key)
  if (given && key.dtype === "u32" && key.rank >= 1 && key.shape[key.rank - 1] === 2) return
  throw new DTypeError(`${op}: ${shownValue(key)} is no key; a key is u32[2]`, {
    op,
    remedy: "Make one with random.key(seed), or several with random.split(key, n).",
  })
}
/** Both words for counters of one shape, under one key u32[2]. */
export function words(key: Tensor, high: Tensor, low: Tensor): readonly [Tensor, Tensor] {
  const part = (i: number): Tensor =>
    broadcastTo(reshape(sliceAlong(key, -1, i, i + 1), []), low.shape)
  const inputs = [part(0), part(1), broadcastTo(high, low.shape), low]
  return [make(WORDS[0], inputs), make(WORDS[1], inputs)]
}

const ZERO = (): Tensor => constant(0, "u32")
/** 0, 1, 2, ... in row-major order, in u32. */
const counter = (shape: Shape): Tensor => reshape(iotaNode(sizeOf(shape), "u32"), shape)

/** Unsigned dtypes by their width. */
export const UNSIGNED = { 1: "u8", 2: "u16", 4: "u32", 8: "u64" } as const
const join = (high: Tensor, low: Tensor): Tensor =>
  bitwiseOr(leftShift(asType(high, "u64"), 32), asType(low, "u64"))

/** Bits of a shape, in an unsigned dtype, under one key. */
export function bitsOf(key: Tensor, shape: Shape, dtype: DType, o: BitsOptions = {}): Tensor {
  return (o.partitionable ?? true) ? partitionable(key, shape, dtype) : original(key, shape, dtype)
}
/** Element i is the hash of the 64-bit counter i. */
function partitionable(key: Tensor, shape: Shape, dtype: DType): Tensor {
  const [high, low] = words(key, ZERO(), counter(shape))
  if (dtype === "u64") return join(high, low)
  return asType(bitwiseXor(high, low), dtype)
}
/** Counters 0 ... n - 1 in two halves, hashed together; narrow elements are cut out of words, wide ones joined. */
function original(key: Tensor, shape: Shape, dtype: DType): Tensor {
  const size = sizeOf(shape)
  const width = DTYPES[dtype].bytes
  const at = counter(shape)
  if (dtype === "u64") {
    const [high, low] = words(key, at, add(at, size))
    return join(high, low)
  }
  const each = 4 / width
  const shift = Math.log2(each)
  const word = originalWord(key, rightShift(at, shift), Math.ceil(size / each))
  if (each === 1) return word
  const place = leftShift(bitwiseAnd(at, each - 1), 5 - shift)
  return asType(rightShift(word, place), dtype)
}
/** Word `at` of `total`: the lower half comes first out of the hash; an odd end is paired with 0. */
function originalWord(key: Tensor, at: Tensor, total: number): Tensor {
  const half = Math.ceil(total / 2)
  const first = less(at, half)
  const lane = where(first, at, subtract(at, half))
  const partner = add(lane, half)
  const [a, b] = words(key, lane, where(less(partner, total), partner, 0))
  return where(first, a, b)
}
