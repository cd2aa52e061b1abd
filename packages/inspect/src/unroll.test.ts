/** @file Stepping inside loops, conditions and blocks: turn by turn, with the numbers of the reference compiler. */
import * as core from "@defnote/core"
import { type Defn, defn, type Tensor, tensor, valueAndGrad } from "@defnote/core"
import { describe, expect, test } from "vitest"
import { type Stepping, stepProgram } from "./step.ts"
import type { Within } from "./unroll.ts"

// biome-ignore lint/suspicious/noExplicitAny: any function can be stepped through
type Any = any
const { add, at, checkpoint, cond, greater, less, multiply, scan, sum, tanh, whileLoop } =
  core as Any

function step(f: (...x: Any[]) => unknown, ...args: Any[]): Stepping {
  const { program, inputs } = (valueAndGrad(defn(f as Any)) as unknown as Defn).bind(
    ...(args as Any),
  )
  return stepProgram(program, inputs)
}
/** Value and gradient of the first argument, as stepped and as the reference compiler says. */
function expectSame(f: (...x: Any[]) => unknown, ...args: Any[]): Stepping {
  const run = step(f, ...args)
  const [value, gradient] = (valueAndGrad(defn(f as Any)) as Any).using("reference")(...args)
  expect(run.values.get(run.loss)?.[0]).toBe(value.item())
  const [leaf] = run.leaves
  const found = run.cotangents.get(leaf) as Float64Array
  const wanted = [...(gradient as Tensor).dataSync()] as number[]
  wanted.forEach((g, i) => {
    expect(Math.abs(found[i] - g)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(g)))
  })
  const differences = run.differences.of.get(leaf) as Float64Array
  found.forEach((g, i) => {
    const scale = Math.max(1, Math.abs(g))
    expect(Math.abs(g - differences[i]) / scale).toBeLessThan(run.differences.tolerance)
  })
  return run
}
const turnsOf = (within: readonly Within[] | undefined): (number | undefined)[] =>
  (within ?? []).flatMap(({ turn }) => (turn === undefined ? [] : [turn]))
/** For each step the turns that it is in. */
const turns = (run: Stepping, steps: readonly { readonly node: Tensor }[]): string[] =>
  steps.map((s) => turnsOf(run.places.get(s.node)?.within).join("."))

const x = tensor([0.5, -0.25])
const rows = tensor([
  [0.1, 0.2],
  [-0.3, 0.4],
  [0.5, -0.6],
])
const doubling = (v: Tensor) =>
  whileLoop(
    v,
    (c: Tensor) => less(sum(multiply(c, c)), 4),
    (c: Tensor) => multiply(c, 2),
  )

describe("a loop is stepped turn by turn", () => {
  test("a while: its test and its body in each turn, then the test that ends it; backward in reverse", () => {
    const run = expectSame((v: Tensor) => sum(multiply(doubling(v), v)), x)
    expect(turns(run, run.forward)).toEqual(
      ["1", "2"].flatMap((k) => [k, k, k, k]).concat(["2", "2", "2", "", ""]),
    )
    const remarks = run.forward.flatMap((s) => s.inside ?? [])
    expect(remarks).toEqual(["so turn 1 begins", "so turn 2 begins", "so the loop ends"])
    const back = turns(run, run.backward).filter((k) => k)
    expect(back).toEqual(["2", "1"])
  })
  test("a scan: slices of its operand, carries, and what it stacks", () => {
    const f = (w: Tensor) => {
      const turn = (c: Tensor, r: Tensor) => {
        const y = tanh(add(multiply(c, w), r))
        return [y, multiply(y, c)]
      }
      const [last, all] = scan(multiply(w, 0.5), rows, turn)
      return add(sum(last), sum(multiply(all, rows)))
    }
    const run = expectSame(f, x)
    const inside = turns(run, run.forward).filter((k) => k)
    expect(new Set(inside)).toEqual(new Set(["1", "2", "3"]))
    expect(inside).toEqual([...inside].sort())
    const order = turns(run, run.backward).filter((k) => k)
    expect(order).toEqual([...order].sort().reverse())
  })
  test("a scan from the last row to the first says which row it is at", () => {
    const f = (w: Tensor) => {
      const turn = (c: Tensor, r: Tensor) => [tanh(add(multiply(c, w), r)), null]
      return sum(scan(w, rows, turn, { reverse: true })[0])
    }
    const run = expectSame(f, x)
    const inside = turns(run, run.forward).filter((k) => k)
    expect(inside).toEqual([...inside].sort().reverse())
  })
  test("loops in loops have a turn of each", () => {
    const f = (w: Tensor) =>
      sum(scan(w, rows, (c: Tensor, r: Tensor) => [tanh(add(doubling(c), r)), null])[0])
    const run = expectSame(f, x)
    const inside = new Set(turns(run, run.forward))
    expect(inside.has("2.1")).toBe(true)
    expect([...inside].every((k) => /^(\d(\.\d)?)?$/.test(k))).toBe(true)
  })
})

