/** @file Control flow: the checks of ops on graphs with cond, while and scan, also nested and batched (C6 to C9, C11). */
import { describe, expect, test } from "vitest"
import { type Graph, graphOf } from "../graph.ts"
import {
  add,
  asType,
  cond,
  constant,
  currentTrace,
  exp,
  forLoop,
  iota,
  less,
  log,
  map,
  matmul,
  multiply,
  named,
  scan,
  sign,
  sin,
  sqrt,
  stopGradient,
  subtract,
  sum,
  switchCase,
  type Tensor,
  Trace,
  tanh,
  tensor,
  vmap,
  whileLoop,
  withTrace,
} from "../index.ts"
import { make } from "../make.ts"
import { runGraph } from "../reference.ts"
import type { TensorType } from "../shape.ts"
import { pullback } from "../transforms/grad.ts"
import { type CheckOptions, checkGraph } from "../transforms/gradient-check.ts"
import { f64 } from "./move-family.ts"

const graph = (types: TensorType[], fn: (...x: Tensor[]) => Tensor | readonly Tensor[]): Graph =>
  withTrace(new Trace(), () => graphOf(types, (...x) => [fn(...x)].flat() as Tensor[]))
const squares = (x: Tensor): Tensor => sum(multiply(x, x))

const BRANCH = () =>
  graph([f64(3), f64(3)], (x, y) => {
    const h = multiply(x, y)
    return cond(
      less(sum(x), 0),
      () => add(tanh(h), x),
      () => multiply(h, h),
    )
  })
const NESTED = () =>
  graph([f64(2), f64(2)], (x, y) =>
    cond(
      less(sum(x), 0),
      () =>
        cond(
          less(sum(y), 0),
          () => sin(x),
          () => multiply(exp(y), x),
        ),
      () => multiply(y, x),
    ),
  )
/** Grows until the sum of squares passes a bound: the number of turns depends on the data. */
const GROWING = () =>
  graph([f64(2), f64(2)], (x, w) =>
    whileLoop(
      x,
      (c) => less(squares(c), 50),
      (c) => add(add(multiply(c, 1.1), multiply(sin(w), 0.1)), multiply(sign(c), 0.01)),
    ),
  )
const counted = (n: number) => () =>
  graph(
    [f64(2), f64(2)],
    (x, w) =>
      whileLoop(
        { i: constant(0, "i32"), c: x },
        ({ i }) => less(i, n),
        ({ i, c }) => ({ i: add(i, 1), c: add(c, multiply(sin(multiply(w, c)), 0.01)) }),
      ).c,
  )
const WHILE_IN_COND = () =>
  graph([f64(2), f64()], (x, s) =>
    cond(
      less(s, 0),
      () => x,
      () =>
        whileLoop(
          x,
          (c) => less(squares(c), 9),
          (c) =>
            multiply(add(multiply(c, 1.5), multiply(sign(c), 0.1)), add(log(add(exp(s), 1)), 1)),
        ),
    ),
  )
const rnn = (options: { checkpoint?: boolean; reverse?: boolean }) => () =>
  graph([f64(2), f64(6, 2), f64(2, 2)], (h, xs, w) => {
    const [c, ys] = scan(
      h,
      xs,
      (c, x) => {
        const next = tanh(add(matmul(w, c), x))
        return [next, multiply(next, next)]
      },
      options,
    )
    return [c, ys]
  })
const SCAN_OF_WHILE = () =>
  graph(
    [f64(2), f64(3, 2)],
    (h, xs) =>
      scan(h, xs, (c, x) => [
        whileLoop(
          add(c, x),
          (a) => less(1, squares(a)),
          (a) => multiply(a, 0.7),
        ),
        null,
      ])[0],
  )
const INTEGERS = () =>
  graph([f64(3), { dtype: "i32", shape: [3] }], (x, n) =>
    cond(
      less(sum(n), 0),
      () => [multiply(x, asType(n, "f64")), n],
      () => [x, add(n, 1)],
    ),
  )

