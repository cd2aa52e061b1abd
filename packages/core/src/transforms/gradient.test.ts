/** @file Transforms of functions: gradients, forward mode, batching, custom gradients, effects (K1.4, S10, C11). */
import { describe, expect, test } from "vitest"
import {
  abs,
  add,
  asType,
  checkpoint,
  clip,
  cond,
  customGrad,
  defn,
  dot,
  type Graph,
  grad,
  graphOf,
  hessian,
  jacobian,
  jvp,
  less,
  matmul,
  maximum,
  mean,
  multiply,
  postorder,
  power,
  printValue,
  setPrinter,
  sin,
  softmax,
  square,
  stopGradient,
  subtract,
  sum,
  type Tensor,
  Trace,
  tanh,
  tensor,
  valueAndGrad,
  vjp,
  vmap,
  whileLoop,
  withTrace,
} from "../index.ts"

const list = (t: Tensor): unknown => t.toArray()

describe("grad", () => {
  test("of a plain function, outside any trace, as one compiled program", () => {
    const g = grad((x: Tensor) => sum(square(x)))
    expect(list(g(tensor([1, 2, 3])))).toEqual([2, 4, 6])
    expect(g.graph(tensor([1, 2, 3])).outputs).toHaveLength(1)
    expect(g.traces).toBe(1)
  })
  test("of a number gives a scalar tensor, and again without tracing per value (S3)", () => {
    const g = grad((x: Tensor) => power(x, 3) as Tensor)
    const call = g as unknown as (x: number) => Tensor
    expect([2, 3, 4, 5].map((x) => call(x).item())).toEqual([12, 27, 48, 75])
    expect(g.traces).toBeLessThan(3)
  })
  test("of containers, with the structure of the argument", () => {
    const loss = (p: { w: Tensor; b: readonly Tensor[] }, x: Tensor) =>
      sum(add(multiply(p.w, x), p.b[0]))
    const [value, g] = valueAndGrad(loss)(
      { w: tensor([1, 2]), b: [tensor([5, 5])] },
      tensor([3, 4]),
    )
    expect(value.item()).toBe(21)
    expect([list(g.w), list(g.b[0])]).toEqual([
      [3, 4],
      [1, 1],
    ])
  })
  test("argNumbers picks arguments, hasAux hands more through", () => {
    const f = (a: Tensor, b: Tensor) => sum(multiply(a, square(b)))
    expect(list(grad(f, { argNumbers: 1 })(tensor([2]), tensor([3])))).toEqual([12])
    const [ga, gb] = grad(f, { argNumbers: [0, 1] })(tensor([2]), tensor([3]))
    expect([list(ga), list(gb)]).toEqual([[9], [12]])
    const withAux = (x: Tensor): [Tensor, Tensor] => [sum(square(x)), add(x, 1)]
    const [[loss, more], g] = valueAndGrad(withAux, { hasAux: true })(tensor([2]))
    expect([loss.item(), list(more), list(g)]).toEqual([4, [3], [4]])
  })
  test("does not count captured uses of the same value", () => {
    const f = defn((x: Tensor) => grad((z: Tensor) => sum(multiply(z, x)))(x))
    expect(list(f(tensor([2, 3])))).toEqual([2, 3])
  })
  test("of grad, and of a defn inside a defn", () => {
    const cube = defn((x: Tensor) => sum(power(x, 3)))
    const second = grad((x: Tensor) => sum(grad(cube)(x)))
    expect(list(second(tensor([1, 2])))).toEqual([6, 12])
  })
  test("errors name what is wrong", () => {
    const id = (x: Tensor) => x
    expect(() => grad(id)(tensor([1, 2]))).toThrow(
      "grad: id returned f32[2]; it must return a float scalar",
    )
    const count = (p: { w: Tensor; n: Tensor }) => sum(p.w)
    const args = { w: tensor([1]), n: tensor(Int32Array.of(1)) }
    expect(() => grad(count)(args)).toThrow(
      "grad: argument 0.n is i32[1]; only floats have gradients",
    )
    expect(() => grad(count, { argNumbers: 1 })(args)).toThrow(
      "grad: argument 1 of count; it was called with 1, numbered from 0",
    )
    expect(() => grad(3 as never)).toThrow("grad: takes a function, not 3")
  })
})

