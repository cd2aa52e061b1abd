/** @file How many floating-point operations a node takes, from what its op declares. Knows no compiler. */
import { isFloat, sizeOf, type Tensor } from "@defnote/core"

const elements = (types: readonly { readonly shape: readonly number[] }[]): number =>
  types.reduce((sum, t) => sum + sizeOf(t.shape), 0)

/**
 * One operation an element for what works by elements, one an input element for a reduction, two for each product
 * of a contraction. Moves and control flow take none of their own. A measure for comparing, not a count of instructions.
 */
export function flopsOf(n: Tensor): number {
  if (!n.types.some((t) => isFloat(t.dtype)) && !n.inputs.some((x) => isFloat(x.type.dtype)))
    return 0
  switch (n.op.family) {
    case "unary":
    case "binary":
    case "compare":
    case "select":
    case "composite":
      return elements(n.types)
    case "reduce":
    case "cumulative":
      return elements(n.inputs.map((x) => x.type))
    case "contract":
      return 2 * productsOf(n)
    default:
      return 0
  }
}

/** Terms of all sums of a contraction: the product of the sizes of all its letters. */
function productsOf(n: Tensor): number {
  const [inputs] = String(n.attrs.spec).split("->")
  const sizes = new Map<string, number>()
  inputs.split(",").forEach((labels, k) => {
    ;[...labels].forEach((letter, axis) => {
      sizes.set(letter, n.inputs[k].shape[axis])
    })
  })
  return [...sizes.values()].reduce((a, b) => a * b, 1)
}
