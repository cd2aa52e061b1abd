/** @file Loops and conditions as parts of a document, from real traces. */
import {
  add,
  cond,
  type Defn,
  defn,
  greater,
  less,
  multiply,
  scan,
  sum,
  type Tensor,
  tanh,
  tensor,
  valueAndGrad,
  whileLoop,
} from "@defnote/core"
import { describe, expect, test } from "vitest"
import { layoutGraph, prepare } from "../layout/fold.ts"
import { allKeys } from "../layout/scopes.ts"
import { graphListing } from "../listing.ts"
import { Labels } from "../paint/labels.ts"
import { readPayload } from "../read.ts"
import { documentOf } from "./document.ts"

const x = tensor([1, 2])
// biome-ignore lint/suspicious/noExplicitAny: any function of tensors
const documented = (f: (...x: any[]) => unknown, ...args: unknown[]) => {
  const { doc } = documentOf((defn(f as never) as Defn).program(...(args as never[])), {
    nested: true,
  })
  expect(readPayload("graph", JSON.parse(JSON.stringify(doc))).problem).toBeUndefined()
  return doc
}
const doubling = (v: Tensor) =>
  whileLoop(
    { h: v, n: 0 as unknown as Tensor },
    ({ h }) => less(sum(h), 100),
    ({ h, n }) => ({ h: multiply(h, 2), n: add(n, 1) }),
  ).h
const scopePaths = (doc: ReturnType<typeof documented>) =>
  doc.scopes.map(
    (s) => `${s.kind} ${doc.strings[s.name]} in ${doc.strings[doc.scopes[s.parent]?.name] ?? "-"}`,
  )

describe("control flow in a document (VISUAL 15)", () => {
  test("a while has a test and a body that read what is carried", () => {
    const doc = documented(doubling, x)
    expect(scopePaths(doc)).toEqual([
      "loop while in -",
      "named test in while",
      "named body in while",
    ])
    const text = graphListing(doc)
    expect(text).toMatch(/less .* bool\[\] +while\/test/)
    expect(text).toMatch(/multiply .*, 2 .*while\/body/)
    const ops = doc.nodes.op.map((op) => doc.strings[op])
    expect(ops.filter((op) => op === "carry")).toHaveLength(2)
    const loop = ops.indexOf("while")
    expect(doc.nodes.inputs[loop].map((i) => ops[i])).toEqual(["less", "multiply", "add"])
  })

  test("a scan knows its turns and reads slices", () => {
    const doc = documented(
      (xs: Tensor) => scan(tensor(0), xs, (c: Tensor, v: Tensor) => [add(c, v), c]),
      tensor([1, 2, 3]),
    )
    expect(doc.scopes.find((s) => s.kind === "loop")?.turns).toBe(3)
    const closed = layoutGraph(prepare(doc), { open: new Set() })
    const labels = new Labels(closed.model, closed.tree)
    expect(closed.boxes.map((b) => labels.of(b).title)).toContain("↻ scan")
    expect(closed.boxes.map((b) => labels.of(b).second).join()).toContain("3 turns")
  })

  test("both branches of a condition are drawn, and equal branches of two are not mixed up", () => {
    const choice = (v: Tensor) =>
      cond(
        greater(sum(v), 0),
        () => multiply(v, 2),
        () => tanh(v),
      )
    const doc = documented((v: Tensor) => add(choice(v), choice(tanh(v))), x)
    expect(scopePaths(doc).filter((s) => s.startsWith("cond"))).toHaveLength(2)
    expect(scopePaths(doc).filter((s) => /then in cond/.test(s))).toHaveLength(2)
    const multiplies = doc.nodes.op.flatMap((op, n) => (doc.strings[op] === "multiply" ? [n] : []))
    expect(new Set(multiplies.map((n) => doc.nodes.inputs[n][0])).size).toBe(2)
  })

  test("the derivative of a loop stands in the row of what the loop gives", () => {
    const doc = documented(
      valueAndGrad((v: Tensor) => sum(doubling(v))),
      x,
    )
    const prepared = prepare(doc)
    const layout = layoutGraph(prepared, { open: allKeys(prepared.tree) })
    const loop = layout.boxes.findIndex((b) => doc.strings[doc.nodes.op[b.node]] === "while")
    const backward = layout.rows[layout.rowOf[loop]].backward.map((i) => layout.boxes[i])
    expect(backward.length).toBeGreaterThan(0)
    expect(doc.nodes.phase[doc.nodes.inputs[0]?.[0] ?? 0]).toBe("fwd")
  })

  test("loops in loops, and scopes inside a body, are nested as they are written", () => {
    const doc = documented(
      (v: Tensor) =>
        scan(v, tensor([1, 2]), (c: Tensor, s: Tensor) => [multiply(doubling(c), s), null])[0],
      x,
    )
    expect(scopePaths(doc)).toEqual([
      "loop scan in -",
      "named body in scan",
      "loop while in body",
      "named test in while",
      "named body in while",
    ])
  })
})
