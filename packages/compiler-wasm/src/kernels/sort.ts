/**
 * @file Stable sorting of rows by radix: every element becomes an unsigned key whose order is the wanted one (NaN last in
 * both directions, S8; -0 equals 0).
 */
import {
  DTYPES,
  type DType,
  isFloat,
  isHalf,
  isSigned,
  isWide,
  type TypedArray,
} from "@defnote/core"
import type { Routine } from "../routine.ts"

/** Values in order, and where each came from. */
export const sort: Routine = (n, [x], [values, origins]) => {
  const length = n.inputs[0].shape[n.inputs[0].rank - 1]
  const descending = Boolean(n.attrs.descending)
  const sorter = new RowSorter(length)
  for (let at = 0; at < x.length; at += length) {
    const order = sorter.order(n.inputs[0].dtype, x.subarray(at, at + length), descending)
    for (let k = 0; k < length; k++) {
      if (values) values[at + k] = x[at + order[k]]
      if (origins) origins[at + k] = order[k]
    }
  }
}

const DIGIT = 256
/** Rows shorter than this are sorted by insertion. */
const SHORT = 48

class RowSorter {
  readonly #low: Uint32Array
  readonly #high: Uint32Array
  #order: Int32Array
  #other: Int32Array
  readonly #counts = new Int32Array(DIGIT)
  constructor(length: number) {
    this.#low = new Uint32Array(length)
    this.#high = new Uint32Array(length)
    this.#order = new Int32Array(length)
    this.#other = new Int32Array(length)
  }
  order(dtype: DType, row: TypedArray, descending: boolean): Int32Array {
    const wide = DTYPES[dtype].bytes === 8
    if (wide) wideKeys(dtype, row, descending, this.#low, this.#high)
    else narrowKeys(dtype, row, descending, this.#low)
    for (let i = 0; i < row.length; i++) this.#order[i] = i
    if (row.length < SHORT) this.#insert(wide)
    else {
      this.#radix(this.#low, dtype === "bool" ? 1 : Math.min(4, DTYPES[dtype].bytes))
      if (wide) this.#radix(this.#high, 4)
    }
    return this.#order
  }
  #insert(wide: boolean): void {
    const [low, high, order] = [this.#low, this.#high, this.#order]
    for (let i = 1; i < order.length; i++) {
      const x = order[i]
      let j = i
      while (j > 0) {
        const y = order[j - 1]
        const after = wide && high[y] !== high[x] ? high[y] > high[x] : low[y] > low[x]
        if (!after) break
        order[j--] = y
      }
      order[j] = x
    }
  }
  #radix(keys: Uint32Array, digits: number): void {
    const counts = this.#counts
    for (let d = 0; d < digits; d++) {
      const shift = 8 * d
      counts.fill(0)
      for (let i = 0; i < keys.length; i++) counts[(keys[i] >>> shift) & 255]++
      if (counts[(keys[0] >>> shift) & 255] === keys.length) continue
      for (let b = 0, sum = 0; b < DIGIT; b++) {
        const c = counts[b]
        counts[b] = sum
        sum += c
      }
      const [from, to] = [this.#order, this.#other]
      for (let i = 0; i < from.length; i++) to[counts[(keys[from[i]] >>> shift) & 255]++] = from[i]
      this.#order = to
      this.#other = from
    }
  }
}

/** Keys of up to 32 bits: floats by their bits with the negative ones turned around, signed integers moved up. */
function narrowKeys(d: DType, x: TypedArray, descending: boolean, keys: Uint32Array): void {
  const bits = DTYPES[d].bytes * 8
  const sign = 2 ** (bits - 1)
  const mask = bits === 32 ? 0xffffffff : 2 ** bits - 1
  const infinity = d === "f16" ? 0x7c00 : d === "bf16" ? 0x7f80 : 0x7f800000
  const raw = isHalf(d) || !isFloat(d) ? x : new Uint32Array(x.buffer, x.byteOffset, x.length)
  const flip = descending ? mask : 0
  for (let i = 0; i < x.length; i++) {
    const b = Number(raw[i])
    if (!isFloat(d)) keys[i] = ((isSigned(d) ? b + sign : b) ^ flip) >>> 0
    else if ((b & (mask >>> 1)) > infinity) keys[i] = mask
    else keys[i] = (floatKey(b, sign, mask) ^ flip) >>> 0
  }
}
function floatKey(b: number, sign: number, mask: number): number {
  if (b === sign) return sign
  return b >= sign ? (~b & mask) >>> 0 : b + sign
}
function wideKeys(
  d: DType,
  x: TypedArray,
  descending: boolean,
  low: Uint32Array,
  high: Uint32Array,
): void {
  const words = new Uint32Array(x.buffer, x.byteOffset, 2 * x.length)
  const flip = descending ? 0xffffffff : 0
  for (let i = 0; i < x.length; i++) {
    let [l, h] = [words[2 * i], words[2 * i + 1]]
    if (isWide(d)) h = isSigned(d) ? (h ^ 0x80000000) >>> 0 : h
    else {
      const magnitude = h & 0x7fffffff
      if (magnitude > 0x7ff00000 || (magnitude === 0x7ff00000 && l)) {
        low[i] = high[i] = 0xffffffff
        continue
      }
      if (h === 0x80000000 && l === 0) h = 0x80000000
      else if (h >>> 31) [l, h] = [~l >>> 0, ~h >>> 0]
      else h = (h | 0x80000000) >>> 0
    }
    low[i] = (l ^ flip) >>> 0
    high[i] = (h ^ flip) >>> 0
  }
}
