import { compileScalar, declarations, type Op, scalarInstructions as s } from "@defnote/core"
import { describe, expect, test } from "vitest"
import { MEASURED, MEASURED_PAIRS, type Measured, measure, measurePair } from "./accuracy.ts"
import { type Big, EXACT, errorIn } from "./exact.ts"

const full = process.env.DEFNOTE_FULL === "1"
const POINTS = { f32: full ? 2 ** 21 : 2 ** 14, f64: full ? 20_000 : 400 }
/** The promise is 1.5 for the common functions, 4 for special functions, and 2 for the others (S11). */
const COMMON = new Set(["exp", "log", "tanh", "sin", "cos", "power", "erf"])
const bound = ({ name }: Measured): number => (COMMON.has(name) ? 1.5 : name === "erfInv" ? 4 : 2)

const text = (m: Measured): string =>
  `${m.name} ${m.dtype} ${m.ulp.toFixed(3)} ULP at ${m.at.join(", ")}`
for (const dtype of ["f32", "f64"] as const) {
  for (const fused of [true, false]) {
    describe(`S11 C13 error of ${dtype} definitions, ${fused ? "fma fused" : "fma as two roundings"}`, () => {
      test.each(MEASURED)("%s", (name) => {
        const m = measure(name, dtype, fused, POINTS[dtype])
        expect(m.ulp <= bound(m), text(m)).toBe(true)
      })
      test.each(MEASURED_PAIRS)("%s", (name) => {
        const m = measurePair(name, dtype, fused, POINTS[dtype])
        expect(m.ulp <= bound(m), text(m)).toBe(true)
      })
    })
  }
}

test("the exact oracle agrees with the functions of JavaScript", () => {
  const names = [
    "exp",
    "expm1",
    "log",
    "log2",
    "log1p",
    "tanh",
    "sinh",
    "cosh",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
  ]
  for (const name of names) {
    for (const x of [0.1, 0.37, 0.5, 0.93, 2 ** -70]) {
      const want = (Math as unknown as Record<string, (x: number) => number>)[name](x)
      const error = errorIn(want, EXACT[name](x) as Big, 52, -1022)
      expect(error <= 1.5, `${name}(${x}): ${error}`).toBe(true)
    }
  }
  for (const [y, x] of [
    [1, 2],
    [-3, -4],
    [1e300, 1e-5],
    [2, -1e10],
  ]) {
    expect(errorIn(Math.atan2(y, x), EXACT.atan2(y, x), 52, -1022)).toBeLessThan(1.5)
  }
})

/** The bits of a definition at a point, with both forms of fma. */
function bitsAt(name: string, x: number): string {
  const op = declarations().find((o) => o.name === name) as Op
  const root = (op.at as NonNullable<Op["at"]>)([], () => s.argument("f32", 0), {
    dtype: "f32",
  } as never)
  const y = [true, false].map(
    (fused) => compileScalar(root, { fused })({ argument: [Math.fround(x)] }) as number,
  )
  return y.map((v) => new Uint32Array(Float32Array.of(v).buffer)[0].toString(16)).join(" ")
}
test("golden bits: a changed coefficient shows, though the bound may hold", () => {
  const points = [0.1, 0.7, 0.99, 1.3, 2.9, 7.7, 1e6]
  const all = MEASURED.map((name) => `${name}: ${points.map((x) => bitsAt(name, x)).join(", ")}`)
  expect(all).toMatchSnapshot()
})
