/**
 * @file Counts, moments and the histogram of rows, in one pass over the memory of the tensor itself. The pass goes block by
 * block: sums are taken around an element of the block, so that they cancel little, and blocks are joined.
 * @source T. Chan, G. Golub, R. LeVeque, Algorithms for computing the sample variance, 1983
 */
import { isFloat, MEASURED, type Measured, SIGN_EXPONENT_BINS } from "@defnote/core"
import type { Coded } from "../coded.ts"
import { type Code, F64, FC, FunctionBuilder, I32, OP, SIMD, V128 } from "../encoder.ts"
import { measureFinite, measureVector, takeBack, takeBackFinite } from "./measure-block.ts"
import { lanesOf } from "./measure-lanes.ts"
import { BINS_AT, type Measuring, measuring } from "./measure-locals.ts"

/** Elements of a block: rounding grows by at most this factor. */
const BLOCK = 1024
/** Blocks between polls, some 100,000 elements. */
const POLL_EVERY = 128
const WIDTH = MEASURED.length + SIGN_EXPONENT_BINS
/** Where a fact of {@link MEASURED} stands in a row of the result, in bytes. */
const placeOf = (fact: Measured): number => 8 * MEASURED.indexOf(fact)
/** The bins of what is not finite: the exponent is all ones. */
const SPECIAL_BINS = [255, 511].map((bin) => BINS_AT + 8 * bin)

export const measure: Coded = (n) => {
  const [{ dtype, shape }] = n.inputs
  if (!isFloat(dtype)) return undefined
  const write = (poll: number): FunctionBuilder => {
    const f = new FunctionBuilder([I32, I32, I32, I32])
    rows(measuring(f, lanesOf(dtype, f)), poll)
    return f
  }
  return { key: `measure ${dtype}`, sizes: [n.size / WIDTH, shape[shape.length - 1]], write }
}

function rows(m: Measuring, poll: number): void {
  const { c } = m
  c.get(m.rows).op(OP.i32Eqz, OP.if, 0x40, OP.return, OP.end)
  c.get(m.x).set(m.at).op(OP.loop, 0x40)
  beginRow(m)
  c.get(m.length).op(OP.if, 0x40, OP.loop, 0x40)
  c.get(m.blocks)
    .i32(1)
    .op(OP.i32Add)
    .tee(m.blocks)
    .i32(POLL_EVERY - 1)
  c.op(OP.i32And, OP.i32Eqz, OP.if, 0x40).call(poll).op(OP.end)
  block(m)
  c.get(m.left).op(OP.brIf).u(0).op(OP.end, OP.end)
  endRow(m)
  c.get(m.out)
    .i32(8 * WIDTH)
    .op(OP.i32Add)
    .set(m.out)
  c.get(m.rows).i32(1).op(OP.i32Sub).tee(m.rows).op(OP.brIf).u(0).op(OP.end)
}
function beginRow(m: Measuring): void {
  const { c, lanes, row } = m
  c.get(m.out)
    .i32(0)
    .i32(8 * WIDTH)
    .fc(FC.memoryFill, 0)
  for (const sum of Object.values(row)) c.f64(0).set(sum)
  lanes.splat(c.f64(Number.POSITIVE_INFINITY)).set(m.low)
  lanes.splat(c.f64(Number.NEGATIVE_INFINITY)).set(m.high)
  c.get(m.out).simd(SIMD.i32x4Splat).set(m.outs)
  clear(c, m.zeros)
  c.get(m.length).set(m.left)
}
function clear(c: Code, ...vectors: readonly number[]): void {
  for (const v of vectors) c.words(0, 0, 0, 0).set(v)
}

