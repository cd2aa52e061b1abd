/** @file Containers: what is in their key, and what comes back in their shape (D3.10). */
import { describe, expect, test } from "vitest"
import { flatten, flattenWithPaths, mapTensors, structureKey, unflatten } from "./container.ts"
import { defn, type Tensor, tensor } from "./index.ts"

const x = tensor([1, 2])
class Layer {
  static tensors = ["w"]
  w: Tensor
  kind: unknown
  constructor(w: Tensor, kind: unknown = "plain") {
    this.w = w
    this.kind = kind
  }
  apply(y: Tensor): Tensor {
    return this.kind === "plain" ? y.multiply(this.w) : y.add(this.w)
  }
}
class Other extends Layer {
  override apply(y: Tensor): Tensor {
    return y.subtract(this.w)
  }
}

describe("keys", () => {
  const different: readonly (readonly [unknown, unknown])[] = [
    [0, -0],
    [1, 1n],
    [1, "1"],
    [true, "true"],
    [null, undefined],
    [null, "null"],
    [Number.NaN, "NaN"],
    [[], {}],
    [[1, 2], [12]],
    [[[1], 2], [[1, 2]]],
    [{ a: 1, b: 2 }, { "a:1,b": 2 }],
    [{ a: 1 }, { b: 1 }],
    [["a,b"], ["a", "b"]],
    [x, tensor([1, 2], { dtype: "f64" })],
    [x, tensor([1, 2], { names: ["a"] })],
    [x, "f32[2]"],
    [() => 1, () => 1],
    [new Date(0), new Date(0)],
    [new Layer(x), new Other(x)],
    [new Layer(x), new Layer(x, "sum")],
    [new Layer(x), { w: x }],
    [new Layer(x, { deep: [1] }), new Layer(x, { deep: [2] })],
    [new Layer(x, tensor(1)), new Layer(x, tensor(1))],
    [Array(20000).fill(1), [...Array(19999).fill(1), 2]],
  ]
  test.each(different.map(([a, b], i) => [i, a, b] as const))("different: %i", (_, a, b) =>
    expect(structureKey(a)).not.toBe(structureKey(b)),
  )
  const equal: readonly (readonly [unknown, unknown])[] = [
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [x, tensor([3, 4])],
    [
      [x, { y: x }],
      [tensor([5, 6]), { y: tensor([7, 8]) }],
    ],
    [new Layer(x), new Layer(tensor([9, 9]))],
    [Array(20000).fill(x), Array(20000).fill(tensor([0, 0]))],
    [Object.create(null), {}],
  ]
  test.each(equal.map(([a, b], i) => [i, a, b] as const))("the same: %i", (_, a, b) =>
    expect(structureKey(a)).toBe(structureKey(b)),
  )
  test("a long key is short", () =>
    expect(structureKey(Array(1e5).fill("text")).length).toBeLessThan(100))
  test("numbers are handed over with their places, in the order of the leaves; fields of classes are not", () => {
    const seen: string[] = []
    structureKey({ b: [1, { c: 2 }], a: 3, l: new Layer(x, 7) }, (n, path) => {
      seen.push(`${path}=${n}`)
      return "~"
    })
    expect(seen).toEqual([".a=3", ".b[0]=1", ".b[1].c=2"])
  })
  test("a value that holds itself is refused", () => {
    const loop: unknown[] = []
    loop.push(loop)
    expect(() => structureKey(loop)).toThrow(/does it hold itself/)
  })
})

describe("structure", () => {
  const [a, b, c] = [tensor([1]), tensor([2]), tensor([3])]
  const value = { layers: [new Layer(a), { b }], n: 4, c }
  const places = (of: unknown, all: readonly Tensor[]): number[] =>
    flatten(of).map((t) => all.indexOf(t))
  test("tensors come in one order, with their places", () => {
    expect(flattenWithPaths(value).map(([path]) => path)).toEqual([
      ".c",
      ".layers[0].w",
      ".layers[1].b",
    ])
    expect(places(value, [c, a, b])).toEqual([0, 1, 2])
  })
  test("a copy keeps classes and other values, and changes nothing", () => {
    const copy = unflatten(value, [a, b, c])
    expect([places(copy, [a, b, c]), copy.n]).toEqual([[0, 1, 2], 4])
    expect(copy.layers[0] instanceof Layer).toBe(true)
    expect(places(value, [c, a, b])).toEqual([0, 1, 2])
    expect(
      places(
        mapTensors(value, (t) => t),
        [c, a, b],
      ),
    ).toEqual([0, 1, 2])
  })
  test("a class keeps its methods in a traced function, one program per class and field", () => {
    const f = defn((l: Layer, y: Tensor) => l.apply(y))
    const run = (l: Layer) => f(l, x).toArray()
    expect([
      run(new Layer(x)),
      run(new Layer(tensor([3, 3]))),
      run(new Layer(x, "sum")),
      run(new Other(x)),
    ]).toEqual([
      [1, 4],
      [3, 6],
      [2, 4],
      [0, 0],
    ])
    expect(f.traces).toBe(3)
  })
  test("a class comes back as its class", () => {
    const l = defn((m: Layer) => new Layer(m.w.multiply(2), m.kind))(new Layer(x, "sum"))
    expect([l instanceof Layer, l.kind, l.w.toArray()]).toEqual([true, "sum", [2, 4]])
  })
})
