/** @file Every declaration with inputs, at each of its samples: gradients, forward mode, second order, batching (D10.2). */
import { describe, expect, test } from "vitest"
import { graphOf } from "../graph.ts"
import "../index.ts"
import { make } from "../make.ts"
import type { Op, Sample } from "../op.ts"
import { declarations } from "../ops/declarations.ts"
import { elements } from "../ops/source.ts"
import { formatType } from "../shape.ts"
import { Trace, withTrace } from "../trace.ts"
import { checkGraph } from "./gradient-check.ts"

const FAMILIES = ["reduce", "move", "gather", "contract", "cumulative", "composite", "routine"]
const graphFor = (op: Op, s: Sample) =>
  withTrace(new Trace(), () =>
    graphOf(s.inputs, (...x) => {
      const y = s.apply ? s.apply(...x) : make(op, x, s.attrs)
      return Array.isArray(y) ? y : elements(y as never)
    }),
  )
const ours = declarations().filter((op) => FAMILIES.includes(op.family) && op.samples?.length)

describe.each(ours.map((op) => [op.name, op] as const))("%s", (_, op) => {
  const rows = (op.samples ?? []).map(
    (s, i) => [`#${i} ${s.inputs.map(formatType).join(" ")}`, s] as const,
  )
  test.each(rows)("%s", (_, sample) => {
    const { failures, count } = checkGraph(graphFor(op, sample), { range: sample.range })
    expect(failures).toEqual([])
    expect(count).toBeGreaterThan(0)
  })
})
