import { describe, expect, it } from "vitest"
import * as graphs from "../examples/graphs.ts"
import { crossings } from "../examples/measure.ts"
import type { GraphDoc } from "../payload.ts"
import { type Layout, layoutGraph, prepare } from "./fold.ts"
import { allKeys, autoOpen } from "./scopes.ts"

const EXAMPLES: Record<string, GraphDoc> = {
  tanh: graphs.tanhLoss(),
  mlp: graphs.mlpStep(),
  transformer: graphs.transformerStep(),
  distance: graphs.distanceLoss(),
  loop: graphs.loopAndCondition(),
  second: graphs.secondOrder(),
  forward: graphs.forwardOnly(),
  flat: graphs.flatChain(300),
  interleaved: graphs.interleavedScopes(),
  empty: graphs.empty(),
  identity: graphs.identity(),
}

const states = (doc: GraphDoc): Layout[] => {
  const prepared = prepare(doc)
  const budgets = [1, 10, 44, 100, 1e9].map((budget) => layoutGraph(prepared, { budget }))
  return [...budgets, layoutGraph(prepared, { open: allKeys(prepared.tree) })]
}

/** Everything that a painter can see, as text. */
const numbers = ({ boxes, edges, rows, frames, columns, height }: Layout): string =>
  JSON.stringify([
    boxes.map(({ key, kind, x, y, w, h, members }) => [key, kind, x, y, w, h, members]),
    edges.map(({ from, to, kind, points }) => [from, to, kind, points]),
    rows.map((row) => [row.y, row.leaves, row.headers.map((scope) => scope.key)]),
    frames.map((frame) => [frame.scope.key, frame.x, frame.y, frame.bottom]),
    columns,
    height,
  ])

describe.each(Object.entries(EXAMPLES))("folded layout of %s (D8.5)", (name, doc) => {
  it("gives the same numbers for the same graph", () => {
    expect(numbers(layoutGraph(doc))).toBe(numbers(layoutGraph(JSON.parse(JSON.stringify(doc)))))
  })

  it("never closes a scope when the budget grows", () => {
    const { tree } = prepare(doc)
    let last = new Set<string>()
    for (let budget = 1; budget < 400; budget += 7) {
      const open = autoOpen(tree, budget)
      expect([...last].filter((key) => !open.has(key))).toEqual([])
      last = open
    }
  })

  it("places every box, and every node in a box or a label", () => {
    for (const layout of states(doc)) {
      for (const box of layout.boxes) expect(box.w).toBeGreaterThan(0)
      layout.boxOf.forEach((box, node) => {
        expect(box >= 0).toBe(layout.model.folded[node] === 0)
      })
    }
  })

  it("never lets two boxes of a column overlap", () => {
    for (const { boxes } of states(doc)) {
      const sorted = [...boxes].sort((a, b) => a.x - b.x || a.y - b.y)
      sorted.forEach((box, i) => {
        const next = sorted[i + 1]
        if (next && next.x === box.x) expect(next.y).toBeGreaterThanOrEqual(box.y + box.h)
      })
    }
  })

  it("keeps every derivative in the row of its op", () => {
    for (const { boxes, rows, rowOf } of states(doc)) {
      boxes.forEach((box, i) => {
        const row = rows[rowOf[i]]
        expect(box.y).toBeGreaterThanOrEqual(row.y - 0.01)
        expect(box.y + box.h).toBeLessThanOrEqual(row.y + row.height + 0.01)
        if (
          box.kind === "rule" &&
          row.forward >= 0 &&
          box.node >= 0 &&
          boxes[row.forward].node >= 0
        ) {
          const leaf = row.leaves.some((chip) => boxes[chip.box].node === box.node)
          expect(leaf || boxes[row.forward].node === box.node).toBe(true)
        }
      })
    }
  })

  it("points forward down and, for first derivatives, backward up", () => {
    if (name === "interleaved") return
    for (const { edges, boxes, model } of states(doc)) {
      for (const { kind, from, to, points } of edges) {
        if (points.length === 0) continue
        const dy = points[points.length - 1][1] - points[0][1]
        if (kind === "forward") expect(dy).toBeGreaterThanOrEqual(0)
        const second = [...boxes[from].members, ...boxes[to].members].some(
          (n) => model.nodes[n].order > 1,
        )
        if (kind === "backward" && !second) expect(dy).toBeLessThanOrEqual(0)
      }
    }
  })

  it("draws edges from box to box inside the picture", () => {
    for (const { edges, width, height } of states(doc)) {
      for (const [x, y] of edges.flatMap((edge) => edge.points)) {
        expect(x).toBeGreaterThanOrEqual(0)
        expect(x).toBeLessThanOrEqual(width)
        expect(y).toBeGreaterThanOrEqual(0)
        expect(y).toBeLessThanOrEqual(height)
      }
    }
  })

  it("shows each open scope once", () => {
    for (const { frames } of states(doc)) {
      expect(new Set(frames.map((f) => f.scope.key)).size).toBe(frames.length)
    }
  })
})

