/** @file What differs between the float dtypes when a kernel goes over vectors of them: loading, lanes, instructions. */
import { DTYPES, type DType } from "@defnote/core"
import { type Code, type FunctionBuilder, OP, SIMD, V128 } from "../encoder.ts"

/** Vectors of four f32, or of two f64. Halves are f32 as soon as they are loaded. */
export interface Lanes {
  /** Elements of a vector. */
  readonly count: number
  /** Bytes of an element in memory. */
  readonly bytes: number
  readonly sub: number
  readonly eq: number
  readonly pmin: number
  readonly pmax: number
  /** The vector at the place on the stack. */
  readonly load: (c: Code) => Code
  /** The f64 on the stack, in all lanes. */
  readonly splat: (c: Code) => Code
  /** A lane of the vector on the stack, as f64. */
  readonly extract: (c: Code, lane: number) => Code
  /** A mask of the lanes below the i32 on the stack. */
  readonly below: (c: Code) => Code
  /** The vectors of f64 in a vector that is in a local, each on the stack when it is asked for. */
  readonly wide: readonly ((c: Code, local: number) => Code)[]
  /** The vector in a local as f32: what is finite stays finite. */
  readonly single: (c: Code, local: number) => Code
}

const all = (c: Code, word: number): Code => c.words(word, word, word, word)
/** `i < n` by lane: of four words, or of two double words whose halves are the same. */
const below =
  (indices: readonly [number, number, number, number]) =>
  (c: Code): Code =>
    c
      .simd(SIMD.i32x4Splat)
      .words(...indices)
      .simd(SIMD.i32x4GtS)

const narrow = {
  count: 4,
  sub: SIMD.f32x4Sub,
  eq: SIMD.f32x4Eq,
  pmin: SIMD.f32x4Pmin,
  pmax: SIMD.f32x4Pmax,
  splat: (c: Code) => c.op(OP.f32DemoteF64).simd(SIMD.f32x4Splat),
  extract: (c: Code, lane: number) => c.simd(SIMD.f32x4Extract, lane).op(OP.f64PromoteF32),
  below: below([0, 1, 2, 3]),
  wide: [
    (c: Code, local: number) => c.get(local).simd(SIMD.promoteLow),
    (c: Code, local: number) =>
      c.get(local).get(local).shuffleWords(2, 3, 2, 3).simd(SIMD.promoteLow),
  ],
  single: (c: Code, local: number) => c.get(local),
}
const LIMIT = (2 - 2 ** -23) * 2 ** 127
const doubles = (f: FunctionBuilder): Lanes => ({
  count: 2,
  bytes: 8,
  sub: SIMD.f64x2Sub,
  eq: SIMD.f64x2Eq,
  pmin: SIMD.f64x2Pmin,
  pmax: SIMD.f64x2Pmax,
  load: (c) => c.simdMemory(SIMD.load, 0),
  splat: (c) => c.simd(SIMD.f64x2Splat),
  extract: (c, lane) => c.simd(SIMD.f64x2Extract, lane),
  below: below([0, 0, 1, 1]),
  wide: [(c, local) => c.get(local)],
  single: (c, local) => {
    const difference = f.local(V128)
    c.get(local).f64(LIMIT).simd(SIMD.f64x2Splat).simd(SIMD.f64x2Pmin)
    c.f64(-LIMIT).simd(SIMD.f64x2Splat).simd(SIMD.f64x2Pmax)
    c.get(local).get(local).get(local).simd(SIMD.f64x2Sub).tee(difference).get(difference)
    return c.simd(SIMD.f64x2Eq).simd(SIMD.bitselect).simd(SIMD.demote)
  },
})
/** @source as `f16ToF32` in helpers.ts: one exact multiplication moves the exponent */
function loadF16(c: Code, bits: number, magnitude: number): Code {
  c.simdMemory(SIMD.load16x4U, 0).tee(bits)
  all(c, 0x7fff).simd(SIMD.and).tee(magnitude).i32(13).simd(SIMD.i32x4Shl)
  all(c, 0x77800000).simd(SIMD.f32x4Mul)
  all(c.get(magnitude), 0x7bff).simd(SIMD.i32x4GtS)
  all(c, 0x7f800000).simd(SIMD.and).simd(SIMD.or)
  return all(c.get(bits), 0x8000).simd(SIMD.and).i32(16).simd(SIMD.i32x4Shl).simd(SIMD.or)
}
const loadBf16 = (c: Code): Code => c.simdMemory(SIMD.load16x4U, 0).i32(16).simd(SIMD.i32x4Shl)

export function lanesOf(dtype: DType, f: FunctionBuilder): Lanes {
  if (dtype === "f64") return doubles(f)
  const { bytes } = DTYPES[dtype]
  if (dtype === "f32") return { ...narrow, bytes, load: (c) => c.simdMemory(SIMD.load, 0) }
  if (dtype === "bf16") return { ...narrow, bytes, load: loadBf16 }
  const [bits, magnitude] = [f.local(V128), f.local(V128)]
  return { ...narrow, bytes, load: (c) => loadF16(c, bits, magnitude) }
}
