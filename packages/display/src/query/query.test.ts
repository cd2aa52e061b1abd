/** @file The search language, and what is reached from a box, on graphs of real programs. */
import { describe, expect, test } from "vitest"
import { doublesToBase64 } from "../base64.ts"
import { mlpStep, tanhLoss, transformerStep } from "../examples/graphs.ts"
import { layoutGraph, prepare } from "../layout/fold.ts"
import { allKeys, keysAround } from "../layout/scopes.ts"
import type { GraphDoc } from "../payload.ts"
import { queryable, search } from "./query.ts"
import { reachOf } from "./reach.ts"

const doc = tanhLoss()
const find = (text: string, of: GraphDoc = doc) => search(queryable(of)(text), of.nodes.op.length)
const op = (n: number, of: GraphDoc = doc) => of.strings[of.nodes.op[n]]
const all = (keep: (n: number) => boolean, of: GraphDoc = doc) =>
  of.nodes.op.flatMap((_, n) => (keep(n) ? [n] : []))

describe("search (VISUAL 9)", () => {
  test("a word finds operations, names and scopes", () => {
    expect(find("tanh").every((n) => op(n) === "tanh")).toBe(true)
    expect(find("tanh")).toHaveLength(1)
    const large = transformerStep()
    const scoped = find("scope:attention", large)
    expect(scoped.length).toBeGreaterThan(10)
    expect(find("attention", large)).toEqual(expect.arrayContaining(scoped))
    expect(find("ATTENTION", large)).toEqual(find("attention", large))
  })
  test("a word finds what the cell calls, whatever the operation's name is", () => {
    const at = all((n) => op(n) === "tanh" && doc.nodes.phase[n] === "fwd")
    expect(at).toHaveLength(1)
    const strings = doc.strings.map((text) => (text === "tanh" ? "squash" : text))
    const renamed: GraphDoc = { ...doc, strings }
    expect(find("call:tanh", renamed)).toEqual(at)
    expect(find("tanh", renamed)).toEqual(at)
    expect(find("call:matmul", renamed)).toEqual([])
    expect(find("tanh", { ...renamed, sources: [] })).toEqual([])
  })
  test("words are all needed, and a minus turns one round", () => {
    const backward = find("phase:backward")
    expect(backward).toEqual(all((n) => doc.nodes.phase[n] === "bwd"))
    expect(find("-phase:backward")).toEqual(all((n) => doc.nodes.phase[n] !== "bwd"))
    expect(find("tanh phase:backward")).toEqual([])
  })
  test("shapes and dtypes, with a star for any size and dots for any axes", () => {
    const shape = (n: number) => doc.nodes.outs[n][0].shape.join()
    expect(find("[4, 2]")).toEqual(all((n) => shape(n) === "4,2"))
    expect(find("f32[4, *]")).toEqual(all((n) => /^4,\d+$/.test(shape(n))))
    expect(find("shape:4,2")).toEqual(find("[4,2]"))
    expect(find("[…, 2]")).toEqual(all((n) => /(^|,)2$/.test(shape(n))))
    expect(find("[]")).toEqual(all((n) => shape(n) === ""))
    expect(find("f64")).toEqual([])
    expect(find("f32").length).toBeGreaterThan(20)
  })
  test("amounts of bytes and time, saved values, NaN", () => {
    const bytes = (n: number) =>
      4 * doc.nodes.outs[n][0].shape.reduce<number>((a, b) => a * Number(b), 1)
    expect(find(">=32B f32")).toEqual(all((n) => bytes(n) >= 32 && find("f32").includes(n)))
    expect(find("saved")).toEqual(
      [...new Set(doc.residuals.map((r) => r.node))].sort((a, b) => a - b),
    )
    const kernel = { id: "K", compiler: "c", why: "", source: "", lineNodes: [] }
    const timed: GraphDoc = {
      ...doc,
      kernels: [
        { ...kernel, nodes: [3, 4] },
        { ...kernel, nodes: [5] },
      ],
      runs: [
        {
          id: "1",
          device: "cpu",
          kernelNs: [
            [3e6, 2e6, 1e6],
            [2e5, 4e5],
          ],
          stats: { node: [6, 7], cols: ["zeros", "nan"], data: doublesToBase64([1, 0, 0, 2]) },
        },
      ],
    }
    expect(find(">1ms", timed)).toEqual([3, 4])
    expect(find("<=0.3ms", timed)).toEqual([5])
    expect(find("nan", timed)).toEqual([7])
    expect(find("nan")).toEqual([])
  })
  test("what cannot be read is said, not guessed", () => {
    const query = queryable(doc)
    expect(query(">12").problem).toContain("an amount is a number with ms, KiB or Mflop")
    expect(query("constructor:x").problem).toContain('"constructor:" is not known')
    expect(query("[4").problem).toContain("no closing bracket")
    expect(find("")).toEqual([])
    expect(find("  ")).toEqual([])
  })
})

describe("tracing (VISUAL 9)", () => {
  const layout = layoutGraph(doc)
  const box = (name: string) =>
    layout.boxes.findIndex((b) => doc.strings[doc.nodes.name?.[b.node] ?? -1] === name)
  test("one hop of inputs is the neighbours, more hops grow", () => {
    const start = box("h")
    const [one, two, every] = [1, 2, undefined].map((limit) =>
      reachOf(layout, start, "inputs", limit),
    )
    const neighbours = layout.edges
      .filter((e) => e.to === start)
      .map((e) => layout.boxes[e.from].key)
    expect([...one.keys()].sort()).toEqual([layout.boxes[start].key, ...neighbours].sort())
    expect([...one.keys()].every((key) => two.has(key))).toBe(true)
    expect([...two.keys()].every((key) => every.has(key))).toBe(true)
    expect(Math.max(...two.values())).toBe(2)
  })
  test("outputs are what inputs are from the other end", () => {
    const boxes = layout.boxes.map((_, i) => i).filter((i) => layout.boxes[i].kind !== "result")
    for (const a of boxes)
      for (const key of reachOf(layout, a, "outputs").keys()) {
        const b = layout.boxes.findIndex((other) => other.key === key)
        expect(reachOf(layout, b, "inputs").has(layout.boxes[a].key)).toBe(true)
      }
  })
  test("a closed scope does not join what its nodes do not", () => {
    const prepared = prepare(mlpStep())
    const open = layoutGraph(prepared, { open: allKeys(prepared.tree) })
    const last = find("op:matmul phase:forward", prepared.model.doc as GraphDoc).at(-1)!
    const around = new Set(keysAround(prepared.tree.scopeOf[last]))
    const closed = layoutGraph(prepared, { open: around })
    const some = { key: `n${last}` }
    const from = (l: typeof open) =>
      reachOf(
        l,
        l.boxes.findIndex((b) => b.key === some.key),
        "inputs",
      )
    const reached = new Set(
      open.boxes.filter((b) => from(open).has(b.key)).flatMap((b) => b.members),
    )
    expect(closed.boxes.some((b) => b.kind === "scope")).toBe(true)
    for (const b of closed.boxes)
      if (b.kind !== "result") {
        expect(from(closed).has(b.key)).toBe(b.members.some((n) => reached.has(n)))
      }
  })
  test("the keys around a node make it a box of its own", () => {
    const prepared = prepare(transformerStep({ layers: 6 }))
    const last = find("op:matmul phase:forward", prepared.model.doc as GraphDoc).at(-1)!
    const open = new Set(keysAround(prepared.tree.scopeOf[last]))
    expect(layoutGraph(prepared, { open }).boxes.some((b) => b.key === `n${last}`)).toBe(true)
  })
})