describe("vjp and jvp", () => {
  const f = (x: Tensor, w: Tensor) => ({ y: multiply(x, w), n: asType(x, "i32") })
  test("of several outputs, integers among them", () => {
    const x = tensor([1, 2]),
      w = tensor([3, 4])
    const [value, g] = vjp(f)([x, w], {
      y: tensor([1, 10]),
      n: tensor(Int32Array.of(0, 0)) as never,
    })
    expect(list(value.y)).toEqual([3, 8])
    expect(g.map(list)).toEqual([
      [3, 40],
      [1, 20],
    ])
    const [, t] = jvp(f)([x, w], [tensor([1, 0]), tensor([0, 1])])
    expect([list(t.y), list(t.n)]).toEqual([
      [3, 2],
      [0, 0],
    ])
  })
  test("types that do not fit are errors", () => {
    expect(() => vjp(square)([tensor([1, 2])], tensor([1]))).toThrow(
      "vjp: cotangents f32[1] for outputs f32[2]",
    )
    expect(() => jvp(square)([tensor([1, 2])], [tensor([1])])).toThrow(
      "jvp: tangents f32[1] for arguments f32[2]",
    )
  })
  test("jacobian and hessian", () => {
    expect(list(jacobian((x: Tensor) => square(x))(tensor([1, 2])))).toEqual([
      [2, 0],
      [0, 4],
    ])
    const m = tensor([
      [2, 1],
      [1, 3],
    ])
    expect(list(hessian((x: Tensor) => dot(x, dot(m, x)))(tensor([1, 2])))).toEqual([
      [4, 2],
      [2, 6],
    ])
  })
})

