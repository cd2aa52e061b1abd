/** What `{checks: true}` finds, on both compilers, in one message; and that it finds nothing else (S6). */
import * as d from "@defnote/core"
import { describe, expect, test } from "vitest"
import { randomStorage } from "./compare.ts"
import { wasm } from "./index.ts"

type T = d.Tensor
type F = (...x: T[]) => unknown
const module = { name: "cell_1", text: "log(x) + 1", sites: [] }
const int = (...x: number[]): T => d.tensor(x, { dtype: "i32" })

for (const compiler of [wasm, d.reference]) {
  const checked = (f: F, ...args: T[]): unknown =>
    d.defn(f, { checks: true }).using(compiler)(...args)
  const message = (f: F, ...args: T[]): string => {
    try {
      checked(f, ...args)
    } catch (e) {
      if (!(e instanceof d.CheckError)) throw e
      return e.message.split("\n")[0]
    }
    return "no error"
  }
  describe(`checks on ${compiler.name}`, () => {
    test("NaN names the op, the element, the value, its operand and the expression", () => {
      const f = (x: T): T => {
        d.currentTrace()?.moveTo({ module, from: 0, to: 6 })
        const y = d.log(x)
        d.currentTrace()?.moveTo(undefined)
        return d.add(y, 1)
      }
      expect(() =>
        checked(
          f,
          d.tensor([
            [1, 2],
            [3, -4],
            [-5, 6],
          ]),
        ),
      ).toThrow(
        "log: the value at [1, 1] of f32[3,2] is NaN; the operand there is -4, and checks allow none to be made\n" +
          "  in log(x) at cell 1, line 1\n  see docs/errors.md#CheckError",
      )
      expect(
        d
          .defn(f)
          .using(compiler)(d.tensor([-1]))
          .toString(),
      ).toContain("NaN")
      expect(message(f, d.tensor([1, 2]))).toBe("no error")
    })
    test("infinities made of finite operands; not those that were there", () => {
      const f: F = (a, b) => d.divide(a, b)
      expect(message(f, d.tensor([1, 2, 3]), d.tensor([1, 1, 0]))).toBe(
        "divide: the value at [2] of f32[3] is Infinity; the operands there are 3 and 0, and checks allow none to be made",
      )
      const x = d.tensor([Number.NaN, Number.POSITIVE_INFINITY, 1])
      expect(message((v) => d.sum(d.exp(d.multiply(v, 2))), x)).toBe("no error")
      expect(message((v) => d.exp(v), d.scalar(1000))).toBe(
        "exp: the value is Infinity; the operand there is 1000, and checks allow none to be made",
      )
      expect(message((v) => d.sum(v), d.tensor([3e38, 3e38]))).toBe(
        "sum: the value is Infinity; no operand has such a value, and checks allow none to be made",
      )
    })
    test("the first offender, not what follows from it", () => {
      expect(message((x) => d.exp(d.negate(d.sqrt(d.subtract(x, 3)))), d.tensor([4, 2]))).toContain(
        "sqrt: the value at [1] of f32[2] is NaN; the operand there is -1",
      )
    })
    test("integers divided by zero", () => {
      expect(message((a, b) => d.remainder(a, b), int(7, 8), int(2, 0))).toBe(
        "remainder: the divisor at [1] of i32[2] is 0, the dividend 8; checks allow no division of integers by zero",
      )
      expect(message((a) => d.remainder(a, 3), int(7, 8))).toBe("no error")
    })
    test("computed indices outside their axis, where the call does not say what they mean", () => {
      const x = d.tensor([
        [1, 2, 3],
        [4, 5, 6],
      ])
      const rows: [string, F, string][] = [
        ["take", (i) => d.take(x, i), "the index at [1] is 2; checks allow 0 to 1 here"],
        ["at", (i) => d.at(x, 0, i.at(1)), "the index is 3; checks allow 0 to 2 here"],
        ["gather", (i) => d.gather(x, i), "the index at [1] is 3; checks allow 0 to 2 here"],
        [
          "indexedAdd",
          (i) => d.indexedAdd(x, i, d.scalar(1)),
          "the index at [1] is 3; checks allow 0 to 2 here",
        ],
        [
          "dynamicSlice",
          (i) => d.dynamicSlice(x, [0, i.at(0)], [1, 3]),
          "the index is 1; checks allow 0 to 0 here",
        ],
      ]
      for (const [op, f, says] of rows) {
        const index = op === "take" ? int(0, 2) : int(1, 3)
        expect(message(f, index), op).toBe(`${op}: ${says}`)
      }
      expect(message((i) => d.take(x, i, { mode: "fill", value: 0 }), int(0, 9))).toBe("no error")
      expect(message((i) => d.indexedAdd(x, i, d.scalar(1), { mode: "drop" }), int(0, 9))).toBe(
        "no error",
      )
      expect(message((i) => d.take(x, i), int(0, 1))).toBe("no error")
    })
    test("inside branches, loops, scans, calls and batches", () => {
      const falling = (x: T): T =>
        d.whileLoop(
          [x],
          ([v]) => d.greater(v, -9),
          ([v]) => [d.subtract(d.log(v), 1)],
        )[0] as T
      expect(message(falling, d.scalar(3))).toContain(
        "log: the value is NaN; the operand there is -3.3",
      )
      const branch = (x: T): T =>
        d.cond(
          d.greater(x, 0),
          () => d.log(x),
          () => d.sqrt(x),
        ) as T
      expect(message(branch, d.scalar(-4))).toContain(
        "sqrt: the value is NaN; the operand there is -4",
      )
      expect(message(branch, d.scalar(4))).toBe("no error")
      const sums = (xs: T): unknown =>
        d.scan([d.scalar(0)], xs, ([c], x) => [[d.add(c as T, d.log(x as T))], c])
      expect(message(sums, d.tensor([1, 2, -7]))).toContain(
        "log: the value is NaN; the operand there is -7",
      )
      expect(message((x) => d.checkpoint((v: T) => d.log(v))(x), d.scalar(-2))).toContain(
        "log: the value is NaN",
      )
      const nested = (x: T): T =>
        d.cond(
          d.less(x, 9),
          () => falling(x),
          () => x,
        ) as T
      expect(message(nested, d.scalar(3))).toContain("log: the value is NaN")
      expect(message(nested, d.scalar(30))).toBe("no error")
      expect(
        message(
          (x) => d.vmap((v: T) => d.log(d.sum(v)))(x),
          d.tensor([
            [1, 2],
            [1, -2],
          ]),
        ),
      ).toContain("log: the value at [1] of f32[2] is NaN; the operand there is -1")
      expect(
        message((x, i) => d.vmap((j: T) => d.at(x, j))(i), d.tensor([1, 2]), int(0, 1, 5)),
      ).toBe("at: the index at [2] is 5; checks allow 0 to 1 here")
    })
    test("a branch that is not chosen for an element is no offence", () => {
      const f = d.vmap(
        (x: T) =>
          d.cond(
            d.greater(x, 0),
            () => d.log(x),
            () => x,
          ) as T,
      )
      expect(message(f as unknown as F, d.tensor([1, -2]))).toBe("no error")
      const outside = d.vmap(
        (i: T) =>
          d.cond(
            d.less(i, 2),
            () => d.at(d.tensor([5, 6]), i),
            () => d.scalar(0),
          ) as T,
      )
      expect(message(outside as unknown as F, int(1, 7))).toBe("no error")
      expect(message(f as unknown as F, d.tensor([1, -2, Number.NaN]))).toBe("no error")
      const wrong = d.vmap(
        (x: T) =>
          d.cond(
            d.greater(x, -5),
            () =>
              d.cond(
                d.greater(x, 0),
                () => x,
                () => d.sum(d.stack([d.log(x), x])),
              ),
            () => x,
          ) as T,
      )
      expect(message(wrong as unknown as F, d.tensor([1, -7, -2]))).toContain(
        "log: the value at [2] of f32[3] is NaN; the operand there is -2",
      )
      const inside = d.vmap(
        (i: T) =>
          d.cond(
            d.less(i, 9),
            () => d.at(d.tensor([5, 6]), i),
            () => d.scalar(0),
          ) as T,
      )
      expect(message(inside as unknown as F, int(1, 7))).toContain("at: the index at [1] is 7")
    })
    test("in gradients, which name the op that they are of", () => {
      const g = d.grad(d.defn((x: T) => d.sum(d.sqrt(x)), { checks: true })).using(compiler)
      expect(() => g(d.tensor([4, 0]))).toThrow(
        /divide in the gradient of sqrt: the value at \[1\]/,
      )
      const outer = d
        .defn((x: T) => d.defn((v: T) => d.log(v), { checks: true })(x))
        .using(compiler)
      expect(() => outer(d.tensor([-1]))).toThrow(d.CheckError)
    })
    test("results are what they are without, and printed values come in their order", () => {
      const said: string[] = []
      d.setPrinter((text) => void said.push(text))
      try {
        const f = (x: T): T => d.printValue(d.softmax(d.matmul(x, d.transpose(x))), "y")
        const x = d.tensor([
          [1, 2],
          [3, 4],
        ])
        const [a, b] = [checked(f, x) as T, d.defn(f).using(compiler)(x)]
        expect(a.toArray()).toEqual(b.toArray())
        expect(said.length).toBe(2)
        expect(said[0]).toBe(said[1])
      } finally {
        d.setPrinter((text) => console.log(text))
      }
    })
  })
}
test("without checks there is no trace of them", () => {
  const f = d.defn((x: T, i: T) => d.log(d.take(x, i)))
  const program = f.program(d.tensor([1, 2]), int(0))
  expect(program.graph.effects.length).toBe(0)
  expect(wasm.compile(program.graph, {}).steps.some((s) => s.name === "checks")).toBe(false)
  const steps = wasm.compile(program.graph, { checks: true, fastMath: true }).steps
  expect(steps.map((s) => s.name)).not.toContain("fastMath")
  expect(steps[0].added.length).toBeGreaterThan(3)
})

