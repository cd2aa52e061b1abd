/** @file When a function is traced again and when not (S3, C14, D3.10), and what donation gives up (D4.4). */
import { describe, expect, test } from "vitest"
import { registerFunction } from "./captures.ts"
import { type Defn, defn, grad, type Tensor, tensor } from "./index.ts"
import { needNumber } from "./weak.ts"

const x = tensor([1, 2, 3])
const modes = (f: Defn): readonly string[][] => f.info().programs.map((p) => [...p.numbers])
/** A function that says what it captures, as rewritten text does. */
const capturing = <F extends (...a: never[]) => unknown>(
  f: F,
  captures: () => Record<string, unknown>,
): F => registerFunction(f, { captures })

describe("S3 number arguments", () => {
  test("static at first, traced from the second value on", () => {
    const f = defn((y: Tensor, n: number) => y.multiply(n))
    expect([2, 2, 3, 4, 5].map((n) => f(x, n).toArray())).toEqual(
      [2, 2, 3, 4, 5].map((n) => [n, 2 * n, 3 * n]),
    )
    expect([f.traces, modes(f as Defn)]).toEqual([2, [["static"], ["dynamic"]]])
  })
  test("a body that needs the number pins it: one program per value", () => {
    const f = defn((y: Tensor, n: number) => y.reshape([n, 6 / n]))
    const six = tensor([1, 2, 3, 4, 5, 6])
    expect([1, 2, 3, 2, 1].map((n) => f(six, n).shape)).toEqual([
      [1, 6],
      [2, 3],
      [3, 2],
      [2, 3],
      [1, 6],
    ])
    expect(modes(f as Defn)).toEqual([["static"], ["pinned"], ["pinned"]])
    // Two programs, and one attempt at a traced number.
    expect(f.traces).toBe(4)
  })
  test("K1.4 an argument that was declared static stays a number, nested or not", () => {
    const f = defn((y: Tensor, n: { by: number[] }, m: number) => y.multiply(n.by[0]).add(m), {
      static: [1],
    })
    const results = [1, 2, 3].map((n) => f(tensor([1]), { by: [n] }, 2).item())
    expect(results).toEqual([3, 4, 5])
    expect(modes(f as Defn)).toEqual([1, 2, 3].map(() => ["pinned", "static"]))
    expect(f(tensor([1]), { by: [3] }, 5).item()).toBe(8)
    expect(f.traces).toBe(4)
  })
  test("only the number that is needed is pinned", () => {
    const f = defn((y: Tensor, n: number, scale: number) => y.reshape([n, 6 / n]).multiply(scale))
    const six = tensor([1, 2, 3, 4, 5, 6])
    f(six, 1, 1)
    f(six, 2, 2)
    const after = f.traces
    for (let i = 3; i < 20; i++) expect(f(six, 2, i).at(0, 0).item()).toBe(i)
    expect([f.traces, modes(f as Defn).at(-1)]).toEqual([after, ["pinned", "dynamic"]])
  })
  test("numbers inside containers count, booleans and text are always static", () => {
    const f = defn((o: { x: Tensor; rate: number; flag: boolean; name: string }) =>
      o.flag && o.name === "a" ? o.x.multiply(o.rate) : o.x.negate(),
    )
    const at = (rate: number, flag: boolean, name: string) =>
      f({ x, rate, flag, name }).at(0).item()
    expect([
      at(2, true, "a"),
      at(3, true, "a"),
      at(4, true, "a"),
      at(4, false, "a"),
      at(4, true, "b"),
    ]).toEqual([2, 3, 4, -1, -1])
    expect(f.traces).toBe(4)
  })
  test("a number of a dtype that depends on its value is static", () => {
    const f = defn((y: Tensor, n: number) => y.add(n))
    const whole = tensor([1, 2], { dtype: "i32" })
    expect([1, 2, 1.5].map((n) => f(whole, n).dtype)).toEqual(["i32", "i32", "f32"])
  })
  test("a value that is no argument and asks for a number is an error, not a loop", () => {
    const f = defn((y: Tensor) => needNumber(y, "test"))
    expect(() => f(x)).toThrow(/has no number yet/)
  })
})

