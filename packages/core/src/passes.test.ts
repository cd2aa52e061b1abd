/** @file The passes: what they do to whole programs, what they record, and that no result changes (D3.9). */
import { describe, expect, test } from "vitest"
import { randomNumbers, randomValues } from "./drawn-values.ts"
import { isFloat } from "./dtype.ts"
import { close, type Graph, graphOf, nodesOf, postorder } from "./graph.ts"
import {
  add,
  checkpoint,
  cond,
  currentTrace,
  debug,
  declarations,
  defn,
  elements,
  exp,
  grad,
  greater,
  InternTable,
  less,
  log,
  make,
  multiply,
  negate,
  type Op,
  printValue,
  reference,
  type Sample,
  scan,
  setPrinter,
  sin,
  square,
  subtract,
  sum,
  type Tensor,
  type TensorType,
  Trace,
  tensor,
  vmap,
  whileLoop,
  withTable,
  withTrace,
} from "./index.ts"
import { constant, freshParam, isConstant, isParam } from "./ops/source.ts"
import { optimize, originsOf, PASSES } from "./passes.ts"
import { runGraph } from "./reference.ts"
import { vjpGraph } from "./transforms/grad.ts"

const f32 = (...shape: number[]): TensorType => ({ dtype: "f32", shape })
const graph = (types: TensorType[], f: (...x: Tensor[]) => Tensor | Tensor[]): Graph =>
  withTable(new InternTable(), () => graphOf(types, (...x) => [f(...x)].flat()))
const counts = (g: Graph): Record<string, number> => {
  const all: Record<string, number> = {}
  for (const n of nodesOf(g))
    if (!isParam(n) && !isConstant(n)) all[n.op.name] = (all[n.op.name] ?? 0) + 1
  return all
}
/** Tensors of a trace cannot be compared element by element. */
const ids = (nodes: readonly Tensor[]): number[] => nodes.map((n) => n.id).sort((a, b) => a - b)
/** Every output of both graphs, bit for bit. */
function expectSame(g: Graph, now: Graph, name: string, range: readonly [number, number]): void {
  const random = randomNumbers(11)
  const inputs = g.inputs.map((p) => randomValues(p.type, random, range))
  const [want, got] = [g, now].map((x) => runGraph(x, inputs))
  want.forEach((w, i) => {
    const differs = Array.from(w).findIndex((v, k) => !Object.is(v, got[i][k]))
    if (differs >= 0)
      throw new Error(
        `${name}: output ${i} element ${differs}: ${got[i][differs]} for ${w[differs]}`,
      )
  })
}