// ---- a block ----
function block(m: Measuring): void {
  const { c, f } = m
  const before = f.local(I32)
  beginBlock(m)
  findShift(m)
  specialWords(m).set(before)
  pass(m, measureVector, takeBack)
  c.get(m.size).op(OP.f64ConvertI32U).set(m.block.n)
  specialWords(m).get(before).op(OP.i32Ne, OP.if, 0x40).get(m.begin).set(m.at)
  pass(m, measureFinite, takeBackFinite)
  lanesTotal(m, m.finite).set(m.block.n).op(OP.end)
  join(m)
}
/** Goes over the block, vector by vector. Lanes behind its end hold the shift, which adds nothing but counts. */
function pass(
  m: Measuring,
  vector: (m: Measuring, v: number) => void,
  takeBackCounts: (m: Measuring) => void,
): void {
  const { c, lanes, f } = m
  const v = f.local(V128)
  clear(c, m.finite, ...m.sums, ...m.squares)
  c.get(m.shifts).tee(m.block.low).set(m.block.high)
  c.get(m.at).get(m.stop).op(OP.i32LtU, OP.if, 0x40, OP.loop, 0x40)
  lanes.load(c.get(m.at)).set(v)
  vector(m, v)
  step(m, lanes.count)
  c.get(m.at).get(m.stop).op(OP.i32LtU, OP.brIf).u(0).op(OP.end, OP.end)
  c.get(m.rest).op(OP.if, 0x40)
  lanes.load(c.get(m.at)).get(m.shifts)
  lanes.below(c.get(m.rest)).simd(SIMD.bitselect).set(v)
  vector(m, v)
  takeBackCounts(m)
  c.get(m.rest).i32(lanes.bytes).op(OP.i32Mul).get(m.at).op(OP.i32Add).set(m.at).op(OP.end)
}
/** How many elements of the row so far were not finite. */
function specialWords({ c, out }: Measuring): Code {
  const words = SPECIAL_BINS.flatMap((at) => [at, at + 4])
  words.forEach((at, i) => {
    c.get(out).memory(OP.i32Load, at)
    if (i) c.op(OP.i32Add)
  })
  return c
}
function step({ c, lanes, at }: Measuring, elements: number): void {
  c.get(at)
    .i32(elements * lanes.bytes)
    .op(OP.i32Add)
    .set(at)
}
function beginBlock({ c, lanes, at, left, size, rest, stop, begin }: Measuring): void {
  c.get(at).set(begin)
  c.get(left).i32(BLOCK).get(left).i32(BLOCK).op(OP.i32LtU, OP.select).tee(size)
  c.i32(lanes.count - 1)
    .op(OP.i32And)
    .set(rest)
  c.get(left).get(size).op(OP.i32Sub).set(left)
  c.get(size).get(rest).op(OP.i32Sub).i32(lanes.bytes).op(OP.i32Mul)
  c.get(at).op(OP.i32Add).set(stop)
}
/** The first finite element of the block; NaN where there is none, and then the block has no sums. */
function findShift({ c, f, lanes, at, size, shift, shifts, center }: Measuring): void {
  const p = f.local(I32)
  const x = f.local(F64)
  c.f64(Number.NaN).set(shift).get(at).set(p).op(OP.loop, 0x40)
  lanes
    .extract(lanes.load(c.get(p)), 0)
    .tee(x)
    .get(x)
    .op(OP.f64Sub)
    .f64(0)
    .op(OP.f64Eq)
  c.op(OP.if, 0x40).get(x).set(shift).op(OP.else)
  c.get(p).i32(lanes.bytes).op(OP.i32Add).tee(p)
  c.get(size).i32(lanes.bytes).op(OP.i32Mul).get(at).op(OP.i32Add).op(OP.i32LtU, OP.brIf).u(1)
  c.op(OP.end, OP.end)
  lanes.splat(c.get(shift)).set(shifts)
  c.get(shift).simd(SIMD.f64x2Splat).set(center)
}
/** Adds the sums of the block to those of the row. */
function join(m: Measuring): void {
  const { c, f, row, block, shift } = m
  c.get(block.n).f64(0).op(OP.f64Gt, OP.if, 0x40)
  c.get(m.low).get(block.low).simd(m.lanes.pmin).set(m.low)
  c.get(m.high).get(block.high).simd(m.lanes.pmax).set(m.high)
  total(m, m.sums).set(block.sum)
  total(m, m.squares).set(block.squares)
  const [mean, off, sum] = [f.local(F64), f.local(F64), f.local(F64)]
  // Around the shift: Σx² = Σd² + s(2Σd + ns).
  c.get(row.squares).get(block.squares).op(OP.f64Add)
  c.get(block.sum).get(block.sum).op(OP.f64Add).get(block.n).get(shift).op(OP.f64Mul, OP.f64Add)
  c.get(shift).op(OP.f64Mul, OP.f64Add).set(row.squares)
  c.get(block.sum).get(block.n).op(OP.f64Div).tee(mean).get(shift).op(OP.f64Add)
  c.get(row.mean).op(OP.f64Sub).set(off)
  c.get(row.n).get(block.n).op(OP.f64Add).set(sum)
  c.get(row.m2)
  within(m, mean)
  c.op(OP.f64Add)
  c.get(off).get(off).get(row.n).op(OP.f64Mul).get(block.n).op(OP.f64Mul).get(sum)
  c.op(OP.f64Div, OP.f64Mul, OP.f64Add).set(row.m2)
  c.get(row.mean).get(off).get(block.n).get(sum).op(OP.f64Div, OP.f64Mul, OP.f64Add).set(row.mean)
  c.get(sum).set(row.n).op(OP.end)
}
/** Squared distances to the mean of the block: Σd² - n m², with m the mean of the d. Beyond f64 it is infinite, not NaN. */
function within({ c, block }: Measuring, mean: number): void {
  c.get(block.squares).get(block.sum).get(mean).op(OP.f64Mul, OP.f64Sub).f64(0).op(OP.f64Max)
  c.f64(Number.POSITIVE_INFINITY).get(block.squares).f64(Number.POSITIVE_INFINITY)
  c.op(OP.f64Lt, OP.select)
}
/** The sum of the lanes of all these vectors of f64. */
function total({ c }: Measuring, vectors: readonly number[]): Code {
  vectors.forEach((v, i) => {
    c.get(v)
    if (i) c.simd(SIMD.f64x2Add)
  })
  const [v] = vectors
  return c.tee(v).simd(SIMD.f64x2Extract, 0).get(v).simd(SIMD.f64x2Extract, 1).op(OP.f64Add)
}
/** The sum of counts by lane, as f64. */
function lanesTotal({ c, lanes }: Measuring, counts: number): Code {
  for (let lane = 0; lane < 4; lane += 4 / lanes.count) {
    c.get(counts).simd(SIMD.i32x4Extract, lane)
    if (lane) c.op(OP.i32Add)
  }
  return c.op(OP.f64ConvertI32U)
}

