import * as methods from "@defnote/core"
import { DTYPES } from "@defnote/core"
import { describe, expect, test } from "vitest"
import { inOurWords } from "./messages.ts"

describe("D5.1 type errors in words about tensors", () => {
  test("a wrong operand is named, the generic function behind the operator is not", () => {
    const message =
      "Argument of type 'string[]' is not assignable to parameter of type 'TensorLike'.\n  Type 'string[]' is missing the following properties from type 'Tensor<any>': op, inputs, and 159 more."
    expect(inOurWords(message)).toBe(
      "This operand is of type 'string[]'; operators inside defn take tensors and numbers.",
    )
  })
  test("the last overload of + is the one about tensors", () => {
    const message =
      "No overload matches this call.\n  The last overload gave the following error.\n    Argument of type '{ a: number; }' is not assignable to parameter of type 'TensorLike'."
    expect(inOurWords(message)).toContain("type '{ a: number; }'")
  })
  test.each([
    ["+", "add"],
    ["+=", "add"],
    ["<=", "lessEqual"],
    ["**=", "power"],
    [">>", "rightShift"],
  ])("outside of defn the method for %s is named", (operator, method) => {
    const message = `Operator '${operator}' cannot be applied to types 'Tensor<"f32">' and 'number'.`
    expect(inOurWords(message)).toMatch(new RegExp(`here, write a\\.${method}\\(b\\)\\.$`))
    expect(Object.hasOwn(methods, method)).toBe(true)
  })
  test("an operator that tensors do not have keeps the checker's words", () => {
    const message = "Operator '>>>' cannot be applied to types 'Tensor<any>' and 'number'."
    expect(inOurWords(message)).toBe(message.replace("Tensor<any>", "Tensor"))
  })
  test("the dtypes of the sentence about them are those that there are", () => {
    const said = inOurWords(
      `Argument of type '"f80"' is not assignable to parameter of type 'DType'.`,
    )
    expect(said).toBe(`"f80" is no dtype; there are ${Object.keys(DTYPES).join(", ")}.`)
  })
  test("a tensor of any dtype is a Tensor; other messages stay", () => {
    expect(inOurWords("Property 'summ' does not exist on type 'Tensor<any>'.")).toBe(
      "Tensors have no 'summ'.",
    )
    expect(inOurWords("Cannot find name 'x'.")).toBe("Cannot find name 'x'.")
  })
})