describe("vmap", () => {
  test("over one argument, sharing another", () => {
    const f = vmap((x: Tensor, w: Tensor) => dot(w, x), { inAxes: [0, null] })
    expect(
      list(
        f(
          tensor([
            [1, 0],
            [0, 1],
            [1, 1],
          ]),
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toEqual([
      [1, 3],
      [2, 4],
      [3, 7],
    ])
  })
  test("other axes, containers, numbers", () => {
    const f = vmap((p: { a: Tensor; k: number }) => multiply(p.a, p.k), {
      inAxes: [{ a: 1, k: null }],
      outAxes: 1,
    })
    const a = tensor([
      [1, 2],
      [3, 4],
    ])
    expect(list(f({ a, k: 2 }))).toEqual([
      [2, 4],
      [6, 8],
    ])
    expect(list(f({ a, k: 3 }))).toEqual([
      [3, 6],
      [9, 12],
    ])
    expect(list(f({ a, k: 4 }))).toEqual([
      [4, 8],
      [12, 16],
    ])
  })
  test("per-example gradients", () => {
    const each = vmap(
      grad((w: Tensor, x: Tensor) => square(sum(multiply(w, x)))),
      { inAxes: [null, 0] },
    )
    expect(
      list(
        each(
          tensor([1, 1]),
          tensor([
            [1, 2],
            [3, 0],
          ]),
        ),
      ),
    ).toEqual([
      [6, 12],
      [18, 0],
    ])
  })
  test("of softmax is softmax of the batch, as one node (C2)", () => {
    withTrace(new Trace(), () => {
      const t = { dtype: "f32", shape: [4, 3] } as const
      const batched = graphOf([t], (x) => [vmap((r: Tensor) => softmax(r) as Tensor)(x)])
      expect(batched).toBe(graphOf([t], (x) => [softmax(x)]))
    })
  })
  test("batches of different size are an error", () => {
    expect(() =>
      vmap(add as (a: Tensor, b: Tensor) => Tensor)(tensor([1, 2]), tensor([1, 2, 3])),
    ).toThrow("batches of 2 and 3")
  })
})

describe("gradients by choice (S10)", () => {
  const of = (f: (x: Tensor) => Tensor, x: readonly number[]): unknown =>
    list(grad((t: Tensor) => sum(f(t)))(tensor(x as number[])))
  test("ties, zeros, bounds", async () => {
    const { max, product } = await import("../index.ts")
    expect(of((x) => max(x), [2, 2, 1])).toEqual([0.5, 0.5, 0])
    expect(of((x) => product(x), [0, 3, 2])).toEqual([6, 0, 0])
    expect(of((x) => product(x), [0, 3, 0])).toEqual([0, 0, 0])
    expect(list(hessian((x: Tensor) => product(x) as Tensor)(tensor([0, 0, 5])))).toEqual([
      [0, 5, 0],
      [5, 0, 0],
      [0, 0, 0],
    ])
    expect(of((x) => abs(x), [0, -2])).toEqual([0, -1])
    expect(of((x) => maximum(x, 1), [1, 2])).toEqual([0.5, 1])
    expect(of((x) => clip(x, -1, 1), [-1, 0, 3])).toEqual([1, 1, 0])
  })
})

describe("saying what the gradient is", () => {
  test("stopGradient", () => {
    expect(list(grad((x: Tensor) => sum(multiply(x, stopGradient(x))))(tensor([3])))).toEqual([3])
  })
  test("customGrad, batched and in forward mode too", () => {
    const rounded = customGrad(
      (x: Tensor) => square(x),
      (g: Tensor) => [multiply(g, 100)],
    )
    const g = grad((x: Tensor) => sum(rounded(x)))
    expect(list(rounded(tensor([3])))).toEqual([9])
    expect(list(g(tensor([3])))).toEqual([100])
    expect(list(vmap(g)(tensor([[1], [2]])))).toEqual([[100], [100]])
    expect(list(jvp((x: Tensor) => rounded(x))([tensor([3])], [tensor([2])])[1])).toEqual([200])
  })
  test("customGrad may use arguments, value and captured tensors", () => {
    const scale = tensor([10])
    const f = customGrad(
      (x: Tensor) => multiply(x, scale),
      (g: Tensor, { inputs: [x], output }) => [multiply(g, add(x, output))],
    )
    expect(list(grad((x: Tensor) => sum(f(x)))(tensor([2])))).toEqual([22])
  })
  test("customGrad of another shape is an error", () => {
    const f = customGrad(
      (x: Tensor) => square(x),
      () => [tensor([1, 2])],
    )
    expect(() => f(tensor([1, 2, 3]))).toThrow("customGrad: the rule of")
  })
  test("checkpoint computes again in place of sharing (D3.2)", () => {
    const block = (x: Tensor) => tanh(sin(x))
    const ops = (f: (x: Tensor) => Tensor): string[] => {
      const g = valueAndGrad((x: Tensor) => sum(f(x))).graph(tensor([0.5]))
      const names = (y: readonly Tensor[]): string[] =>
        postorder(y).flatMap((n) => [
          n.op.name,
          ...("body" in n.attrs ? names((n.attrs.body as Graph).outputs) : []),
        ])
      return names(g.outputs).filter((name) => name === "sin" || name === "barrier")
    }
    const plain = grad((x: Tensor) => sum(block(x)))(tensor([0.5]))
    const again = grad((x: Tensor) => sum(checkpoint(block)(x)))(tensor([0.5]))
    expect(list(again)).toEqual(list(plain))
    expect(ops(block)).toEqual(["sin"])
    expect(ops((x) => checkpoint(block)(x)).sort()).toEqual(["barrier", "sin", "sin"])
  })
})

describe("effects (C11)", () => {
  test("printValue runs once, also under grad, in a branch and in a loop", () => {
    const lines: string[] = []
    setPrinter((t) => lines.push(t))
    grad((x: Tensor) => sum(square(printValue(x, "x"))))(tensor([1, 2]))
    expect(lines).toEqual(["x: f32[2] [1, 2]"])
    lines.length = 0
    const f = defn((x: Tensor) =>
      cond(
        less(sum(x), 0),
        () => printValue(x, "negative"),
        () => x,
      ),
    )
    f(tensor([1]))
    expect(lines).toEqual([])
    f(tensor([-1]))
    expect(lines).toEqual(["negative: f32[1] [-1]"])
    lines.length = 0
    defn((x: Tensor) =>
      whileLoop(
        x,
        (c) => less(sum(c), 3),
        (c) => add(printValue(c, "c"), 1),
      ),
    )(tensor([0]))
    expect(lines).toEqual(["c: f32[1] [0]", "c: f32[1] [1]", "c: f32[1] [2]"])
    lines.length = 0
    defn((x: Tensor) => {
      cond(
        less(sum(x), 0),
        () => {
          printValue(x, "only")
          return []
        },
        () => [],
      )
      return x
    })(tensor([-1]))
    expect(lines).toEqual(["only: f32[1] [-1]"])
    setPrinter((t) => console.log(t))
  })
})

test("training a small model by its gradient", () => {
  const loss = defn(
    (p: { w: Tensor; b: Tensor }, x: Tensor, y: Tensor) =>
      mean(square(subtract(add(matmul(x, p.w), p.b), y))) as Tensor,
  )
  const step = valueAndGrad(loss)
  let p: { w: Tensor; b: Tensor } = { w: tensor([[0], [0]]), b: tensor([0]) }
  const x = tensor([
    [1, 0],
    [0, 1],
    [1, 1],
  ])
  const y = tensor([[2], [3], [5]])
  let last = 0
  for (let i = 0; i < 200; i++) {
    const [value, g] = step(p, x, y)
    last = value.item() as number
    p = { w: subtract(p.w, multiply(g.w, 0.3)), b: subtract(p.b, multiply(g.b, 0.3)) }
  }
  expect(last).toBeLessThan(1e-3)
  expect(step.traces).toBe(1)
})