const CASES: [name: string, graph: () => Graph, options?: CheckOptions][] = [
  ["cond", BRANCH],
  ["nested cond", NESTED],
  ["cond with integers", INTEGERS],
  [
    "switchCase",
    () =>
      graph([f64(3), { dtype: "i32", shape: [] }], (x, k) =>
        switchCase(k, [() => sin(x), () => exp(x), () => multiply(x, x)]),
      ),
  ],
  ["while, data-dependent", GROWING, { range: [0.3, 1] }],
  ["while, 0 turns", counted(0), { second: false }],
  ["while, 5 turns", counted(5), { second: false }],
  ["while, 200 turns", counted(200), { second: false, batching: false }],
  ["while in cond", WHILE_IN_COND, { range: [0.3, 1], second: false }],
  ["scan", rnn({})],
  ["scan, reversed", rnn({ reverse: true })],
  ["scan, checkpoint", rnn({ checkpoint: true })],
  ["scan, checkpoint, reversed", rnn({ checkpoint: true, reverse: true })],
  ["while in scan", SCAN_OF_WHILE, { range: [0.5, 1.5], second: false }],
  ["map", () => graph([f64(3, 2)], (xs) => map(xs, (x) => multiply(sin(x), sum(x))))],
  [
    "forLoop, known count",
    () =>
      graph([f64(2)], (x) => forLoop(3, x, (i, c) => multiply(sin(c), add(asType(i, "f64"), 1)))),
  ],
  [
    "forLoop, traced count",
    () =>
      graph([f64(2), { dtype: "i32", shape: [] }], (x, n) =>
        forLoop(n, x, (i, c) => multiply(sin(c), add(asType(i, "f64"), 1))),
      ),
    { range: [0, 3], second: false },
  ],
]
test.each(CASES)("%s: gradient, forward mode, batching", (_, build, options) => {
  const { failures, count } = checkGraph(build(), options)
  expect(failures).toEqual([])
  expect(count).toBeGreaterThanOrEqual(3)
})

const close = (a: ArrayLike<number | bigint>, b: readonly number[]): void => {
  expect(a.length).toBe(b.length)
  b.forEach((v, i) => expect(Number(a[i])).toBeCloseTo(v, 11))
}

