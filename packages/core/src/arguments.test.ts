/** Arguments that cannot be are named, whatever the engine stumbled over (K4). */
import { describe, expect, test } from "vitest"
import * as d from "./index.ts"

const x = d.tensor([
  [1, 2],
  [3, 4],
])
/** Called as JavaScript calls: without a type checker before it. */
const loose = d as unknown as Record<string, (...args: unknown[]) => unknown>

describe("K4 arguments", () => {
  test.each([
    ["add", [x, "a"], 'add: argument 2 is "a", which is neither a tensor nor a number'],
    ["add", [x, null], "add: argument 2 is null"],
    ["add", [x, new Date(0)], "add: argument 2 is a Date"],
    ["add", [x], "add: does not take f32[2,2]"],
    ["matmul", [x], "matmul: argument 2 is missing; it was called with f32[2,2]"],
    [
      "matmul",
      [x, [[1]]],
      "matmul: argument 2 is a list, which is neither a tensor nor a number\nMake a tensor",
    ],
    ["exp", [], "exp: argument 1 is missing; it was called with nothing"],
    ["mean", [[1, 2]], "mean: argument 1 is a list"],
    ["softmax", [[1, 2]], "softmax: argument 1 is a list"],
    ["allClose", [x, "a"], 'allClose: argument 2 is "a"'],
    ["clip", [x, "a", 1], 'clip: argument 2 is "a"'],
    ["take", [x, 0], "take: does not take f32[2,2], 0"],
    ["cond", [true, x, x], "cond: does not take true, f32[2,2], f32[2,2]"],
    ["einsum", ["ij->i", [[1]]], "einsum: operand 1 is a list; operands are tensors"],
    ["vmap", [3], "vmap: takes a function, not 3"],
    ["sum", [x, { nan: "skip" }], 'sum: nan "skip"; it is "propagate" or "ignore"'],
    ["round", [x, { half: "up" }], 'round: half "up"; it is "away" or "even"'],
  ] as const)("%s %#", (name, args, message) => {
    const eager = (): unknown => loose[name](...args)
    expect(eager).toThrow(d.DefnoteError)
    expect(eager).toThrow(message)
    const traced = d.defn((y: d.Tensor) => d.add(loose[name](...args) as d.Tensor, y))
    expect(() => traced(x)).toThrow(message)
  })
  test("random numbers without a key", () => {
    const random = d.random as unknown as Record<string, (...args: unknown[]) => unknown>
    expect(() => random.normal(3, [2])).toThrow("random.normal: 3 is no key; a key is u32[2]")
  })
  test("the outermost function speaks: its name stands in the text", () => {
    expect(() => loose.standardDeviation(["a"])).toThrow("standardDeviation: argument 1 is a list")
  })
  test("what a callback throws stays what it is", () => {
    const broken = (): never => {
      throw new TypeError("mine")
    }
    expect(() => d.scan(d.zeros([]), x, broken)).toThrow(new TypeError("mine"))
    expect(() => d.defn((y: d.Tensor) => d.add(y, broken()))(x)).toThrow(new TypeError("mine"))
  })
  test("where no argument stands out, what was thrown is the cause", () => {
    try {
      loose.take(x, 0)
    } catch (e) {
      expect((e as Error).cause).toBeInstanceOf(TypeError)
    }
    expect.assertions(1)
  })
})
