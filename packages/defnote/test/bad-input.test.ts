/** @file What people get wrong, one row each: the error is of the right kind and says what to do (K4). */
import { Worker } from "node:worker_threads"
import { allocateBuffer, budget, engine } from "@defnote/core"
import * as library from "defnote"
import { defn, grad, type Tensor, tensor, zeros } from "defnote"
import { afterEach, describe, expect, test } from "vitest"
import { cell } from "./cell.ts"

const scope = library as unknown as Record<string, unknown>
// biome-ignore lint/suspicious/noExplicitAny: wrong input on purpose
type Any = any
const anything = library as Any
const x = tensor([1, 2, 3])
/** Calls the `defn` of this text. */
const call = (source: string, ...args: unknown[]): unknown =>
  cell<(...a: unknown[]) => unknown>(`const f = defn(${source})`, scope)(...args)
/** A traced value that outlives its trace. */
function leaked(): Tensor {
  let kept: Tensor | undefined
  defn((y: Tensor) => {
    kept = y.add(1)
    return y
  })(x)
  return kept as Tensor
}
const gone = (): Tensor => {
  const t = tensor([1])
  t.dispose()
  return t
}
const donated = (): Tensor => {
  const t = tensor([1])
  defn((y: Tensor) => y.add(1), { donate: [0], name: "step" })(t)
  return t
}
type Row = readonly [what: string, run: () => unknown, name: string, message: RegExp]
const rejected = (rows: readonly Row[]): void => {
  test.each(rows)("%s", (_, run, name, message) => {
    let caught: unknown
    try {
      run()
    } catch (e) {
      caught = e
    }
    expect(caught).toBeInstanceOf(Error)
    expect([(caught as Error).name, (caught as Error).message]).toEqual([
      name,
      expect.stringMatching(message),
    ])
    if (caught instanceof library.DefnoteError) expectReference(caught)
  })
}

/** Each message ends with the place where it is explained, and says it once (K4). */
function expectReference({ message, code }: library.DefnoteError): void {
  expect(message.match(/\n {2}see docs\/errors\.md#\w+/g)).toEqual([
    `\n  see docs/errors.md#${code}`,
  ])
  expect(message.endsWith(`#${code}`)).toBe(true)
}

describe("operands", () => {
  rejected([
    [
      "shapes that do not broadcast",
      () => x.add(tensor([1, 2])),
      "ShapeError",
      /add: cannot broadcast f32\[3\] with f32\[2\]: axis -1 is 3 on the left and 2 on the right/,
    ],
    [
      "matmul names both expressions",
      () => call("(x) => x.reshape([3, 1]).matmul(x.reshape([3, 1]))", x),
      "ShapeError",
      /left {3}made by x\.reshape\(\[3, 1\]\) at cell \d+, line 1\n {2}right {2}made by/,
    ],
    [
      "floats in a bitwise operation",
      () => call("(x) => x & x", x),
      "DTypeError",
      /takes integers/,
    ],
    ["text", () => call("(x) => 'a' * x", x), "DTypeError", /operator \*: .*"a" and f32\[3\]/],
    ["null", () => call("(x) => x + null", x), "DTypeError", /f32\[3\] and null/],
    ["undefined", () => call("(x) => x - undefined", x), "DTypeError", /f32\[3\] and undefined/],
    ["a list", () => call("(x) => x + [1]", x), "DTypeError", /f32\[3\] and an array/],
    [
      "text that is joined to a tensor",
      () => call("(x) => 'x is ' + x", x),
      "DTypeError",
      /operator \+/,
    ],
    [
      "a captured variable that has no value yet",
      () => cell<(t: Tensor) => unknown>("let w; const f = defn((x) => x * w)", scope)(x),
      "DTypeError",
      /f32\[3\] and undefined/,
    ],
    [
      "a captured constant before its line",
      () => cell("const f = defn((x) => x * later); f(tensor([1])); const later = 1", scope),
      "ReferenceError",
      /later/,
    ],
    ["an operator that no tensor has", () => call("(x) => x >>> 1", x), "LanguageError", /D110/],
    [
      "a function that Math has and tensors have not",
      () => call("(x) => Math.imul(x, x)", x),
      "LanguageError",
      /Math\.imul/,
    ],
  ])
})

