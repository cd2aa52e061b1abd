/** Options that are none, or have a name of another library, are an error, never ignored (K4). */
import { describe, expect, test } from "vitest"
import * as d from "./index.ts"

const x = d.tensor([
  [1, 2],
  [3, 4],
])
const key = d.random.key(0)
/** Called as JavaScript calls: without a type checker before it. */
const loose = d as unknown as Record<string, (...args: unknown[]) => unknown>
const random = d.random as unknown as Record<string, (...args: unknown[]) => unknown>

describe("K4 options", () => {
  test.each([
    ["sum", [x, 0], "sum: 0 in place of the options, which stand in an object\nWrite { axis: 0 }."],
    ["mean", [x, [0, 1]], "Write { axes: [0, 1] }."],
    ["softmax", [x, 1], "Write { axis: 1 }."],
    ["cumSum", [x, 1], "Write { axis: 1 }."],
    ["sort", [x, "descending"], 'sort: "descending" in place of the options'],
    ["concatenate", [[x, x], 1], "Write { axis: 1 }."],
    ["where", [d.greater(x, 1), x, 0], undefined],
    ["sum", [x, { keepDims: true }], "Write keepAxes in place of keepDims."],
    ["sum", [x, { keepaxes: true }], "Write keepAxes in place of keepaxes."],
    ["sum", [x, { dim: 1 }], "Write axis in place of dim."],
    ["sum", [x, { axiss: 1 }], 'sum: option "axiss"; options are axis, axes, keepAxes, nan'],
    ["variance", [x, { ddof: 1 }], "Write degreesOfFreedom in place of ddof."],
    ["norm", [x, { ord: 1 }], "Write order in place of ord."],
    ["argMax", [x, { axes: [0] }], "Write axis in place of axes."],
    ["zeros", [[2], { dtypes: "f64" }], 'zeros: option "dtypes"; options are dtype, names'],
    ["zeros", [[2], "f64"], 'zeros: "f64" in place of the options'],
    ["arange", [3, { type: "i32" }], "Write dtype in place of type."],
    ["eye", [3, { type: "i32" }], "Write dtype in place of type."],
    ["leakyRelu", [x, 0.1], "leakyRelu: 0.1 in place of the options"],
    ["allClose", [x, x, { rtol: 1 }], "Write relative in place of rtol."],
    ["take", [x, d.tensor([0], { dtype: "i32" }), { dim: 1 }], "Write axis in place of dim."],
    ["topK", [x, 1, { order: "x" }], 'topK: option "order"; options are axis, direction'],
    ["tensor", [[1], { type: "f64" }], "Write dtype in place of type."],
    ["vmap", [(y: d.Tensor) => y, { in_axes: 0 }], "Write inAxes in place of in_axes."],
    ["grad", [(y: d.Tensor) => y, { argnums: 0 }], "Write argNumbers in place of argnums."],
    ["defn", [(y: d.Tensor) => y, { chekcs: true }], 'defn: option "chekcs"'],
  ] as const)("%s %#", (name, args, message) => {
    const call = (): unknown => loose[name](...args)
    if (message === undefined) call()
    else {
      expect(call).toThrow(d.OptionError)
      expect(call).toThrow(message)
    }
  })
  test("of random numbers", () => {
    expect(() => random.normal(key, [2], { std: 2 })).toThrow(
      "Write standardDeviation in place of std.",
    )
    expect(() => random.uniform(key, [2], 0, 1)).toThrow(
      "random.uniform: 0 in place of the options",
    )
  })
  test("of a traced call, with the op", () => {
    const f = d.defn((y: d.Tensor) => d.sum(y, { keepdims: true } as object))
    expect(() => f(x)).toThrow("Write keepAxes in place of keepdims.")
  })
  test("a name of Object's own is no option", () => {
    expect(() => loose.sum(x, { constructor: 1 })).toThrow('sum: option "constructor"')
    expect(() => loose.sum(x, null)).toThrow("sum: null in place of the options")
  })
})