describe("every op's samples with checks", () => {
  for (const op of d.declarations()) {
    if (!op.samples?.length) continue
    test(op.name, () => {
      op.samples?.forEach((s, i) => {
        const g = d.withTable(new d.InternTable(), () =>
          d.graphOf(s.inputs, (...x) => {
            const y = s.apply ? s.apply(...x) : d.elements(d.make(op, x, s.attrs ?? {}))
            return Array.isArray(y) ? y : [y as T]
          }),
        )
        const inputs = s.inputs.map((t) =>
          randomStorage(t, s.range ?? [-2, 2], d.randomNumbers(i + 5)),
        )
        const bytes = (options: d.CompileOptions): Uint8Array[] =>
          wasm
            .compile(g, options)
            .run(inputs)
            .map((x) => new Uint8Array(x.readSync?.() as ArrayBuffer))
        const plain = bytes({})
        const divides = op.divisor !== undefined && !d.isFloat(s.inputs[op.divisor].dtype)
        if (divides) return
        const bad = plain.some((b, k) => {
          const y = g.outputs[k]
          const values = d.view(y.dtype, b.buffer as ArrayBuffer)
          return (
            d.isFloat(y.dtype) &&
            [...values.keys()].some((at) => !Number.isFinite(Number(d.read(y.dtype, values, at))))
          )
        })
        if (!bad) expect(bytes({ checks: true })).toEqual(plain)
        else if (["unary", "binary"].includes(op.family))
          expect(() => bytes({ checks: true })).toThrow(d.CheckError)
      })
    })
  }
})
