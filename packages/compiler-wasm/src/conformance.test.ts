/** Every op's samples: the compiled program against the reference compiler. */
import {
  declarations,
  elements,
  type Graph,
  graphOf,
  InternTable,
  make,
  type Op,
  randomNumbers,
  type Sample,
  type Tensor,
  withTable,
} from "@defnote/core"
import { describe, test } from "vitest"
import { expectEqual, randomStorage } from "./compare.ts"

function graphFor(op: Op, s: Sample): Graph {
  return withTable(new InternTable(), () =>
    graphOf(s.inputs, (...x: Tensor[]) => {
      const y = s.apply ? s.apply(...x) : elements(make(op, x, s.attrs ?? {}))
      return Array.isArray(y) ? y : [y as Tensor]
    }),
  )
}

describe("every op", () => {
  for (const op of declarations()) {
    if (!op.samples?.length) continue
    test(op.name, () => {
      op.samples?.forEach((s, i) => {
        const graph = graphFor(op, s)
        const random = randomNumbers(i + 17)
        const inputs = s.inputs.map((t) => randomStorage(t, s.range ?? [-2, 2], random))
        expectEqual(graph, inputs, `${op.name} sample ${i}`)
      })
    })
  }
})
