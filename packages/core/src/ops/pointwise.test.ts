import { expect, test } from "vitest"
import { graphOf } from "../graph.ts"
import type { TensorType } from "../shape.ts"
import { formatType } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { Trace, withTrace } from "../trace.ts"
import * as d from "./table.ts"

/** The printed types of the outputs of `f`. */
function typed(types: readonly TensorType[], f: (...x: Tensor[]) => Tensor): string {
  return withTrace(new Trace(), () =>
    formatType(graphOf(types, (...x) => [f(...x)]).outputs[0].type),
  )
}
const t = (dtype: TensorType["dtype"], ...shape: number[]): TensorType => ({ dtype, shape })

test("S2 a literal takes the dtype of a float tensor, and of an integer tensor where it fits", () => {
  expect(typed([t("f16", 3)], (x) => d.add(x, 2.5))).toBe("f16[3]")
  expect(typed([t("u8", 3)], (x) => d.multiply(x, 2))).toBe("u8[3]")
  expect(typed([t("u8", 3)], (x) => d.multiply(x, 300))).toBe("f32[3]")
  expect(typed([t("u8", 3)], (x) => d.subtract(x, -1))).toBe("f32[3]")
  expect(typed([t("i64", 3)], (x) => d.add(x, 0.5))).toBe("f32[3]")
  expect(typed([t("bool", 3)], (x) => d.add(x, 1))).toBe("f32[3]")
  expect(typed([t("i32", 3)], (x) => d.add(x, Number.NaN))).toBe("f32[3]")
})
test("S4 operands are promoted, and division of integers is f32", () => {
  expect(typed([t("f16"), t("bf16")], d.add)).toBe("f32[]")
  expect(typed([t("i64"), t("i64")], d.divide)).toBe("f32[]")
  expect(typed([t("u8"), t("i8")], d.add)).toBe("i16[]")
  expect(typed([t("i64")], d.exp)).toBe("f32[]")
})
test("operands are broadcast, and names are merged (S14)", () => {
  expect(typed([t("f32", 2, 1), t("f32", 3)], d.add)).toBe("f32[2,3]")
  expect(typed([t("bool", 3), t("f32", 2, 1), t("f32")], d.where)).toBe("f32[2,3]")
  const named: TensorType = { dtype: "f32", shape: [2, 3], names: ["row", null] }
  expect(typed([named, t("f32", 3)], d.add)).toBe("f32[row 2, 3]")
})
test("errors name the op, the dtypes and the remedy", () => {
  expect(() => typed([t("f32", 3), t("f32", 3)], d.bitwiseAnd)).toThrow(
    /bitwiseAnd: the operands are f32/,
  )
  expect(() => typed([t("bool", 3), t("bool", 3)], d.subtract)).toThrow(
    /subtract: the operands are bool/,
  )
  expect(() => typed([t("f32", 3), t("f32", 4)], d.add)).toThrow(
    /add: cannot broadcast f32\[3\] with f32\[4\]/,
  )
})