// ---- the end of a row ----
function endRow(m: Measuring): void {
  const { c, f, row } = m
  const special = f.local(F64)
  const put = (fact: Measured, value: () => void): void => {
    c.get(m.out)
    value()
    c.memory(OP.f64Store, placeOf(fact))
  }
  joinWords(m)
  put("n", () => c.get(m.length).op(OP.f64ConvertI32U))
  put("zeros", () => lanesTotal(m, m.zeros))
  put("min", () => fold(m, m.low, OP.f64Min))
  put("max", () => fold(m, m.high, OP.f64Max))
  put("mean", () => c.get(row.mean).f64(Number.NaN).get(row.n).f64(0).op(OP.f64Gt, OP.select))
  put("m2", () => orInfinite(m, row.m2))
  put("squares", () => orInfinite(m, row.squares))
  for (const [i, at] of SPECIAL_BINS.entries()) {
    c.get(m.out).memory(OP.f64Load, at)
    if (i) c.op(OP.f64Add)
  }
  c.tee(special).f64(0).op(OP.f64Gt, OP.if, 0x40)
  countInfinities(m)
  put("nan", () => {
    c.get(special)
    for (const fact of ["posInf", "negInf"] as const)
      c.get(m.out).memory(OP.f64Load, placeOf(fact)).op(OP.f64Sub)
  })
  for (const at of SPECIAL_BINS) c.get(m.out).f64(0).memory(OP.f64Store, at)
  c.op(OP.end)
}
/** Squares beyond f64 may have met with both signs. */
function orInfinite({ c }: Measuring, x: number): void {
  c.get(x).f64(Number.POSITIVE_INFINITY).get(x).get(x).op(OP.f64Eq, OP.select)
}
/** Each bin becomes one f64 where its two words are. */
function joinWords({ c, f, out }: Measuring): void {
  const [p, v] = [f.local(I32), f.local(V128)]
  c.get(out).set(p).op(OP.loop, 0x40).get(p).get(p).simdMemory(SIMD.load, BINS_AT).tee(v)
  c.get(v).i32(32).simd(SIMD.i64x2ShrU).simd(SIMD.i32x4Add).tee(v).get(v).shuffleWords(0, 2, 0, 2)
  c.simd(SIMD.i32ToF64ULow).simdMemory(SIMD.store, BINS_AT)
  c.get(p)
    .i32(16)
    .op(OP.i32Add)
    .tee(p)
    .get(out)
    .op(OP.i32Sub)
    .i32(8 * SIGN_EXPONENT_BINS)
  c.op(OP.i32LtU, OP.brIf).u(0).op(OP.end)
}
function fold({ c, lanes }: Measuring, v: number, combine: number): void {
  for (let lane = 0; lane < lanes.count; lane++) {
    lanes.extract(c.get(v), lane)
    if (lane) c.op(combine)
  }
}
/** Once more over a row that holds something not finite, element by element. */
function countInfinities({ c, f, lanes, at, length, out }: Measuring): void {
  const [p, x] = [f.local(I32), f.local(F64)]
  c.get(at).get(length).i32(lanes.bytes).op(OP.i32Mul, OP.i32Sub).set(p).op(OP.loop, 0x40)
  lanes.extract(lanes.load(c.get(p)), 0).set(x)
  for (const [fact, value] of [
    ["posInf", Infinity],
    ["negInf", -Infinity],
  ] as const) {
    c.get(out).get(out).memory(OP.f64Load, placeOf(fact))
    c.get(x)
      .f64(value)
      .op(OP.f64Eq, OP.f64ConvertI32U, OP.f64Add)
      .memory(OP.f64Store, placeOf(fact))
  }
  c.get(p).i32(lanes.bytes).op(OP.i32Add).tee(p).get(at).op(OP.i32LtU, OP.brIf).u(0).op(OP.end)
}
