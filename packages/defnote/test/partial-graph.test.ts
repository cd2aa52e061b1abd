/** @file VISUAL 12: where tracing fails, the graph of what was traced, with the failing row. */
import { describe, expect, test } from "vitest"
import {
  add,
  defn,
  graph,
  matmul,
  multiply,
  scan,
  sum,
  type Tensor,
  tanh,
  tensor,
} from "../src/index.ts"

const w = tensor([
  [0.1, 0.2],
  [0.3, 0.4],
])
const x = tensor([[1, 2]])
const v = tensor([1, 2, 3])
const made = (f: (w: Tensor, x: Tensor) => unknown) => {
  const { bundle } = graph(
    defn(f as never, { captures: () => ({}) }) as never,
    w as never,
    x as never,
  )
  const doc = bundle["application/vnd.defnote.graph.v1+json"] as {
    error?: { node: number; message: string }
    strings: string[]
    nodes: { op: number[]; inputs: number[][] }
  }
  const op = (n: number) => doc.strings[doc.nodes.op[n]]
  return { bundle, doc, op }
}

describe("a graph whose tracing fails", () => {
  test("ends with the call that failed, which reads its operands", () => {
    const { doc, op, bundle } = made((w, x) => {
      const h = tanh(matmul(x, w))
      return sum(add(multiply(h, 2), v))
    })
    const failing = doc.error!.node
    expect(op(failing)).toBe("add")
    expect(failing).toBe(doc.nodes.op.length - 1)
    expect(doc.nodes.inputs[failing].map(op)).toEqual(["multiply", expect.any(String)])
    expect(doc.error!.message).toContain("cannot broadcast f32[1,2] with f32[3]")
    expect(bundle["text/plain"]).toMatch(/error at t₄: add: cannot broadcast/)
    expect(bundle["image/svg+xml"]).toContain("cannot broadcast")
  })

  test("an error of the user's own code stands behind what was traced last", () => {
    const { doc, op } = made((w, x) => {
      tanh(matmul(x, w))
      throw new Error("my own message")
    })
    expect(op(doc.error!.node)).toBe("stopped")
    expect(doc.nodes.inputs[doc.error!.node].map(op)).toEqual(["tanh"])
    expect(doc.error!.message).toBe("my own message")
  })

  test("a loop whose body fails shows the body as far as it came", () => {
    const { doc, op } = made((w, x) => {
      const h = tanh(matmul(x, w))
      return scan(h, v, (c: Tensor, s: Tensor) => [matmul(multiply(c, s), v), null])
    })
    expect(op(doc.error!.node)).toBe("matmul")
    const ops = doc.nodes.op.map((_, n) => op(n))
    expect(ops).toContain("multiply")
    expect(ops).toContain("tanh")
  })

  test("nothing traced, nothing to show: the error is thrown; and a sound function has no error", () => {
    expect(() =>
      made(() => {
        throw new Error("too early")
      }),
    ).toThrow("too early")
    expect(made((w, x) => matmul(x, w)).doc.error).toBeUndefined()
  })
})
