/** @file Loops and conditions as parts of a document, from real traces. */
import {
  add,
  checkpoint,
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

/** Rows of a document by what they are, with helpers that read them. */
function rowsOf(doc: ReturnType<typeof documented>) {
  const { op, phase, scope, dual = [], inputs } = doc.nodes
  const path = (n: number): string => {
    const names: string[] = []
    for (let s = scope[n]; s >= 0; s = doc.scopes[s].parent)
      names.unshift(doc.strings[doc.scopes[s].name])
    return names.join("/")
  }
  const named = (n: number) => doc.strings[op[n]]
  const all = op.map((_, n) => n)
  return { path, named, inputs, dual, of: (p: string) => all.filter((n) => phase[n] === p) }
}
/** Every row of a derivative inside stands in the same part as the row that it belongs to. */
function expectPaired(doc: ReturnType<typeof documented>, inside: RegExp): void {
  const { of, dual, path } = rowsOf(doc)
  const inner = [...of("bwd"), ...of("recompute")].filter((n) => inside.test(path(n)))
  expect(inner.length).toBeGreaterThan(1)
  for (const n of inner) {
    expect(doc.nodes.phase[dual[n]], `row ${n}`).toBe("fwd")
    expect(path(dual[n]).startsWith(path(n)), `row ${n}`).toBe(true)
  }
}
const growing = (w: Tensor, xs: Tensor) =>
  sum(scan(multiply(w, 0), xs, (c: Tensor, v: Tensor) => [tanh(add(multiply(c, w), v)), null])[0])

describe("the derivative of control flow in a document (VISUAL 15)", () => {
  const xs = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  test("the body of a scan has its derivative beside it, row by row", () => {
    const doc = documented(valueAndGrad(growing), x, xs)
    expectPaired(doc, /scan/)
    const { of, dual, named, path } = rowsOf(doc)
    const body = of("bwd").filter((n) => path(n) === "scan/body")
    expect([...new Set(body.map((n) => named(dual[n])))]).toEqual(["tanh", "multiply"])
    expect(of("recompute").map(named)).toEqual(["multiply", "add", "tanh"])
    const entering = of("bwd").filter((n) => named(n) === "carry")
    expect(entering.map((n) => named(dual[n]))).toEqual(["scan", "scan"])
    const end = of("bwd").filter((n) => named(n) === "scan")
    expect(end.map((n) => named(dual[n]))).toEqual(["carry"])
  })

  test("what a scan keeps of each turn has its bytes, times its turns, and leads to who reads it", () => {
    const doc = documented(valueAndGrad(growing), x, xs)
    const { named, of, path } = rowsOf(doc)
    const [kept, ...more] = doc.residuals.filter((r) => r.turns !== undefined)
    expect(more).toEqual([])
    expect(named(kept.node)).toBe("carry")
    expect(kept).toMatchObject({ bytes: 24, turns: 3 })
    expect(kept.users.every((n) => [...of("bwd"), ...of("recompute")].includes(n))).toBe(true)
    const again = doc.residuals.filter((r) => r.policy === "recomputed").map((r) => named(r.node))
    expect(again).toEqual(expect.arrayContaining(["multiply", "add", "tanh"]))
    const prepared = prepare(doc)
    const layout = layoutGraph(prepared, { open: allKeys(prepared.tree) })
    const labels = new Labels(layout.model, layout.tree)
    const box = layout.boxes.find((b) => b.node === kept.node && b.kind === "op")
    expect(box && labels.of(box).savedTurns).toBe("8 B × 3 turns")
    const product = doc.nodes.op.findIndex(
      (_, n) => path(n) === "scan/body" && named(n) === "multiply",
    )
    const led = layout.edges.filter((e) => e.kind === "residual" && layout.boxes[e.from] === box)
    expect(led.map((e) => layout.boxes[e.to].key)).toContain(`n${product}#recompute`)
  })

  test("a while keeps what its derivative reads of so many turns at most", () => {
    const loop = (of: (h: Tensor) => Tensor) =>
      documented(
        valueAndGrad((v: Tensor) => sum(whileLoop(v, (h) => less(sum(h), 100), of))),
        x,
      )
    const doubled = loop((h) => multiply(h, 2))
    expectPaired(doubled, /while/)
    expect(doubled.residuals.filter((r) => r.turns)).toEqual([])
    const squared = loop((h) => multiply(h, h))
    expectPaired(squared, /while/)
    expect(squared.residuals.find((r) => r.turns)).toMatchObject({ bytes: 512, turns: 64 })
  })

  test("both branches of a condition have theirs, and it ends beside the condition", () => {
    const choice = (v: Tensor) =>
      cond(
        greater(sum(v), 0),
        () => multiply(tanh(v), v),
        () => multiply(v, 3),
      )
    const doc = documented(
      valueAndGrad((v: Tensor) => sum(choice(v))),
      x,
    )
    expectPaired(doc, /cond/)
    const { of, path, named, dual } = rowsOf(doc)
    const inside = (part: string) => of("bwd").filter((n) => path(n) === `cond/${part}`)
    expect(inside("then").length).toBeGreaterThan(2)
    expect(inside("else").map(named)).toEqual(["multiply"])
    expect(of("recompute").map(named)).toEqual(["tanh"])
    const ends = of("bwd").filter((n) => named(n) === "cond")
    expect(ends.map((n) => named(dual[n]))).toEqual(["greater"])
  })

  test("what checkpoint computes again is marked, in each block for itself", () => {
    const block = checkpoint((v: Tensor, w: Tensor) => multiply(tanh(multiply(v, w)), v))
    const doc = documented(
      valueAndGrad((w: Tensor, v: Tensor) => sum(block(block(v, w), w) as Tensor)),
      x,
      tensor([3, 4]),
    )
    const { of, named, dual } = rowsOf(doc)
    const again = of("recompute")
    expect(again.map(named)).toEqual(["multiply", "tanh", "multiply", "tanh"])
    expect(new Set(again.map((n) => dual[n])).size).toBe(4)
    for (const n of again) expect(doc.nodes.phase[dual[n]]).toBe("fwd")
    expect(doc.nodes.op.some((op) => doc.strings[op] === "barrier")).toBe(false)
    const saved = doc.residuals.filter((r) => r.policy === "saved")
    expect(saved.map((r) => named(r.node))).toEqual(["call"])
  })

  test("in all of them a row reads rows of the types that its node reads", () => {
    const block = checkpoint((v: Tensor, w: Tensor) => tanh(multiply(v, w)))
    const f = (w: Tensor, rows: Tensor) => {
      const turn = (c: Tensor, v: Tensor): [Tensor, null] => {
        const y = cond(
          greater(sum(c), 0),
          () => block(add(c, v), w) as Tensor,
          () => multiply(c, v),
        )
        return [doubling(multiply(y, y)), null]
      }
      return sum(scan(w, rows, turn)[0])
    }
    const program = (defn(valueAndGrad(f) as never) as Defn).program(x as never, xs as never)
    const { doc, nodes } = documentOf(program, { nested: true })
    const { dual, of } = rowsOf(doc)
    const typesOf = (n: number) =>
      doc.nodes.inputs[n].map((i, k) => {
        const out = doc.nodes.outs[i][doc.nodes.ports?.[n][k] ?? 0]
        return `${doc.strings[out.dtype]}[${out.shape}]`
      })
    let checked = 0
    nodes.forEach((node, n) => {
      if (node.op.nested || !node.inputs.length) return
      checked++
      expect(typesOf(n), node.op.name).toEqual(node.inputs.map((t) => `${t.dtype}[${t.shape}]`))
    })
    expect(checked).toBeGreaterThan(30)
    expect(of("recompute").length).toBeGreaterThan(5)
    for (const [n, forward] of dual.entries()) expect(forward).toBeLessThan(n)
  })
})
