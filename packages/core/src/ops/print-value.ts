/** @file printValue: shows a value when the program runs (C11). Where the text goes is the embedder's matter. */
import { allocate } from "../dtype.ts"
import { publiclyAs } from "../eager.ts"
import { OptionError } from "../errors.ts"
import { make } from "../make.ts"
import { write } from "../number.ts"
import type { Op, Values } from "../op.ts"
import { formatTensor } from "../print.ts"
import type { TensorType } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { declare } from "./declare.ts"
import { nextSerial } from "./effect.ts"

let output = (text: string): void => console.log(text)
/** Where printed values go: to the cell that started the run. */
export function setPrinter(printer: (text: string) => void): void {
  output = printer
}

function format(t: TensorType, x: Values): string {
  const elements = allocate(t.dtype, x.length)
  for (let i = 0; i < x.length; i++) write(t.dtype, elements, i, x[i])
  return formatTensor(t, elements)
}
/** Prints its operand. Compilers call `evaluate` with the values, in the order of the effects. */
export const printOp: Op = declare({
  name: "printValue",
  family: "effect",
  effect: true,
  type: ([t]) => [t],
  vjp: { flat: "an effect is not on the data path" },
  evaluate: ([x], n) => {
    const { label } = n.attrs as { label: string }
    output(`${label ? `${label}: ` : ""}${format(n.type, x)}`)
    return [x]
  },
})
/**
 * Shows `x` each time the program runs, with its label; gives `x` back, so it stands anywhere in an expression. The
 * gradient of a function that prints does not print again.
 * @example const h = printValue(matmul(x, w), "h")
 */
export const printValue = publiclyAs(
  "printValue",
  <T extends Tensor>(x: T, label = ""): T => {
    if (typeof label !== "string") {
      throw new OptionError(`printValue: label is ${String(label)}; it must be a text`, {
        op: "printValue",
      })
    }
    make(printOp, [x], { label, serial: nextSerial() })
    return x
  },
  { op: printOp, kind: "move" as const },
)