describe("control flow", () => {
  test("a checkpointed scan equals the scan, also for prime lengths", () => {
    for (const n of [1, 2, 5, 6, 7, 12]) {
      const run = (checkpoint: boolean, reverse: boolean) => {
        const g = graph([f64(), f64(n)], (c, xs) => {
          const [last, ys] = scan(c, xs, (c, x) => [sin(add(c, x)), multiply(c, x)], {
            checkpoint,
            reverse,
          })
          return [last, ys]
        })
        return runGraph(g, [[0.3], Array.from({ length: n }, (_, i) => i * 0.7)])
      }
      for (const reverse of [false, true]) expect(run(true, reverse)).toEqual(run(false, reverse))
    }
  })
  test("equal loops are one graph (D3.1, C10)", () => {
    withTrace(new Trace(), () => {
      const build = () =>
        graphOf([f64(2)], (x) => [
          whileLoop(
            x,
            (c) => less(squares(c), 50),
            (c) => multiply(c, 2),
          ),
        ])
      const [a, b] = [build(), build()]
      expect(a === b).toBe(true)
    })
  })
  test("a lane that ended sends no NaN into the gradient (C7)", () => {
    const root = (x: Tensor): Tensor =>
      whileLoop(
        x,
        (c) => less(1, c),
        (c) => sqrt(subtract(c, 1)),
      )
    const g = graph(
      [f64(2)],
      (x) => pullback([vmap(root)(x)], [constant(1, "f64", [2])], [x]) as Tensor[],
    )
    close(runGraph(g, [[1, 5.5]])[0], [1, 0.22924098344111646])
  })
  test("only the chosen branch runs", () => {
    const count = { runs: 0 }
    const op = counting(count)
    const g = graph([f64()], (x) =>
      cond(
        less(x, 0),
        () => make(op, [x]),
        () => x,
      ),
    )
    runGraph(g, [[1]])
    expect(count.runs).toBe(0)
    runGraph(g, [[-1]])
    expect(count.runs).toBe(1)
  })
  test("the gradient of a loop takes about log(n) forward runs and 64 carries (C8)", () => {
    const per = (n: number): number => {
      const count = { runs: 0 }
      const op = counting(count)
      const g = graph([f64(1)], (x) => {
        const { c } = whileLoop(
          { i: constant(0, "i32"), c: x },
          ({ i }) => less(i, n),
          ({ i, c }) => ({ i: add(i, 1), c: make(op, [c]) }),
        )
        return pullback([c], [constant(1, "f64", [1])], [x]) as Tensor[]
      })
      runGraph(g, [[0.5]])
      return count.runs / n
    }
    expect(per(10)).toBeLessThanOrEqual(2)
    expect(per(64)).toBeLessThanOrEqual(2.1)
    expect(per(1000)).toBeLessThanOrEqual(4.5)
  })
  test("outside a trace, control flow runs at once", () => {
    const x = tensor([1, 2])
    expect(
      whileLoop(
        x,
        (c) => less(sum(c), 100),
        (c) => multiply(c, 2),
      ).toArray(),
    ).toEqual([64, 128])
    expect(
      cond(
        less(sum(x), 0),
        () => x,
        () => multiply(x, 2),
      ).toArray(),
    ).toEqual([2, 4])
    const [last, sums] = scan(0 as unknown as Tensor, tensor([1, 2, 3]), (c, v) => [
      add(c, v),
      add(c, v),
    ])
    expect([last.item(), sums.toArray()]).toEqual([6, [1, 3, 6]])
  })
  test("named parts are scopes", () => {
    withTrace(new Trace(), () => {
      const y = named("half", () => multiply(constant(2, "f32", [2]), stopGradient(iota([2]))))
      expect(currentTrace()?.table.notes.scopes.get(y)?.name).toBe("half")
    })
  })
  test("errors say what differs", () => {
    const x = tensor([1, 2])
    expect(() =>
      cond(
        less(x, 0),
        () => x,
        () => x,
      ),
    ).toThrow("cond: the condition is bool[2]; it must be a scalar")
    expect(() =>
      cond(
        less(sum(x), 0),
        () => x,
        () => sum(x),
      ),
    ).toThrow("cond: one branch gives f32[2], the other f32[]")
    expect(() =>
      cond(
        less(sum(x), 0),
        () => [x],
        () => ({ x }) as never,
      ),
    ).toThrow("containers of different structure")
    expect(() =>
      whileLoop(
        x,
        (c) => less(sum(c), 9),
        (c) => asType(c, "f64") as never,
      ),
    ).toThrow("while: carry 0 enters as f32[2] and leaves as f64[2]")
    expect(() => scan(x, tensor([[1], [2]]), (c) => [sum(c) as never, null])).toThrow(
      "scan: carry 0 enters as f32[2] and leaves as f32[]",
    )
    expect(() => scan(x, { a: x, b: tensor([1, 2, 3]) }, (c) => [c, null])).toThrow(
      "scan: f32[3] over 2 turns",
    )
    expect(() => switchCase(0, [])).toThrow("switchCase: there are no branches")
  })
})
/** The sine, which counts how often it is computed. */
function counting(count: { runs: number }) {
  const op = sin.op
  return {
    ...op,
    name: "probe",
    evaluate: (x: readonly ArrayLike<number | bigint>[]) => {
      count.runs++
      return [Array.from(x[0], (v) => Math.sin(Number(v)))]
    },
  }
}
