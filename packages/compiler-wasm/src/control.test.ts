import {
  add,
  cond,
  dot,
  type Graph,
  grad,
  graphOf,
  InternTable,
  less,
  multiply,
  randomNumbers,
  scan,
  sum,
  type Tensor,
  type TensorType,
  tanh,
  vmap,
  whileLoop,
  withTable,
} from "@defnote/core"
import { test } from "vitest"
import { expectEqual, randomStorage } from "./compare.ts"

const f64 = (...shape: number[]): TensorType => ({ dtype: "f64", shape })
const graph = (types: TensorType[], f: (...x: Tensor[]) => Tensor | Tensor[]): Graph =>
  withTable(new InternTable(), () => graphOf(types, (...x) => [f(...x)].flat()))
function check(types: TensorType[], f: (...x: Tensor[]) => Tensor | Tensor[]): void {
  const inputs = types.map((t, i) => randomStorage(t, [-1, 1], randomNumbers(i + 3)))
  expectEqual(graph(types, f), inputs, "control", 100)
}
const doubled = (x: Tensor): Tensor =>
  whileLoop(
    { x, n: add(sum(x), 0) },
    ({ n }) => less(n, 50),
    ({ x, n }) => ({ x: add(x, 0.7), n: add(n, 3) }),
  ).x as Tensor

test("a while loop runs inside the module", () => check([f64(5)], doubled))
test("a while loop that never runs", () => check([f64(5)], (x) => doubled(add(x, 100))))
test("carries that change places", () => {
  check([f64(3), f64(3)], (a, b) => {
    const r = whileLoop(
      [a, b, sum(multiply(a, 0))],
      ([, , n]) => less(n, 7),
      ([p, q, n]) => [q, p, add(n, 1)],
    )
    return r as Tensor[]
  })
})
test("a loop in a loop", () => {
  check([f64(4)], (x) => {
    const outer = whileLoop(
      { x, i: multiply(sum(x), 0) },
      ({ i }) => less(i, 3),
      ({ x, i }) => ({ x: tanh(doubled(x)), i: add(i, 1) }),
    )
    return outer.x as Tensor
  })
})
test("a conditional runs one branch", () => {
  check(
    [f64(3)],
    (x) =>
      cond(
        less(sum(x), 0),
        () => multiply(x, 2),
        () => tanh(x),
      ) as Tensor,
  )
  check(
    [f64(3)],
    (x) =>
      cond(
        less(0, sum(multiply(x, x))),
        () => x,
        () => tanh(x),
      ) as Tensor,
  )
})
test("a scan, its stacks and its gradient", () => {
  const total = (w: Tensor, xs: Tensor): Tensor => {
    const r = scan(sum(xs, { axes: [0] }) as Tensor, xs, (c: Tensor, x: Tensor) => {
      const h = tanh(add(dot(c, w), x))
      return [h, multiply(h, 2)] as const
    })
    return add(sum(r[0]), sum(r[1]))
  }
  check([f64(3, 3), f64(6, 3)], total)
  check([f64(3, 3), f64(6, 3)], (w, xs) => grad(total)(w, xs) as Tensor)
})
test("the gradient of a while loop", () => {
  const loss = (x: Tensor): Tensor => sum(doubled(x))
  check([f64(3)], (x) => grad(loss)(x) as Tensor)
})
test("lanes of conditionals and loops", () => {
  const f = (x: Tensor): Tensor =>
    cond(
      less(sum(x), 0),
      () => multiply(x, 2),
      () => tanh(x),
    ) as Tensor
  check([f64(6, 3)], (x) => vmap(f)(x) as Tensor)
  check([f64(4, 3)], (x) => vmap(doubled)(x) as Tensor)
})