describe("outside defn", () => {
  const number =
    /f32\[\] was used as a JavaScript number; a tensor has no operators outside defn[\s\S]*item\(\)/
  rejected([
    ["Math.floor", () => Math.floor(tensor(1.5) as Any), "DTypeError", number],
    ["*", () => (tensor(1.5) as Any) * 2, "DTypeError", number],
    ["<", () => (tensor(1.5) as Any) < 2, "DTypeError", number],
    ["an index", () => x[0], "DTypeError", /x\[0\]: .* outside defn[\s\S]*x\.at\(0\)/],
    ["+", () => (tensor(1.5) as Any) + 2, "DTypeError", /used as a JavaScript value/],
  ])
  test("S13 a condition and === cannot be intercepted: objects are true and not equal", () => {
    expect(tensor(0) ? "true" : "false").toBe("true")
    expect((tensor(1) as unknown) === tensor(1)).toBe(false)
  })
  test("S13 an element cannot be assigned", () => {
    expect(() => {
      ;(x as unknown as Record<number, number>)[0] = 5
    }).toThrow(/x\[0\] = \.\.\.: a tensor is a value and does not change[\s\S]*putSlice/)
    expect(x.toArray()).toEqual([1, 2, 3])
  })
  test("D4.5 a tensor has no then, so await gives the tensor", async () => {
    expect("then" in x).toBe(false)
    expect(await x).toBe(x)
    expect("then" in defn((y: Tensor) => y)).toBe(false)
  })
  test("text of a tensor is allowed", () => expect(`${x}`).toBe("f32[3] [1, 2, 3]"))
})

describe("a traced value has no number", () => {
  const remedy = /has no number yet[\s\S]*printValue/
  rejected([
    ["Number(...)", () => call("(x) => Number(x.sum())", x), "TraceError", remedy],
    ["item()", () => call("(x) => x.sum().item()", x), "TraceError", remedy],
    ["toArray()", () => call("(x) => x.toArray()", x), "TraceError", remedy],
    ["dataSync()", () => call("(x) => x.dataSync()", x), "TraceError", remedy],
    ["an array index", () => call("(x) => [1, 2][x.sum()]", x), "TraceError", remedy],
    ["a shape", () => call("(x) => x.reshape([x.sum()])", x), "TraceError", remedy],
    ["JSON", () => call("(x) => JSON.stringify(x)", x), "TraceError", remedy],
    [
      "a recursion that a tensor should end",
      () => call("(x) => x.sum() > 3 ? f(x - 1) : x", x),
      "TraceError",
      /calls itself without end[\s\S]*write a loop/,
    ],
    ["after its trace: read", () => leaked().toArray(), "TraceError", remedy],
    ["after its trace: an argument", () => leaked().add(1), "TraceError", /after its trace ended/],
    [
      "after its trace: in another function",
      () => {
        const kept = leaked()
        return defn((y: Tensor) => y.add(kept))(x)
      },
      "TraceError",
      /after its trace ended[\s\S]*Return it/,
    ],
  ])
})

