/** @file The function that measures rows while it is written: its parameters, its locals, where its bins are. */
import { MEASURED } from "@defnote/core"
import { F64, type FunctionBuilder, I32, V128, type WasmType } from "../encoder.ts"
import type { Lanes } from "./measure-lanes.ts"

/** Where the bins of a row begin, in bytes. While counting, a bin is two words that take turns. */
export const BINS_AT = 8 * MEASURED.length

/** The function that is written, and its locals. */
export type Measuring = ReturnType<typeof measuring>
export function measuring(f: FunctionBuilder, lanes: Lanes) {
  const of = (type: WasmType) => (): number => f.local(type)
  const [i32, f64, v128] = [of(I32), of(F64), of(V128)]
  return {
    f,
    c: f.code,
    lanes,
    // Parameters.
    x: 0,
    out: 1,
    rows: 2,
    length: 3,
    /** Of the row: where it is read, how many elements are to come; what its finite elements gave. */
    at: i32(),
    left: i32(),
    blocks: i32(),
    row: { n: f64(), mean: f64(), m2: f64(), squares: f64() },
    low: v128(),
    high: v128(),
    zeros: v128(),
    /** The place of the result in all lanes. */
    outs: v128(),
    /** Of the block: its elements, those in no whole vector, its end; the element that sums are taken around. */
    size: i32(),
    rest: i32(),
    stop: i32(),
    shift: f64(),
    shifts: v128(),
    center: v128(),
    finite: v128(),
    begin: i32(),
    block: { n: f64(), sum: f64(), squares: f64(), low: v128(), high: v128() },
    sums: lanes.wide.map(v128),
    squares: lanes.wide.map(v128),
  }
}
