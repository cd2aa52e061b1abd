/** @file A kept graph answers with what was left out; what is no question, and a graph that was given up, are refused. */
import { type GraphLike, readPayload, stored } from "@defnote/display"
import { documentOf } from "@defnote/display/document"
import { beforeAll, describe, expect, test } from "vitest"
import { type Defn, defn, graph, named, tensor } from "../src/index.ts"
import { GraphStore } from "../src/large-graphs.ts"
import { cell } from "./cell.ts"

/** Blocks with a scope inside each. */
const deep = (blocks: number): Defn =>
  cell(
    `const f = defn((x) => {
      for (let i = 0; i < ${blocks}; i++) {
        const h = x
        const inner = () => h.tanh().exp().sin().cos()
        x = named("block", () => named("a part of it", inner) * 0.5 + i)
      }
      return x.sum()
    })`,
    { defn, named },
  )

const limit = 20_000
let whole: GraphLike
let part: GraphLike
beforeAll(() => {
  const program = deep(100).program(tensor([1, 2]))
  const cut = stored(documentOf(program).doc, limit)
  if (!cut.whole) throw new Error("the graph is small")
  whole = cut.whole
  part = cut.doc
})

describe("large graphs (D8.3)", () => {
  test("the answer has the scopes that were asked for, and the name under which to ask again", () => {
    const store = new GraphStore()
    const id = store.keep(whole)
    const scopes = part.summaries?.slice(0, 2).map((s) => s.scope)
    const reply = store.answer({ request: 3, id, scopes })
    if (!("doc" in reply)) throw new Error(reply.problem)
    expect(reply.request).toBe(3)
    expect(readPayload("graph", reply.doc).problem).toBeUndefined()
    expect(reply.doc.whole).toMatchObject({ id, nodes: whole.nodes.op.length })
    expect(reply.doc.summaries?.some((s) => scopes?.includes(s.scope))).not.toBe(true)
  })

  test.each([
    ["no scopes", { scopes: undefined }, "not valid"],
    ["scopes that are no numbers", { scopes: ["1"] }, "not valid"],
    ["a name that nobody has", { id: "0" }, "not kept"],
  ])("%s: refused", (_, wrong, problem) => {
    const store = new GraphStore()
    const question = { request: 1, id: store.keep(whole), scopes: [] }
    expect(store.answer({ ...question, ...wrong })).toEqual({ request: 1, problem })
  })

  test("the least recently used goes first, by number and by bytes; what is too large is not kept", () => {
    const other = { ...whole, title: "other" }
    const third = { ...whole, title: "third" }
    const store = new GraphStore({ count: 2, bytes: 1e9 })
    const [a, b] = [store.keep(whole), store.keep(other)]
    store.answer({ request: 1, id: a, scopes: [] })
    store.keep(third)
    expect(store.size).toBe(2)
    expect(store.answer({ request: 1, id: b, scopes: [] })).toMatchObject({ problem: "not kept" })
    expect(store.answer({ request: 1, id: a, scopes: [] })).toHaveProperty("doc")
    const size = JSON.stringify(whole).length
    const small = new GraphStore({ count: 9, bytes: 1.5 * size })
    small.keep(whole)
    small.keep(other)
    expect(small.size).toBe(1)
    expect(new GraphStore({ count: 9, bytes: size / 2 }).keep(whole)).toBeUndefined()
  })

  test("a cell that runs again gives up what its last run showed; the same again has the same name", () => {
    const store = new GraphStore()
    const run = (cellId: string, executionCount: number, title: string) =>
      store.keep({ ...whole, title }, { cellId, executionCount })
    const first = run("a", 1, "one")
    run("a", 1, "two")
    run("b", 2, "three")
    expect(store.size).toBe(3)
    expect(run("a", 3, "one")).toBe(first)
    expect(store.size).toBe(2)
  })

  test("a picture of a graph has at most 100 characters a node; its text, SVG and exports are of the whole", () => {
    const wide = tensor([1, 2]).reshape([...Array.from({ length: 20 }, () => 1), 2])
    const output = graph(deep(450), wide)
    const doc = output.bundle["application/vnd.defnote.graph.v1+json"] as GraphLike
    expect(doc.whole?.nodes).toBeGreaterThan(3_000)
    expect(JSON.stringify(doc).length).toBeLessThanOrEqual(100 * (doc.whole?.nodes as number))
    // Nobody could answer here.
    expect(doc.whole?.id).toBeUndefined()
    expect(output.toDot()).not.toContain("not stored")
    expect(output.toTypeScript()).toContain("defn(")
  })
})