describe("other control flow", () => {
  test("of a condition the branch that ran, with its gradient", () => {
    const f = (v: Tensor) =>
      cond(
        greater(sum(v), 0),
        () => sum(multiply(v, v)),
        () => sum(multiply(v, 3)),
      )
    const taken = expectSame(f, x)
    expect(taken.forward.map((s) => s.node.op.name)).toEqual(["sum", "greater", "multiply", "sum"])
    expectSame(f, tensor([-1, -2]))
  })
  test("a checkpointed block is opened, in each call for itself", () => {
    const block = checkpoint((v: Tensor, w: Tensor) => tanh(multiply(v, w)))
    const run = expectSame((w: Tensor) => sum(block(block(w, w), w)), x)
    expect(run.forward.map((s) => s.node.op.name)).toEqual([
      "multiply",
      "tanh",
      "multiply",
      "tanh",
      "sum",
    ])
  })
  test("no turn at all, and a value that the loop only hands on", () => {
    const f = (v: Tensor) =>
      add(
        sum(doubling(add(v, 10))),
        sum(
          (whileLoop as Any)(
            [v, v],
            ([a]: Tensor[]) => less(sum(a), 3),
            ([a, b]: Tensor[]) => [add(a, 1), b],
          )[1],
        ),
      )
    expectSame(f, x)
  })
  test("an element of a loop's rows", () => {
    const f = (w: Tensor) =>
      at(scan(w, rows, (c: Tensor, r: Tensor) => [multiply(c, r), sum(c)])[1], 2)
    expectSame(f, x)
  })
})

test("a loop of many turns stays one step, and says why; its gradient agrees", () => {
  const grow = (t: Tensor) =>
    sum(
      whileLoop(
        t,
        (c: Tensor) => less(sum(c), 1.5),
        (c: Tensor) => multiply(c, 1.01),
      ),
    )
  const run = step(grow, tensor([0.25, 0.5]))
  const loop = run.forward.find((s) => s.inside)
  expect(loop?.inside).toBe(
    "70 turns of 1 operation; up to 50 turns, and 200 operations in all, are stepped one by one",
  )
  expect(run.cost.counted).toBe(false)
  const [, g] = (valueAndGrad(defn(grow)) as Any).using("reference")(tensor([0.25, 0.5]))
  expect([...(run.cotangents.get(run.leaves[0]) as Float64Array)]).toEqual([...g.dataSync()])
})
test("loops that are too many together are stepped as far as the limit goes", () => {
  const f = (w: Tensor) => {
    let v = w
    for (let i = 0; i < 40; i++) v = multiply(doubling(v), 0.1)
    return sum(v)
  }
  const run = step(f, x)
  expect(run.forward.length).toBeLessThan(400)
  expect(run.forward.some((s) => /operations in all/.test(s.inside ?? ""))).toBe(true)
  expect(run.forward.some((s) => /so turn/.test(s.inside ?? ""))).toBe(true)
})