describe("D5.4 statements under a tensor condition", () => {
  rejected([
    [
      "if on a vector",
      () => call("(x) => { if (x > 0) return x; return -x }", x),
      "ShapeError",
      /must be a scalar[\s\S]*\? a : b/,
    ],
    [
      "while on a vector",
      () => call("(x) => { while (x > 0) x = x - 1; return x }", x),
      "TraceError",
      /must be a scalar[\s\S]*any\(\)/,
    ],
    [
      "throw",
      () => call("(x) => { if (x.sum() > 0) throw new Error('no'); return x }", x),
      "LanguageError",
      /D207: `throw`.*return a flag/,
    ],
    [
      "a property",
      () => call("(x) => { const o = {}; if (x.sum() > 0) o.a = 1; return x }", x),
      "LanguageError",
      /D208: `o\.a = 1` cannot depend/,
    ],
    [
      "push",
      () => call("(x) => { const all = []; if (x.sum() > 0) all.push(x); return x }", x),
      "LanguageError",
      /D208: `all\.push\(x\)` cannot depend/,
    ],
    [
      "an element",
      () => call("(x) => { x[0] = 1; return x }", x),
      "LanguageError",
      /D108: .*putSlice/,
    ],
    [
      "switch",
      () => call("(x) => { switch (x.sum()) { case 1: return x } return -x }", x),
      "LanguageError",
      /D206/,
    ],
    [
      "await",
      () => call("async (x) => { await null; return x }", x),
      "TraceError",
      /returned a Promise/,
    ],
    ["yield", () => call("function* (x) { yield x }", x), "TraceError", /returned a Generator/],
    [
      "two kinds of text",
      () => call("(x) => x.sum() > 0 ? 'a' : 'b'", x),
      "TraceError",
      /"a" on one side and "b"/,
    ],
    [
      "two functions",
      () => call("(x) => { let g = (a) => a; if (x.sum() > 0) g = (a) => -a; return g(x) }", x),
      "TraceError",
      /a function on one side/,
    ],
    [
      "lists of two lengths",
      () => call("(x) => { let l = [x]; if (x.sum() > 0) l = [x, x]; return l }", x),
      "TraceError",
      /a list of 2 on one side and a list of 1/,
    ],
    [
      "two shapes",
      () => call("(x) => { let y = x; if (x.sum() > 0) y = x.reshape([3, 1]); return y }", x),
      "TraceError",
      /f32\[3,1\].*f32\[3\].*shapes must agree/,
    ],
    [
      "tensor and null",
      () => call("(x) => { let y = null; if (x.sum() > 0) y = x; return y }", x),
      "TraceError",
      /f32\[3\] on one side and null/,
    ],
  ])
})

describe("defn", () => {
  rejected([
    ["of a number", () => defn(3 as Any), "OptionError", /takes a function, not a number/],
    ["of nothing", () => defn(undefined as Any), "OptionError", /takes a function, not undefined/],
    ["of a class", () => defn(class {} as Any), "OptionError", /D103/],
    ["of a native function", () => defn(Math.sin as Any), "OptionError", /D103.*native or bound/],
    [
      "of a bound function",
      () => defn(((y: number) => y * 2).bind(null) as Any),
      "OptionError",
      /D103/,
    ],
    [
      "captures without a rewriter",
      () => {
        const w = 2
        return defn(((y: Any) => y * w) as Any)
      },
      "OptionError",
      /uses w from outside[\s\S]*captures: \(\) => \(\{ w \}\)/,
    ],
    [
      "an unknown option",
      () => defn((y: Tensor) => y, { donat: [0] } as Any),
      "OptionError",
      /"donat"; options are/,
    ],
    [
      "an unknown compiler",
      () => defn((y: Tensor) => y).using("cuda"),
      "OptionError",
      /no compiler "cuda"; compilers are .*wasm/,
    ],
    [
      "a value that holds itself",
      () => {
        const o: Record<string, unknown> = { w: x }
        o.self = o
        return defn((y: Any) => y.w)(o)
      },
      "OptionError",
      /does it hold itself/,
    ],
  ])
  test("functions without names of their parameters are functions too", () => {
    const f = new Function("a", "return a*2+1") as (t: Tensor) => Tensor
    expect(defn(f)(x).toArray()).toEqual([3, 5, 7])
  })
})

