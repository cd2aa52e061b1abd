/** @file What holds for every node and every declaration: D3, K1, C1 to C5. */
import { beforeAll, describe, expect, test } from "vitest"
import * as d from "./index.ts"
import type { Op } from "./op.ts"
import { callOp } from "./ops/control-call.ts"
import { condOp } from "./ops/control-cond.ts"
import { scanOp } from "./ops/control-scan.ts"
import { whileOp } from "./ops/control-while.ts"
import { elementOp, elements, fromStorage, paramOp, valueOp } from "./ops/source.ts"

const f32 = (...shape: number[]): d.TensorType => ({ dtype: "f32", shape })
const traced = <T>(fn: () => T): T => d.withTrace(new d.Trace(), fn)
/** The single output of a graph over parameters of these types. */
const rooted = (types: readonly d.TensorType[], fn: (...x: d.Tensor[]) => d.Tensor): d.Tensor =>
  d.graphOf(types, (...x) => [fn(...x)]).outputs[0]
const ops = d.declarations()
const named = (found: readonly Op[]): string[] => found.map((op) => op.name).sort()

describe("nodes (D3.1, K1.1)", () => {
  test("equal expressions are one node, within a trace only", () => {
    const build = () => rooted([f32(3)], (x) => d.multiply(d.exp(x), d.add(d.exp(x), 1)))
    const [one, other] = [traced(build), traced(build)]
    expect(one.inputs[0] === one.inputs[1].inputs[0]).toBe(true)
    expect(one.inputs[0] === other.inputs[0]).toBe(false)
  })
  test("an ill-typed node cannot exist", () => {
    const [add] = ops.filter((op) => op.name === "add")
    const wrong = () => traced(() => d.graphOf([f32(2), f32(3)], (x, y) => [d.make(add, [x, y])]))
    expect(wrong).toThrow(/f32\[2\].*f32\[3\]/)
  })
  test("a node is not made outside a trace", () => {
    const [add] = ops.filter((op) => op.name === "add")
    expect(() => d.make(add, [])).toThrow("internal: add: a node was made outside a trace")
  })
})

describe("declarations (D3.3, D3.4, K1.2)", () => {
  test("control flow is a closed list of syntax; everything else is a row of the table", () => {
    for (const op of [callOp, condOp, elementOp, scanOp, whileOp]) expect(op.family).toBe("syntax")
    const others = ops.filter((op) => op.family === "syntax" && op !== elementOp)
    expect(named(others)).toEqual([])
    expect([paramOp, valueOp].every((op) => ops.includes(op))).toBe(true)
  })
  test("every op has a definition, and a derivative or the reason why it has none", () => {
    const undefined_ = ops.filter(
      (op) => !(op.at || op.evaluate || op.body || op.effect) && op.family !== "syntax",
    )
    expect(named(undefined_)).toEqual(["param", "value"])
    for (const { name, vjp } of ops)
      expect(typeof vjp === "function" || vjp.flat.length > 5, name).toBe(true)
  })
  test("every op has samples but the leaves, the effects and what only passes and rules make", () => {
    const without = ops.filter((op) => !op.samples?.length && op.family !== "syntax")
    const leaves = ["constant", "iota", "param", "value"]
    expect(named(without)).toEqual([...leaves, "check", "customGrad", "keep", "printValue"].sort())
  })
  test("only control flow declares a forward rule (C4)", () => {
    for (const op of ops) if (op.jvp) expect(op.family, op.name).toBe("syntax")
  })
  test("what maps elements says which element comes from where (C5)", () => {
    const maps = ["unary", "binary", "compare", "select", "move", "gather"]
    const without = ops.filter((op) => maps.includes(op.family) && !op.at)
    expect(named(without)).toEqual(["scatterAdd"]) // It gathers in reverse: several may meet.
  })
})

/** Each op with a rule, at each of its samples of floats: integers have no gradient (S10). */
const RULES = ops.flatMap((op) => {
  if (typeof op.vjp !== "function" || op.family === "syntax") return []
  const floats = (op.samples ?? []).filter((s) => s.inputs.every((t) => d.isFloat(t.dtype)))
  return floats.map((sample, i) => [`${op.name} #${i}`, op, sample] as const)
})

