/** @file Rows start where they were and end where they belong. */

import { layoutGraph, prepare } from "@defnote/display"
import { describe, expect, it } from "vitest"
import { transformerStep } from "../../display/src/examples/graphs.ts"
import { motionAt, SLIDE, track } from "./motion.ts"

describe("motion (VISUAL 8)", () => {
  const prepared = prepare(transformerStep())
  const before = layoutGraph(prepared, { open: new Set() })
  const after = layoutGraph(prepared, { open: new Set(["norm"]) })
  const shared = after.rows.flatMap((row) => {
    const pair = after.boxes[row.forward]?.pair
    const old = before.rows.find((r) => before.boxes[r.forward]?.pair === pair)
    return old ? [{ row, old }] : []
  })

  it("begins with every shared row at its old place", () => {
    const start = motionAt(
      track(before, after, (y) => y),
      0,
    )
    expect(shared.length).toBeGreaterThan(3)
    for (const { row, old } of shared)
      expect(row.y + (start?.shiftAt(row.y) ?? 0)).toBeCloseTo(old.y, 6)
  })

  it("brings every row nearer to its place, and is over after 160 ms", () => {
    const path = track(before, after, (y) => y)
    const distance = (elapsed: number) =>
      shared.reduce(
        (sum, { row }) => sum + Math.abs(motionAt(path, elapsed)?.shiftAt(row.y) ?? 0),
        0,
      )
    const steps = [0, 40, 80, 120, SLIDE].map(distance)
    for (let i = 1; i < steps.length; i++) expect(steps[i]).toBeLessThan(steps[i - 1])
    expect(motionAt(path, SLIDE)).toBeNull()
  })

  it("fades in only what is new", () => {
    const start = motionAt(
      track(before, after, (y) => y),
      0,
    )
    const fresh = after.rows.filter((row) => !shared.some((s) => s.row === row))
    expect(fresh.length).toBeGreaterThan(3)
    for (const row of fresh) expect(start?.alphaAt(row.y)).toBe(0)
    for (const { row } of shared) expect(start?.alphaAt(row.y)).toBe(1)
  })
})
