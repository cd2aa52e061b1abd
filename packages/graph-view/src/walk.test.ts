/** @file Arrow keys lead along columns and rows; scopes open and close around their anchor. */

import { layoutGraph, prepare } from "@defnote/display"
import { describe, expect, it } from "vitest"
import { tanhLoss, transformerStep } from "../../display/src/examples/graphs.ts"
import { closeAround, closeScope, type Opened, toggleBox } from "./open-scopes.ts"
import { alongColumn, alongEdge, alongRow, cellsOf, firstBox, partnerOf } from "./walk.ts"

const layout = layoutGraph(tanhLoss())
const columnOf = (box: number) => layout.boxes[box]?.column

describe("walking (VISUAL 9)", () => {
  it("goes down a column through every box and ends", () => {
    const seen = [firstBox(layout)]
    for (let next = 0; next >= 0; ) {
      next = alongColumn(layout, seen[seen.length - 1], 1)
      if (next >= 0) seen.push(next)
    }
    expect(seen.map((box) => layout.rowOf[box])).toEqual([0, 1, 2, 3, 4, 5])
    expect(new Set(seen.map(columnOf))).toEqual(new Set(["forward"]))
  })

  it("goes back where it came from", () => {
    layout.boxes.forEach((_, box) => {
      const down = alongColumn(layout, box, 1)
      if (down >= 0) expect(alongColumn(layout, down, -1)).toBe(box)
    })
  })

  it("crosses a row from parameter to result", () => {
    const row = layout.rows[1]
    const path = [cellsOf(row)[0]]
    for (let next = 0; next >= 0; ) {
      next = alongRow(layout, path[path.length - 1], 1)
      if (next >= 0) path.push(next)
    }
    expect(path.map(columnOf)).toEqual(["leaf", "forward", "backward", "update"])
  })

  it("jumps to the derivative and back", () => {
    const h = layout.rows[2].forward
    const derivative = partnerOf(layout, h)
    expect(columnOf(derivative)).toBe("backward")
    expect(partnerOf(layout, derivative)).toBe(h)
  })
})

describe("opening (VISUAL 2)", () => {
  const prepared = prepare(transformerStep())
  const closed: Opened = { scopes: new Set(), rules: new Set() }
  const draw = ({ scopes, rules }: Opened) =>
    layoutGraph(prepared, { open: scopes, expanded: rules })

  it("finds the anchor before and after, for every closed scope and back", () => {
    const before = draw(closed)
    for (const box of before.boxes.filter((b) => b.kind === "scope" && b.column === "forward")) {
      const change = toggleBox(closed, box)
      if (!change) throw new Error("a scope opens")
      const after = draw(change.opened)
      expect(change.anchor(before)).toBe(box.y)
      expect(change.anchor(after)).toBeTypeOf("number")
      const inside = after.boxes.find((b) => b.column === "forward" && b.y === change.anchor(after))
      const back = inside && closeAround(change.opened, inside)
      if (!back) throw new Error("what was opened closes")
      expect(draw(back.opened).boxes.map((b) => b.key)).toEqual(before.boxes.map((b) => b.key))
    }
  })

  it("opens a derivative and closes it from one of its ops", () => {
    const before = layoutGraph(tanhLoss())
    const rule = before.boxes.find((b) => b.kind === "rule" && b.members.length > 1)
    if (!rule) throw new Error("tanh has a derivative of several ops")
    const start: Opened = { scopes: before.open, rules: new Set() }
    const opened = toggleBox(start, rule)?.opened
    if (!opened) throw new Error("a derivative opens")
    const after = layoutGraph(tanhLoss(), { open: opened.scopes, expanded: opened.rules })
    const op = after.boxes.find((b) => b.kind === "op" && b.column === "backward")
    if (!op) throw new Error("its ops are boxes")
    expect(closeAround(opened, op)?.opened.rules.size).toBe(0)
  })

  it("closes the run with its first member", () => {
    const before = draw(closed)
    const stack = before.boxes.find((b) => b.run && b.column === "forward")
    const change = stack && toggleBox(closed, stack)
    if (!change || !stack?.run) throw new Error("the blocks are a run")
    const scope = stack.run.members[0]
    expect([...(closeScope(change.opened, scope).opened.scopes ?? [])]).toEqual([])
  })
})

it("Shift with an arrow follows edges to the nearest reader and back (VISUAL 9)", () => {
  const layout = layoutGraph(tanhLoss())
  for (const edge of layout.edges.filter((e) => e.kind === "forward")) {
    const next = alongEdge(layout, edge.from, 1)
    expect(layout.boxes[next].column).toBe("forward")
    expect(layout.edges.some((e) => e.from === edge.from && e.to === next)).toBe(true)
    const back = alongEdge(layout, edge.to, -1)
    expect(layout.edges.some((e) => e.from === back && e.to === edge.to)).toBe(true)
  }
  const loss = layout.boxes.findIndex(
    (b) => b.column === "forward" && layout.edges.every((e) => e.from !== layout.boxes.indexOf(b)),
  )
  if (loss >= 0) expect(alongEdge(layout, loss, 1)).toBe(-1)
})
