/** @file Words that hold narrow integers: brought into range by wrapping or by saturating; loads and stores of vectors. */
import { DTYPES, type DType, isSigned } from "@defnote/core"
import { type Code, SIMD } from "./encoder.ts"
import type { Vector } from "./spell-vector.ts"

/** Wraps the four words on the stack into the range of a dtype of 8 or 16 bits. */
export function narrowWords(c: Code, d: DType): void {
  const bits = DTYPES[d].bytes * 8
  if (d === "bool") return
  if (isSigned(d))
    c.i32(32 - bits)
      .simd(SIMD.i32x4Shl)
      .i32(32 - bits)
      .simd(SIMD.i32x4ShrS)
  else {
    const mask = 2 ** bits - 1
    c.words(mask, mask, mask, mask).simd(SIMD.and)
  }
}
/** Saturates the four signed words on the stack into the range of a narrow dtype. */
export function clampWords(c: Code, d: DType): void {
  const bits = DTYPES[d].bytes * 8
  if (bits >= 32) return
  const low = isSigned(d) ? -(2 ** (bits - 1)) : 0
  const high = isSigned(d) ? 2 ** (bits - 1) - 1 : 2 ** bits - 1
  c.words(low, low, low, low)
    .simd(SIMD.i32x4MaxS)
    .words(high, high, high, high)
    .simd(SIMD.i32x4MinS)
}

/** Loads neighbours; `address` puts the place of the first on the stack. */
export function loadVector(c: Code, y: Vector, offset: number, address: () => void): void {
  const d = y.dtype
  y.locals.forEach((local, i) => {
    address()
    const bytes = DTYPES[d].bytes
    if (bytes >= 4) c.simdMemory(SIMD.load, offset + 16 * i)
    else if (bytes === 2) c.simdMemory(isSigned(d) ? SIMD.load16x4S : SIMD.load16x4U, offset)
    else {
      c.simdMemory(SIMD.load32Zero, offset)
      if (isSigned(d)) c.simd(SIMD.extendLow8S).simd(SIMD.extendLow16S)
      else c.simd(SIMD.extendLow8U).simd(SIMD.extendLow16U)
      if (d === "bool") c.simd(SIMD.i32x4Neg)
    }
    c.set(local)
  })
}
/** Stores the first `lanes` elements. */
export function storeVector(
  c: Code,
  x: Vector,
  offset: number,
  lanes: number,
  address: () => void,
): void {
  const { bytes } = DTYPES[x.dtype]
  if (bytes === 8) return storeWide(c, x, offset, lanes, address)
  const value = (): void => {
    c.get(x.locals[0])
    if (bytes < 4) packWords(c, x)
  }
  if (lanes === 4) {
    address()
    value()
    if (bytes === 4) c.simdMemory(SIMD.store, offset)
    else c.simdMemory(bytes === 2 ? SIMD.store64Lane : SIMD.store32Lane, offset, 0)
    return
  }
  const op = bytes === 4 ? SIMD.store32Lane : bytes === 2 ? SIMD.store16Lane : SIMD.store8Lane
  for (let lane = 0; lane < lanes; lane++) {
    address()
    value()
    c.simdMemory(op, offset + lane * bytes, lane)
  }
}
function storeWide(c: Code, x: Vector, offset: number, lanes: number, address: () => void): void {
  for (let part = 0; part < 2 && lanes > 2 * part; part++) {
    address()
    c.get(x.locals[part])
    if (lanes >= 2 * part + 2) c.simdMemory(SIMD.store, offset + 16 * part)
    else c.simdMemory(SIMD.store64Lane, offset + 16 * part, 0)
  }
}
/** Four words to four narrow elements at the start of the vector. */
function packWords(c: Code, x: Vector): void {
  const d = x.dtype
  if (d === "bool") c.words(1, 1, 1, 1).simd(SIMD.and)
  const again = (): Code => c.get(x.locals[0])
  if (DTYPES[d].bytes === 2) {
    again()
    c.simd(isSigned(d) ? SIMD.narrow32S : SIMD.narrow32U)
    return
  }
  c.words(0, 0, 0, 0)
    .simd(SIMD.narrow32S)
    .words(0, 0, 0, 0)
    .simd(isSigned(d) ? SIMD.narrow16S : SIMD.narrow16U)
}
