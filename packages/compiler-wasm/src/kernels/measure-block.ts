/** @file What measuring does with one vector: counts it into bins, adds it to the sums of its block. */
import { type Code, I32, OP, SIMD, V128 } from "../encoder.ts"
import { BINS_AT, type Measuring } from "./measure-locals.ts"

/** Moves sign and exponent of an f32 to where they are the offset of a bin of eight bytes. */
const TO_OFFSET = 20
const OFFSETS = 0xff8

/** Counts a vector, and adds it up as if all of it were finite. */
export function measureVector(m: Measuring, v: number): void {
  countBins(m, v)
  count(m, m.zeros, () => isZero(m, v))
  addUp(m, v)
}
/** Adds up what is finite in a vector that was counted. */
export function measureFinite(m: Measuring, v: number): void {
  const { c, f } = m
  const [finite, w] = [f.local(V128), f.local(V128)]
  isFinite(m, v, w).set(finite)
  count(m, m.finite, () => c.get(finite))
  // What is not finite is replaced by the shift: it adds nothing and is no extreme.
  c.get(v).get(m.shifts).get(finite).simd(SIMD.bitselect).set(w)
  addUp(m, w)
}
/** x - x is 0 where x is finite, else NaN, which equals nothing. */
const isFinite = ({ c, lanes }: Measuring, x: number, difference: number): Code =>
  c.get(x).get(x).simd(lanes.sub).tee(difference).get(difference).simd(lanes.eq)
const isZero = ({ c, lanes }: Measuring, x: number): Code =>
  c.get(x).words(0, 0, 0, 0).simd(lanes.eq)
/** NaN is no extreme: whichever stands first stays. */
function addUp(m: Measuring, v: number): void {
  const { c, f, lanes } = m
  c.get(m.block.low).get(v).simd(lanes.pmin).set(m.block.low)
  c.get(m.block.high).get(v).simd(lanes.pmax).set(m.block.high)
  const d = f.local(V128)
  lanes.wide.forEach((wide, i) => {
    wide(c, v).get(m.center).simd(SIMD.f64x2Sub).set(d)
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
function binOffsets({ c, lanes, outs }: Measuring, v: number): Code {
  lanes.single(c, v).i32(TO_OFFSET).simd(SIMD.i32x4ShrU)
  return c.words(OFFSETS, OFFSETS, OFFSETS, OFFSETS).simd(SIMD.and).get(outs).simd(SIMD.i32x4Add)
}
/** Neighbours count into words of their own, so that equal bins in a row do not wait for each other. */
function countBins(m: Measuring, v: number): void {
  const { c, f, lanes } = m
  const [offsets, bin] = [f.local(V128), f.local(I32)]
  binOffsets(m, v).set(offsets)
  for (let lane = 0; lane < lanes.count; lane++) {
    const at = BINS_AT + 4 * (lane % 2)
    c.get(offsets).simd(SIMD.i32x4Extract, lane).tee(bin)
    c.get(bin).memory(OP.i32Load, at).i32(1).op(OP.i32Add).memory(OP.i32Store, at)
  }
}

/** Lanes behind the end held the shift in place of an element, and are counted no more. */
export function takeBack(m: Measuring): void {
  const { c, f, lanes, shifts, rest } = m
  const bin = f.local(I32)
  takeBackLanes(m, m.zeros, () => isZero(m, shifts))
  binOffsets(m, shifts).simd(SIMD.i32x4Extract, 0).tee(bin)
  c.get(bin).memory(OP.i32Load, BINS_AT).i32(lanes.count).get(rest).op(OP.i32Sub, OP.i32Sub)
  c.memory(OP.i32Store, BINS_AT)
}
export const takeBackFinite = (m: Measuring): void =>
  takeBackLanes(m, m.finite, () => isFinite(m, m.shifts, m.f.local(V128)))
function takeBackLanes({ c, lanes, rest }: Measuring, counts: number, mask: () => void): void {
  c.get(counts)
  mask()
  lanes.below(c.get(rest)).simd(SIMD.not).simd(SIMD.and).simd(SIMD.i32x4Add).set(counts)
}