describe("memory that is gone", () => {
  rejected([
    ["disposed: read", () => gone().toArray(), "DeviceError", /given up by dispose\(\)/],
    ["disposed: an argument", () => gone().add(1), "DeviceError", /given up by dispose\(\)/],
    ["donated: read", () => donated().toArray(), "DeviceError", /when it was donated to step/],
    ["donated: an argument", () => donated().add(1), "DeviceError", /when it was donated to step/],
  ])
  test("D4.4 what a function passes through is not given up", () => {
    const t = tensor([1])
    const [same, more] = defn((y: Tensor) => [y, y.add(1)] as const, { donate: [0] })(t)
    expect([same.toArray(), more.toArray(), t.toArray()]).toEqual([[1], [2], [1]])
  })
})

describe("grad", () => {
  const square = defn((y: Tensor) => y.multiply(y).sum())
  rejected([
    [
      "of an integer",
      () => grad(square)(tensor([1], { dtype: "i32" })),
      "GradError",
      /i32\[1\]; only floats/,
    ],
    [
      "of a vector",
      () => grad(defn((y: Tensor) => y.multiply(2)) as Any)(x),
      "GradError",
      /f32\[3\]; it must return a float scalar[\s\S]*sum\(\)/,
    ],
    ["of text", () => grad(defn(() => "a") as Any)(x), "GradError", /returned a string/],
    ["of no function", () => grad(3 as Any), "OptionError", /takes a function, not 3/],
    [
      "of an argument that is not there",
      () => grad(square, { argNumbers: 3 } as Any)(x),
      "OptionError",
      /argument 3/,
    ],
  ])
})

describe("S1 values", () => {
  const of = (v: unknown, o?: unknown) => () => anything.tensor(v, o)
  rejected([
    [
      "ragged lists",
      of([[1, 2], [3]]),
      "ShapeError",
      /ragged array: a list of 1 where axis 1 has lists of 2/,
    ],
    ["a number among lists", of([[1], 2]), "ShapeError", /ragged/],
    ["a list among numbers", of([1, [2]]), "ShapeError", /ragged/],
    ["null", of([1, null]), "DTypeError", /value 1 is null[\s\S]*NaN/],
    ["undefined", of(undefined), "DTypeError", /value 0 is undefined/],
    ["an object", of({}), "DTypeError", /value 0 is an object/],
    ["text", of("1"), "DTypeError", /a string[\s\S]*Number/],
    ["a symbol", of(Symbol("s")), "DTypeError", /a symbol/],
    ["tensors", of([x, x]), "DTypeError", /a tensor[\s\S]*stack/],
    ["a tensor", of(x), "DTypeError", /already is a tensor/],
    ["numbers and bigints", of([1, 2n]), "DTypeError", /mixture of number and bigint/],
    ["an integer beyond 2^24", of(16777217), "DTypeError", /16777217 has no exact f32[\s\S]*i32/],
    ["the same below zero", of([0, -16777217]), "DTypeError", /-16777217/],
    ["a bigint that is no i64", of([2n ** 63n]), "DTypeError", /does not fit i64[\s\S]*u64/],
    ["a negative u64", of([-1n], { dtype: "u64" }), "DTypeError", /does not fit u64/],
    [
      "an unknown dtype",
      of([1], { dtype: "float" }),
      "DTypeError",
      /no dtype "float"; dtypes are bool/,
    ],
    ["a dtype that is a method", of([1], { dtype: "toString" }), "DTypeError", /no dtype/],
    [
      "a shape of another size",
      of([1, 2], { shape: [3] }),
      "ShapeError",
      /2 values for shape \[3\]/,
    ],
    ["a negative shape", of([1, 2], { shape: [-1, -2] }), "ShapeError", /must not be negative/],
    ["a fraction", of([1, 2], { shape: [0.5, 4] }), "OptionError", /0\.5; it must be an integer/],
    ["a shape that is text", of([1], { shape: "1" }), "OptionError", /list of integers/],
    ["too many names", of([1], { names: ["a", "b"] }), "ShapeError", /2 names for 1 axes/],
    ["one name twice", of([[1]], { names: ["a", "a"] }), "ShapeError", /each may stand once/],
    ["a name that is no text", of([1], { names: [1] }), "ShapeError", /text or null/],
    [
      "an unknown name",
      () => tensor([1], { names: ["a"] }).sum({ axes: ["b"] }),
      "ShapeError",
      /no axis "b" in f32\[a 1\]; its names are a/,
    ],
    [
      "an axis out of range",
      () => x.sum({ axes: [5] }),
      "ShapeError",
      /axis 5 of f32\[3\]; axes are -1 to 0/,
    ],
    ["an index out of range", () => x.at(7), "ShapeError", /index 7.*indices are -3 to 2/],
    ["item of several", () => x.item(), "ShapeError", /3 elements[\s\S]*toArray/],
    ["a scalar is no list", () => [...tensor(1)], "ShapeError", /scalar/],
    ["a negative size", () => zeros([-1]), "ShapeError", /negative/],
  ])
})