describe("a pass", () => {
  test("records its name, its time, the nodes it added and removed, origins and matches", () => {
    const g = graph([f32(3), f32(3)], (a, b) => multiply(negate(a), multiply(b, 1)))
    const { graph: now, steps, origins } = optimize(g, {})
    expect(steps.map((s) => s.name)).toEqual(
      PASSES.map((p) => p.name).filter((n) => n !== "fastMath"),
    )
    const [algebra] = steps.filter((s) => s.matches.length)
    expect(algebra.name).toBe("algebra")
    expect(algebra.ms).toBeGreaterThanOrEqual(0)
    expect(algebra.matches.map((m) => m.rule)).toEqual(["x * 1 -> x", "-a * b -> -(a * b)"])
    const [root] = g.outputs
    const [negated, timesOne] = root.inputs
    expect(ids(algebra.removed)).toEqual(ids([root, negated, timesOne, timesOne.inputs[1]]))
    const [result] = now.outputs
    const [product] = result.inputs
    expect(ids(algebra.added)).toEqual(ids([result, product]))
    const from = (n: Tensor): number[] => ids(algebra.from.get(n) ?? [])
    expect(from(result)).toEqual(ids([root]))
    // Made on the way, so it stands for what the rule was about.
    expect(from(product)).toEqual(ids([root]))
    expect(from(g.inputs[1])).toEqual(ids([g.inputs[1], timesOne]))
    const [first, second] = algebra.matches
    expect(ids(first.in)).toEqual(ids([timesOne, timesOne.inputs[1]]))
    expect(ids(first.out)).toEqual(ids([g.inputs[1]]))
    expect(ids(second.out)).toEqual(ids([result, product]))
    expect(ids(originsOf(origins, [result]))).toEqual(ids([root]))
  })
  test("that changes nothing gives the same graph", () => {
    const g = graph([f32(3)], (x) => sin(x))
    const { graph: now, steps } = optimize(g, {})
    expect(now === g).toBe(true)
    expect(steps.every((s) => s.from.size === 0 && s.matches.length === 0)).toBe(true)
  })
  test("lays open what another one finds", () => {
    const one = (): Tensor => subtract(constant(3, "f32", [3]), constant(2, "f32", [3]))
    const g = graph([f32(3)], (x) => multiply(multiply(x, one()), negate(negate(x))))
    expect(counts(optimize(g, {}).graph)).toEqual({ multiply: 1 })
  })
  test("works in branches, loops and bodies of loops in loops", () => {
    const twice = (x: Tensor): Tensor => negate(negate(multiply(x, 1)))
    const g = graph([f32(3), f32(4, 3)], (x, rows) => {
      const [a] = whileLoop(
        [x],
        ([v]) => less(sum(v), 9),
        ([v]) => [add(twice(v), 1)],
      ) as Tensor[]
      const b = cond(
        greater(sum(a), 0),
        () => twice(a),
        () => sin(a),
      ) as Tensor
      const [c] = scan(
        [b],
        rows,
        ([s], r) =>
          [
            whileLoop(
              [s as Tensor],
              ([v]) => less(sum(v), 2),
              ([v]) => [add(twice(v), r as Tensor)],
            ),
            s,
          ] as never,
      ) as unknown as Tensor[][]
      return c[0]
    })
    expect(counts(g).negate).toBeGreaterThan(1)
    const { graph: now, origins } = optimize(g, {})
    expect(counts(now).negate ?? 0).toBe(0)
    const made = [...nodesOf(now)].filter((n) => !nodesOf(g).has(n) && !isConstant(n))
    expect(made.length).toBeGreaterThan(10)
    for (const n of made)
      for (const o of originsOf(origins, [n])) expect(nodesOf(g).has(o)).toBe(true)
    expectSame(g, now, "control", [0.5, 1])
  })
  test("keeps effects in their order, and the barriers of checkpoint", () => {
    const said: string[] = []
    setPrinter((text) => void said.push(text))
    try {
      const g = graph([f32(2)], (x) => {
        const y = printValue(multiply(x, 1), "first")
        return printValue(negate(negate(y)), "second")
      })
      const now = optimize(g, {}).graph
      expect(now.effects.map((e) => e.attrs.label)).toEqual(["first", "second"])
      expect(now.effects.every((e) => isParam(e.inputs[0]))).toBe(true)
      runGraph(now, [new Float32Array([1, 2])])
      expect(said).toEqual(["first: f32[2] [1, 2]", "second: f32[2] [1, 2]"])
    } finally {
      setPrinter((text) => console.log(text))
    }
    const f = grad(checkpoint((x: Tensor) => sum(square(sin(multiply(x, 1))))))
    const saved = f.graph(tensor([1, 2]))
    const barriers = counts(saved).barrier
    expect(barriers).toBeGreaterThan(0)
    expect(counts(optimize(saved, {}).graph).barrier).toBe(barriers)
  })
  test("gives new nodes the expression, scope and forward node of those they stand for", () => {
    const module = { name: "cell_1", sites: [] }
    const f = defn((x: Tensor) =>
      grad((v: Tensor) => {
        currentTrace()?.moveTo({ module, from: 3, to: 9 })
        return sum(multiply(negate(sin(v)), v))
      })(x),
    )
    const g = f.graph(tensor([1, 2]))
    const { notes } = g.table
    const before = new Map([...nodesOf(g)].map((n) => [n, [...(notes.sites.get(n) ?? [])]]))
    const { graph: now, origins } = optimize(g, {})
    const made = [...nodesOf(now)].filter((n) => !before.has(n) && !isConstant(n))
    expect(made.length).toBeGreaterThan(0)
    for (const n of made) {
      const from = originsOf(origins, [n])
      expect(from.length).toBeGreaterThan(0)
      if (from.some((o) => notes.dual.has(o))) expect(notes.dual.has(n)).toBe(true)
      if (from.some((o) => notes.sites.has(o))) expect(notes.sites.has(n)).toBe(true)
    }
    for (const [n, sites] of before) expect(notes.sites.get(n) ?? []).toEqual(sites)
  })
})

