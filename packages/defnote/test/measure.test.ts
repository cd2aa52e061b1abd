/** @file Statistics that a compiled program makes itself are those of the oracle, and of a plain pass over the elements. */
import "defnote"
import {
  allocate,
  CpuStorage,
  cast,
  compilerNamed,
  type DType,
  declarations,
  engine,
  type Graph,
  graphOf,
  MEASURED,
  make,
  measure,
  type Op,
  type Storage,
  write,
} from "@defnote/core"
import { numbersOf, statistics, statisticsOf } from "@defnote/inspect"
import { describe, expect, test, vi } from "vitest"

/** Over many magnitudes, with what floats have beside numbers. */
const SPECIAL = [0, -0, Number.NaN, Infinity, -Infinity, 1e-310, 1e300, 1e-42, -3e-5, 65504]
const measureOp = declarations().find((op) => op.name === "measure") as Op
const DTYPES = ["f32", "f64", "f16", "bf16"] as const
const mixedAt = (i: number): number =>
  i % 7 === 0 ? SPECIAL[(i / 7) % SPECIAL.length] : Math.sin(i) * 2 ** ((i % 60) - 30)
const plainAt = (i: number): number => (Math.cos(i) + 1.5) * (i % 2 ? -1 : 1)
const KINDS: Readonly<Record<string, (i: number) => number>> = {
  mixed: mixedAt,
  "finite and without zeros": plainAt,
  "a large mean": (i) => 1000 + Math.sin(i),
  zeros: (i) => (i % 2 ? 0 : -0),
  "nothing finite": (i) => SPECIAL[2 + (i % 3)],
  "finite after a block of NaN": (i) => (i < 1030 ? Number.NaN : plainAt(i)),
  "all alike": () => 0.1,
}
/** Around the vectors of two and four elements and the blocks of 1,024. */
const SIZES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1023, 1024, 1025, 1027, 2048, 2050]

function stored(dtype: DType, n: number, at: (i: number) => number): CpuStorage {
  const memory = allocate(dtype, n)
  for (let i = 0; i < n; i++) write(dtype, memory, i, cast(at(i), "f64", dtype))
  return new CpuStorage(memory.buffer as ArrayBuffer)
}
const run = (name: string, graph: Graph, x: Storage): Float64Array =>
  numbersOf(compilerNamed(name).compile(graph, {}).run([x])[0], "f64")

const EXACT = MEASURED.filter((fact) => !["mean", "m2", "squares"].includes(fact))
/** Counts, extremes and bins are equal; sums may be rounded in another order. */
function close(found: Float64Array, wanted: Float64Array): void {
  const exact = (row: Float64Array) => EXACT.map((f) => row[MEASURED.indexOf(f)] + 0)
  expect(exact(found)).toEqual(exact(wanted))
  const bins = (row: Float64Array): number[] => [...row.subarray(MEASURED.length)]
  expect(bins(found)).toEqual(bins(wanted))
  const of = (row: Float64Array, fact: "mean" | "m2" | "squares") => row[MEASURED.indexOf(fact)]
  const size = Math.sqrt(of(wanted, "squares"))
  for (const fact of ["mean", "m2", "squares"] as const) {
    const [a, b] = [of(found, fact), of(wanted, fact)]
    // A mean near 0 among large elements, and a deviation of elements that are all alike, are rounding.
    const slack = fact === "mean" ? size : 1e-6 * size * size
    if (a !== b && !(Number.isNaN(a) && Number.isNaN(b)))
      expect(Math.abs(a - b), fact).toBeLessThanOrEqual(1e-11 * Math.max(Math.abs(b), slack))
  }
}

describe.each(DTYPES)("%s as the oracle has it", (dtype) => {
  test.each(Object.keys(KINDS))("%s", (kind) => {
    for (const n of SIZES) {
      const graph = graphOf([{ dtype, shape: [n] }], (x) => [measure(x)])
      const x = stored(dtype, n, KINDS[kind])
      close(run("wasm", graph, x), run("reference", graph, x))
    }
  })
  test("rows, also such that do not begin at a multiple of a vector", () => {
    for (const [rows, n] of [
      [5, 3],
      [3, 1025],
      [4, 0],
      [0, 4],
    ]) {
      const graph = graphOf([{ dtype, shape: [rows, n] }], (x) => [make(measureOp, [x])])
      const x = stored(dtype, rows * n, mixedAt)
      const [found, wanted] = [run("wasm", graph, x), run("reference", graph, x)]
      expect(found.length).toBe(wanted.length)
      const width = wanted.length / Math.max(1, rows)
      for (let r = 0; r < rows; r++)
        close(
          found.subarray(r * width, (r + 1) * width),
          wanted.subarray(r * width, (r + 1) * width),
        )
    }
  })
})

test("K2.1 measuring many elements asks whether to stop", () => {
  const graph = graphOf([{ dtype: "f32", shape: [2 ** 20] }], (x) => [measure(x)])
  const executable = compilerNamed("wasm").compile(graph, {})
  const poll = vi.spyOn(engine, "poll")
  executable.run([stored("f32", 2 ** 20, () => 1)])
  expect(poll.mock.calls.length).toBeGreaterThanOrEqual(8)
  poll.mockRestore()
})

describe.each(["wasm", "reference"])("read back from %s", (name) => {
  test.each(["f32", "f64"] as const)("as from a plain pass over %s", (dtype) => {
    for (const at of Object.values(KINDS)) {
      const x = stored(dtype, 500, at)
      const graph = graphOf([{ dtype, shape: [500] }], (y) => [measure(y)])
      const [found, wanted] = [statisticsOf(run(name, graph, x)), statistics(numbersOf(x, dtype))]
      for (const key of ["n", "zeros", "nan", "posInf", "negInf", "min", "max"] as const)
        expect(found[key] + 0, key).toBe(wanted[key] + 0)
      for (const key of ["mean", "rms", "l2"] as const)
        if (!Object.is(found[key], wanted[key]))
          expect(Math.abs(found[key] - wanted[key]) || 0, key).toBeLessThanOrEqual(
            1e-9 * (wanted.l2 || 1),
          )
      expect([...found.bins]).toEqual([...wanted.bins])
      expect([...found.histogram]).toEqual([...wanted.histogram])
    }
  })
})