describe("D4.3 memory", () => {
  const before = budget.bytes
  afterEach(() => {
    budget.bytes = before
  })
  rejected([
    [
      "more than a machine has",
      () => zeros([1e6, 1e6]),
      "MemoryError",
      /3725\.3 GiB for 1000000000000 elements of f32; the budget is/,
    ],
  ])
  test("what the budget allows and the system refuses is a MemoryError too", () => {
    budget.bytes = Number.POSITIVE_INFINITY
    expect(() => allocateBuffer("f64", 2 ** 52, "tensor")).toThrow(
      /^tensor: 33554432\.0 GiB for 4503599627370496 elements of f64; the system does not give one piece/,
    )
  })
  test("the budget is asked before anything is allocated; the next call works", () => {
    const f = defn((y: Tensor) => y.broadcastTo([1000, 3]).add(1))
    budget.bytes = 1000
    expect(() => f(x)).toThrow(/MemoryError|GiB|budget/)
    expect(() => tensor(Array(1000).fill(0))).toThrow(/budget/)
    budget.bytes = before
    expect(f(x).shape).toEqual([1000, 3])
  })
})

describe("D7.4 interrupts", () => {
  test.each(["wasm", "reference"])(
    "an endless loop of %s stops, and the next call runs",
    async (name) => {
      const words = new Int32Array(new SharedArrayBuffer(32))
      const before = engine.words
      engine.attach(words)
      const f = cell<library.Defn<(t: Tensor) => Tensor>>(
        "const f = defn((x) => { while (x.sum() < 100) x = x * 1; return x })",
        scope,
      ).using(name)
      const stopper = new Worker(
        "const { workerData: w } = require('node:worker_threads'); setTimeout(() => Atomics.store(w, 0, 1), 300)",
        { eval: true, workerData: words },
      )
      await new Promise((ready) => stopper.once("online", ready))
      try {
        expect(() => f(tensor([1]))).toThrow(/interrupted/)
        expect(f(tensor([200])).toArray()).toEqual([200])
      } finally {
        await stopper.terminate()
        engine.attach(before)
      }
    },
  )
})

test("S3 NaN, both zeros and the infinities are told apart in keys", () => {
  const given = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -0, 0]
  const text = "const f = defn((x, n) => x * n)"
  type Scale = library.Defn<(t: Tensor, n: number) => Tensor>
  const traced = cell<Scale>(text, scope)
  expect(given.map((n) => traced(tensor([1]), n).toArray())).toEqual(given.map((n) => [n]))
  expect(traced.traces).toBe(2)
  // An array index needs the number: it stays static.
  const index = cell<Scale>("const f = defn((x, n) => x * (n + [1, 2][n * 0 || 0]))", scope)
  expect([1, 2, 3].map((n) => index(tensor([1]), n).toArray())).toEqual([[2], [3], [4]])
  expect(index.info().programs.map((p) => p.numbers[0])).toEqual(["static", "pinned", "pinned"])
})