describe("compilers", () => {
  const f = defn((x: Tensor) => negate(negate(x)))
  test.each([reference, debug])("$name runs the passes and keeps what they did", (compiler) => {
    const executable = compiler.compile(f.graph(tensor([1, 2])), {})
    expect(executable.steps.flatMap((s) => s.matches.map((m) => m.rule))).toEqual(["--x -> x"])
  })
  test("fastMath adds its rules, for the function that asks", () => {
    const g = (x: Tensor): Tensor => log(exp(x))
    const x = tensor([1000])
    expect(defn(g)(x).toArray()).toEqual([Number.POSITIVE_INFINITY])
    expect(defn(g, { fastMath: true })(x).toArray()).toEqual([1000])
    expect(defn(g, { fastMath: true }).using("reference")(x).toArray()).toEqual([1000])
  })
  test("fastMath goes over to what is derived from a function, not to what calls it", () => {
    const g = (x: Tensor): Tensor => log(exp(x))
    const fast = defn(g, { fastMath: true })
    const x = tensor([1000, 2])
    expect(vmap(fast)(x).toArray()).toEqual([1000, 2])
    expect(vmap(g)(x).toArray()).toEqual([Number.POSITIVE_INFINITY, 2])
    expect(defn((y: Tensor) => fast(y))(x).toArray()).toEqual([Number.POSITIVE_INFINITY, 2])
  })
})

describe("results stay the same bit for bit", () => {
  /** `prepare` adds to every operand what a pass takes away again. */
  const programOf = (op: Op, s: Sample, prepare = (x: Tensor) => x): Graph =>
    withTable(new InternTable(), () =>
      graphOf(s.inputs, (...given) => {
        const x = given.map(prepare)
        const y = s.apply ? s.apply(...x) : elements(make(op, x, s.attrs ?? {}))
        return Array.isArray(y) ? y : [y as Tensor]
      }),
    )
  const derivative = (g: Graph): Graph | undefined => {
    try {
      return vjpGraph(g)
    } catch {
      return undefined
    }
  }
  let changed = 0
  for (const op of declarations()) {
    if (!op.samples?.length) continue
    test(op.name, () => {
      op.samples?.forEach((s, i) => {
        const g = programOf(op, s)
        const detour = programOf(op, s, (x) => (isFloat(x.dtype) ? negate(negate(x)) : x))
        for (const program of [g, derivative(g), detour]) {
          if (!program) continue
          const { graph: now } = optimize(program, {})
          if (now !== program) changed++
          expectSame(program, now, `${op.name} sample ${i}`, s.range ?? [-2, 2])
        }
      })
    })
  }
  test("and the passes had something to do", () => expect(changed).toBeGreaterThan(100))
})

test("a chain of 100,000 nodes through all passes, in a time that grows with it", () => {
  withTrace(new Trace(), () => {
    const x = freshParam(f32(8))
    let h: Tensor = x
    for (let i = 0; i < 20_000; i++) h = negate(sin(negate(negate(multiply(h, 1)))))
    const g = close([x], [h])
    expect(nodesOf(g).size).toBeGreaterThan(100_000)
    const { graph: now, steps } = optimize(g, { fastMath: true })
    expect(postorder(now.outputs).length).toBe(40_001)
    expect(steps.reduce((n, s) => n + s.matches.length, 0)).toBe(40_000)
  })
}, 60_000)