describe("the width (D8.5)", () => {
  it("does not grow with the number of nodes at equal nesting", () => {
    const widths = [4, 12, 38].map(
      (layers) => layoutGraph(graphs.transformerStep({ layers })).width,
    )
    expect(new Set(widths).size).toBe(1)
    const all = [4, 12].map(
      (layers) => layoutGraph(graphs.transformerStep({ layers }), { budget: 1e9 }).width,
    )
    expect(all[1]).toBe(all[0])
  })
})

describe("repeats", () => {
  it("fold equal siblings into one box and open to the first and the rest", () => {
    const prepared = prepare(graphs.transformerStep({ layers: 38 }))
    const closed = layoutGraph(prepared, { open: new Set() })
    const run = closed.boxes.find((box) => box.run && box.column === "forward")
    expect(run?.run?.members).toHaveLength(38)
    const open = layoutGraph(prepared, { open: new Set([run!.run!.key]) })
    const rest = open.boxes.filter((box) => box.column === "forward" && box.rest)
    expect(rest).toHaveLength(1)
    expect(open.boxes.some((box) => box.column === "forward" && box.key === "block0#fwd")).toBe(
      true,
    )
  })

  it("do not fold scopes that differ only in the shape of an argument", () => {
    const boxes = layoutGraph(graphs.mlpStep(), { open: new Set() }).boxes
    expect(boxes.filter((box) => box.run)).toEqual([])
  })
})

describe("leaves", () => {
  it("stand in the innermost scope that has all their uses", () => {
    const layout = layoutGraph(graphs.transformerStep(), { open: new Set() })
    const chips = layout.rows.flatMap((row) => row.leaves.map((chip) => layout.boxes[chip.box]))
    expect(chips).toEqual([])
  })

  it("get a chip `again` at each later consumer", () => {
    const layout = layoutGraph(graphs.distanceLoss())
    const names = layout.rows.flatMap((row) =>
      row.leaves
        .filter((chip) => chip.again)
        .map((chip) => layout.model.nodes[layout.boxes[chip.box].node].name),
    )
    expect(names).toEqual(["w1", "w2"])
  })
})

describe("a program without scopes", () => {
  it("is grouped, so that the first view stays small and all of it can be opened", () => {
    const prepared = prepare(graphs.flatChain(5000))
    const first = layoutGraph(prepared)
    expect(first.rows.length).toBeLessThanOrEqual(44)
    const all = layoutGraph(prepared, { open: allKeys(prepared.tree) })
    expect(all.boxes.filter((box) => box.column === "forward" && box.kind === "op")).toHaveLength(
      5000,
    )
  })
})

describe("hand-ons of a cotangent", () => {
  it("mirror every differentiated op in the backward column", () => {
    const { rows, boxes } = layoutGraph(graphs.tanhLoss())
    for (const row of rows) expect(row.backward.length, boxes[row.forward].key).toBe(1)
  })

  it("stay between the rule before and the rule after", () => {
    const { edges, boxes } = layoutGraph(graphs.tanhLoss())
    const chain = edges
      .filter((e) => e.kind === "backward")
      .map((e) => [boxes[e.from].node, boxes[e.to].node])
    expect(chain).toHaveLength(5)
    for (const [from, to] of chain) expect(to).toBeLessThan(from)
  })
})

describe("crossings", () => {
  it("are none without branches and few with them", () => {
    expect(crossings(layoutGraph(graphs.tanhLoss()))).toBe(0)
    expect(crossings(layoutGraph(graphs.mlpStep()))).toBe(0)
    expect(crossings(layoutGraph(graphs.transformerStep()))).toBeLessThanOrEqual(11)
  })
})

describe("a hundred thousand nodes (D3.11)", () => {
  it("are laid out without recursion over the graph", () => {
    const layout = layoutGraph(graphs.flatChain(100_000))
    expect(layout.rows.length).toBeLessThanOrEqual(44)
  })
})
