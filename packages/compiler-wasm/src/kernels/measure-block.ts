/** @file What measuring does with one vector: counts it into bins, adds it to the sums of its block. */
import { type Code, I32, OP, SIMD, V128 } from "../encoder.ts"
import { BINS_AT, type Measuring } from "./measure-locals.ts"

/** Moves sign and exponent of an f32 to where they are the offset of a bin of eight bytes. */
const TO_OFFSET = 20
const OFFSETS = 0xff8

export function measureVector(m: Measuring, v: number): void {
  const { c, f, lanes } = m
  const [finite, w] = [f.local(V128), f.local(V128)]
  // x - x is 0 where x is finite, else NaN, which equals nothing
  c.get(v).get(v).simd(lanes.sub).tee(w).get(w).simd(lanes.eq).set(finite)
  countBins(m, v, finite)
  count(m, m.finite, () => c.get(finite))
  count(m, m.zeros, () => c.get(v).words(0, 0, 0, 0).simd(lanes.eq))
  // What is not finite is replaced by the shift: it adds nothing and is no extreme, nor is NaN.
  c.get(v).get(m.shifts).get(finite).simd(SIMD.bitselect).set(w)
  c.get(m.low).get(w).simd(lanes.pmin).set(m.low)
  c.get(m.high).get(w).simd(lanes.pmax).set(m.high)
  const d = f.local(V128)
  lanes.wide.forEach((wide, i) => {
    wide(c, w).get(m.center).simd(SIMD.f64x2Sub).set(d)
    c.get(m.sums[i]).get(d).simd(SIMD.f64x2Add).set(m.sums[i])
    c.get(m.squares[i]).get(d).get(d).simd(SIMD.f64x2Mul).simd(SIMD.f64x2Add).set(m.squares[i])
  })
}
/** A mask is -1 where it holds. */
function count({ c }: Measuring, counts: number, mask: () => void): void {
  c.get(counts)
  mask()
  c.simd(SIMD.i32x4Sub).set(counts)
}
/** The place of the bin of each lane. */
function binOffsets({ c, lanes, outs }: Measuring, v: number, finite: number): Code {
  lanes.single(c, v, finite).i32(TO_OFFSET).simd(SIMD.i32x4ShrU)
  return c.words(OFFSETS, OFFSETS, OFFSETS, OFFSETS).simd(SIMD.and).get(outs).simd(SIMD.i32x4Add)
}
/** Neighbours count into words of their own, so that equal bins in a row do not wait for each other. */
function countBins(m: Measuring, v: number, finite: number): void {
  const { c, f, lanes } = m
  const [offsets, bin] = [f.local(V128), f.local(I32)]
  binOffsets(m, v, finite).set(offsets)
  for (let lane = 0; lane < lanes.count; lane++) {
    const at = BINS_AT + 4 * (lane % 2)
    c.get(offsets).simd(SIMD.i32x4Extract, lane).tee(bin)
    c.get(bin).memory(OP.i32Load, at).i32(1).op(OP.i32Add).memory(OP.i32Store, at)
  }
}
/** Lanes behind the end held the shift in place of an element, and are counted no more. */
export function takeBack(m: Measuring): void {
  const { c, f, lanes, shifts, rest } = m
  const [finite, behind, bin] = [f.local(V128), f.local(V128), f.local(I32)]
  c.get(shifts).get(shifts).simd(lanes.sub).tee(finite).get(finite).simd(lanes.eq).set(finite)
  lanes.below(c.get(rest)).simd(SIMD.not).set(behind)
  c.get(m.finite).get(finite).get(behind).simd(SIMD.and).simd(SIMD.i32x4Add).set(m.finite)
  c.get(m.zeros).get(shifts).words(0, 0, 0, 0).simd(lanes.eq).get(behind).simd(SIMD.and)
  c.simd(SIMD.i32x4Add).set(m.zeros)
  binOffsets(m, shifts, finite).simd(SIMD.i32x4Extract, 0).tee(bin)
  c.get(bin).memory(OP.i32Load, BINS_AT).i32(lanes.count).get(rest).op(OP.i32Sub, OP.i32Sub)
  c.memory(OP.i32Store, BINS_AT)
}