describe("D3.10 the cache", () => {
  test("types, structure, names and functions are in the key", () => {
    const f = defn(
      (o: unknown) => (Array.isArray(o) ? o[0] : ((o as { a?: Tensor }).a ?? o)) as Tensor,
    )
    const double = (y: Tensor) => y.multiply(2)
    const apply = defn((g: (y: Tensor) => Tensor, y: Tensor) => g(y))
    for (const o of [
      x,
      tensor([1]),
      tensor([1], { dtype: "f64" }),
      tensor([1], { names: ["a"] }),
      [x],
      { a: x },
      { a: x, b: 1n },
      { a: x, b: "1n" },
    ]) {
      f(o)
      f(o)
    }
    expect(f.traces).toBe(8)
    expect(
      [apply(double, x), apply((y) => y.negate(), x), apply(double, x)].map((y) => y.at(0).item()),
    ).toEqual([2, -1, 2])
    expect(apply.traces).toBe(2)
  })
  test("the limit holds for all structures together; the oldest goes first", () => {
    const f = defn((y: Tensor) => y.negate())
    for (let n = 1; n <= 300; n++) f(tensor(new Float32Array(n)))
    expect([f.traces, f.info().programs.length]).toEqual([300, 256])
    f(tensor(new Float32Array(300)))
    expect(f.traces).toBe(300)
    f(tensor(new Float32Array(1)))
    expect(f.traces).toBe(301)
  })
  test("a pinned number is forgotten with its last program, and learned again", () => {
    const f = defn((y: Tensor, n: number) => y.reshape([n, 1]))
    for (let n = 1; n <= 300; n++) expect(f(tensor(new Float32Array(n)), n).shape).toEqual([n, 1])
    expect(f.info().programs.length).toBe(256)
  })
  test("using gives the same function for the same compiler", () => {
    const f = defn((y: Tensor) => y.negate())
    expect(f.using("reference")).toBe(f.using("reference"))
    expect(f.using("reference")(x).toArray()).toEqual([-1, -2, -3])
  })
  test("an error while tracing leaves nothing behind", () => {
    let fail = true
    const f = defn((y: Tensor) => {
      if (fail) throw new Error("mine")
      return y.negate()
    })
    expect(() => f(x)).toThrow("mine")
    expect(x.add(1).toArray()).toEqual([2, 3, 4])
    fail = false
    expect(f(x).toArray()).toEqual([-1, -2, -3])
  })
})

describe("C14 captures", () => {
  test("a captured tensor is a parameter; what stands beside it is in the key", () => {
    let [w, rate] = [tensor([1, 1, 1]), 2]
    const f = defn(
      capturing(
        (y: Tensor) => y.multiply(w).multiply(rate),
        () => ({ w, rate }),
      ),
    )
    expect(f(x).toArray()).toEqual([2, 4, 6])
    w = tensor([10, 10, 10])
    expect([f(x).toArray(), f.traces]).toEqual([[20, 40, 60], 1])
    rate = 3
    expect([f(x).toArray(), f.traces]).toEqual([[30, 60, 90], 2])
  })
  test("two names of one tensor part ways", () => {
    let w = tensor([1, 1, 1])
    const first = w
    const f = defn(
      capturing(
        (y: Tensor) => y.multiply(w).subtract(y.multiply(first)),
        () => ({ w, first }),
      ),
    )
    expect(f(x).toArray()).toEqual([0, 0, 0])
    w = tensor([3, 3, 3])
    expect(f(x).toArray()).toEqual([2, 4, 6])
  })
  test("fields of captured objects are captured: plain, of classes, of maps, and behind a cycle", () => {
    class Model {
      w = tensor([1, 1, 1])
      rate = 1
      self = this
    }
    const [model, plain, map] = [new Model(), { w: tensor(1) }, new Map([["w", tensor(1)]])]
    const f = defn(
      capturing(
        (y: Tensor) =>
          y
            .multiply(model.w)
            .multiply(model.rate)
            .multiply(plain.w)
            .multiply(map.get("w") as Tensor),
        () => ({ model, plain, map }),
      ),
    )
    expect(f(x).toArray()).toEqual([1, 2, 3])
    model.w = tensor([2, 2, 2])
    plain.w = tensor(3)
    map.set("w", tensor(5))
    expect([f(x).toArray(), f.traces]).toEqual([[30, 60, 90], 1])
    model.rate = 2
    expect([f(x).toArray(), f.traces]).toEqual([[60, 120, 180], 2])
  })
  test("captured functions bring their captures; a function may capture itself", () => {
    let w = tensor([1, 1, 1])
    const helper = capturing(
      (y: Tensor) => y.multiply(w),
      () => ({ w }),
    )
    const f: Defn<(y: Tensor, n: number) => Tensor> = defn(
      capturing(
        (y: Tensor, n: number): Tensor => (n === 0 ? helper(y) : f(y.multiply(2), n - 1)),
        () => ({ helper, f }),
      ),
    )
    expect(f(x, 2).toArray()).toEqual([4, 8, 12])
    w = tensor([10, 10, 10])
    expect(f(x, 2).toArray()).toEqual([40, 80, 120])
  })
  test("a gradient reads them anew as well", () => {
    let w = tensor([1, 1, 1])
    const g = grad(
      defn(
        capturing(
          (y: Tensor) => y.multiply(w).sum(),
          () => ({ w }),
        ),
      ),
    )
    expect(g(x).toArray()).toEqual([1, 1, 1])
    w = tensor([7, 7, 7])
    expect(g(x).toArray()).toEqual([7, 7, 7])
  })
})

describe("D4.4 donation", () => {
  const step = defn((p: { w: Tensor; b: Tensor }, g: Tensor) => ({ w: p.w.subtract(g), b: p.b }), {
    donate: [0],
    name: "step",
  })
  test("what was consumed says so, what was passed through lives on", () => {
    const p = { w: tensor([1]), b: tensor([2]) }
    const q = step(p, tensor([1]))
    expect([q.w.toArray(), q.b.toArray()]).toEqual([[0], [2]])
    expect(() => p.w.toArray()).toThrow(/given up when it was donated to step/)
    const r = step(q, tensor([1]))
    expect([r.w.toArray(), r.b.toArray()]).toEqual([[-1], [2]])
  })
})