test.each(RULES)(
  "D3.8 the rule of %s has an entry of the input's type for each input",
  (_, op, s) => {
    traced(() => {
      d.graphOf(s.inputs, (...x) => {
        const roots = [s.apply ? s.apply(...x) : elements(d.make(op, x, s.attrs) as never)].flat()
        for (const n of d.postorder(roots)) if (n.op === op) expectEntries(n)
        return roots
      })
    })
  },
)

function expectEntries(n: d.Tensor): void {
  const g = n.types.map((t) => d.onesLike(d.zeros([...t.shape], { dtype: t.dtype })))
  const entries = (n.op.vjp as (g: d.Tensor[], n: d.Tensor) => readonly d.Grad[])(g, n)
  expect(entries).toHaveLength(n.inputs.length)
  entries.forEach((entry, i) => {
    const { dtype, shape } = n.inputs[i]
    if (entry) expect({ dtype: entry.dtype, shape: entry.shape }).toEqual({ dtype, shape })
  })
}

test("C1 attributes speak of the last axes: a batched op has the attributes of the op", () => {
  const types = [f32(5, 2, 3)]
  const build = (f: (x: d.Tensor) => d.Tensor) => ({
    one: rooted([f32(2, 3)], f),
    batched: rooted(types, (x) => d.vmap(f)(x) as d.Tensor),
  })
  traced(() => {
    for (const f of [
      (x: d.Tensor) => d.sum(x, { axes: [-1] }),
      (x: d.Tensor) => d.transpose(x),
      (x: d.Tensor) => d.slice(x, [0, 1], [2, 3]),
      (x: d.Tensor) => d.reshape(x, [6]),
      (x: d.Tensor) => d.reverse(x, [0]),
    ]) {
      const { one, batched } = build(f)
      expect([batched.op, batched.attrs]).toEqual([one.op, one.attrs])
    }
  })
})

test("C3 products are one op with labels, and equal ones are one node", () => {
  traced(() => {
    d.graphOf([f32(2, 3), f32(3, 4)], (x, y) => {
      const product = d.matmul(x, y)
      expect(d.einsum("ab,bc->ac", x, y)).toBe(product)
      expect(d.dot(x, y)).toBe(product)
      expect(d.tensorDot(x, y, { axes: [[1], [0]] })).toBe(product)
      return [product]
    })
  })
})

describe("eager calls (D3.7)", () => {
  const compiled: d.Graph[] = []
  beforeAll(() => {
    d.registerCompiler({
      ...d.reference,
      name: "counting",
      compile(graph, options) {
        compiled.push(graph)
        return d.reference.compile(graph, options)
      },
    })
  })
  test("a call outside defn is a program of one op, compiled once for its types and options", () => {
    d.preferCompilers(["counting"])
    const x = d.tensor([1, 2, 3])
    expect(d.sum(x).item()).toBe(6)
    expect(d.sum(d.tensor([4, 5, 6])).item()).toBe(15)
    expect(compiled).toHaveLength(1)
    const made = d.postorder(compiled[0].outputs).filter((n) => n.inputs.length > 0)
    expect(made.map((n) => n.op.name)).toEqual(["sum"])
    d.sum(d.tensor([[1, 2]]))
    d.sum(x, { keepAxes: true })
    expect(compiled).toHaveLength(3)
    d.preferCompilers(["reference"])
  })
})

describe("devices and compilers (D6.2, D6.3, D4.1)", () => {
  const far: d.Storage = {
    device: "webgpu:0",
    byteLength: 8,
    read: async () => new Float32Array([1, 2]).buffer,
    dispose() {},
  }
  const x = fromStorage(far, f32(2))
  test("a tensor of another device is not moved in silence", () => {
    expect(() => d.add(x, x)).toThrow(
      /is on webgpu:0.*works on cpu\nMove it with await t\.to\("cpu"\)/s,
    )
  })
  test("a pending tensor is read with await", async () => {
    expect(() => x.toArray()).toThrow(/await/)
    expect([...((await x.data()) as Float32Array)]).toEqual([1, 2])
  })
  test("a compiler that was asked for and is absent is an error, not another compiler", () => {
    d.preferCompilers(["absent"])
    expect(() => d.defn((t: d.Tensor) => d.exp(t))(d.tensor([1]))).toThrow(
      /there is no compiler "absent"; compilers are reference/,
    )
    d.preferCompilers(["reference"])
  })
})
