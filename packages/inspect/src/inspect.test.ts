/** @file Wrong rules are found, kinks are told from them, and trouble is explained where it begins. */

import * as core from "@defnote/core"
import { customGrad, type Defn, defn, type Tensor, tensor, valueAndGrad } from "@defnote/core"
import { describe, expect, test } from "vitest"
import { type Inspection, inspectProgram } from "./inspect.ts"
import { Runner } from "./runner.ts"
import { numbersOf, statistics } from "./statistics.ts"

// biome-ignore lint/suspicious/noExplicitAny: any function is looked into
type Any = any
const { log, relu, sqrt, where, matmul, take } = core
function look(f: (...x: Tensor[]) => unknown, ...args: Tensor[]): Inspection {
  const both = valueAndGrad(defn(f as Any)) as unknown as Defn
  const { program, inputs } = both.bind(...(args as Any))
  return inspectProgram(program, inputs)
}
const verdicts = (i: Inspection): string[] =>
  [...i.checks].map(([n, c]) => `${n.op.name} ${c.verdict}`)
const x = tensor([0.5, -1.5, 2])

describe("local check", () => {
  test("right rules are right", () => {
    const found = verdicts(look((a) => a.tanh().multiply(a.exp()).sum(), x))
    expect(found.length).toBeGreaterThan(2)
    expect(found.filter((v) => !v.endsWith(" ok"))).toEqual([])
  })
  test("relu at 0 is a kink, elsewhere not", () => {
    const at = (values: number[]) =>
      verdicts(look((a) => relu(a).sum(), tensor(values))).filter((v) => !v.endsWith(" ok"))
    expect(at([1, -1])).toEqual([])
    expect(at([1, 0]).length).toBe(1)
    expect(at([1, 0])[0]).toMatch(/ kink$/)
  })
  const rules: readonly (readonly [string, (a: Tensor, g: Tensor) => Tensor, string])[] = [
    ["right", (a, g) => g.multiply(a).multiply(2), "ok"],
    ["of the wrong sign", (a, g) => g.multiply(a).multiply(-2), "wrong"],
    ["without its factor", (a, g) => g.multiply(a), "wrong"],
    ["that forgets the cotangent", (a) => a.multiply(2), "wrong"],
    ["off by a tenth", (a, g) => g.multiply(a).multiply(2.2), "wrong"],
  ]
  test.each(rules)("a custom rule %s", (_, rule, verdict) => {
    const square = customGrad((a: Tensor) => a.multiply(a), ((g: Tensor, { inputs: [a] }: Any) => [
      rule(a, g),
    ]) as Any)
    const found = verdicts(look((a) => (square as Any)(a.multiply(3)).sum(), x))
    expect(found.filter((v) => v.startsWith("customGrad"))).toEqual([`customGrad ${verdict}`])
  })
  test("a custom rule that forgets to transpose", () => {
    const w = tensor([
      [1, 2],
      [3, 5],
    ])
    const product = (transposed: boolean) =>
      customGrad((a: Tensor) => matmul(w, a), ((g: Tensor) => [
        matmul(transposed ? w.transpose() : w, g),
      ]) as Any)
    const verdict = (transposed: boolean) =>
      verdicts(
        look(
          (a) => (product(transposed) as Any)(a).sum(),
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      ).filter((v) => v.startsWith("customGrad"))
    expect([verdict(true), verdict(false)]).toEqual([["customGrad ok"], ["customGrad wrong"]])
  })
  test.each(["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"] as const)(
    "indices of %s are no reason not to look",
    (dtype) => {
      const at = tensor([2, 0, 2], { dtype })
      const found = verdicts(look((a) => take(a, at).square().sum(), x))
      expect(found.filter((v) => !v.endsWith(" ok"))).toEqual([])
      expect(found.some((v) => v.startsWith("gather") || v.startsWith("take"))).toBe(true)
    },
  )
  test("a choice by bools", () => {
    const found = verdicts(look((a) => where(a.greater(0), a.square(), a).sum(), x))
    expect(found.some((v) => v.endsWith("where ok") || v.endsWith("select ok"))).toBe(true)
  })
})

describe("statistics of a run", () => {
  test("gradients belong to the forward values", () => {
    const i = look((a) => a.multiply(2).sum(), x)
    const [w] = i.program.graph.inputs
    expect(i.stats.get(w)?.max).toBe(2)
    expect(i.gradientOf(w)?.mean).toBe(2)
    expect(i.findings).toEqual([])
  })
})

describe("the first that is not finite", () => {
  test("forward: log of 0", () => {
    const [f] = look((a) => log(a).sum(), tensor([1, 0, 2])).findings
    expect([f.kind, f.node.op.name]).toEqual(["inf", "log"])
    expect(f.reason).toBe("log(0) = −∞, in 1 of 3 places. It is −∞ at 0, and its slope infinite.")
  })
  test("forward: log of a negative number", () => {
    const [f] = look((a) => log(a).sum(), tensor([1, -1])).findings
    expect([f.kind, f.reason]).toEqual([
      "nan",
      "log(−1) = NaN, in 1 of 2 places. It is defined above 0 only.",
    ])
  })
  test("backward: sqrt at 0", () => {
    const [f] = look((a) => sqrt(a).sum(), tensor([4, 0])).findings
    expect(f.kind).toBe("inf")
    expect(f.reason).toMatch(
      /^In the derivative of sqrt\(0\) = 0, in 1 of 2 places\. .*: the slope is infinite\.$/,
    )
  })
  test("backward: the trap of where", () => {
    const i = look((a) => where(a.greater(0), sqrt(a), 0).sum(), tensor([4, 0]))
    const [f] = i.findings
    expect(f.reason).toMatch(/In the derivative of sqrt/)
    expect(f.pattern).toBe("the trap of where")
    const end = i.program.graph.outputs.at(-1)
    expect(end && i.stats.get(end)?.nan).toBe(1)
  })
  test("the chain runs from the origin on", () => {
    const [f] = look((a) => log(a).multiply(2).add(1).sum(), tensor([0, 1])).findings
    expect(f.chain[0]).toBe(f.node)
    expect(f.chain.length).toBeGreaterThan(2)
  })
})

test("a gradient that vanishes is a finding", () => {
  const found = look((a) => relu(a).multiply(3).sum(), tensor([-1, -2])).findings
  expect(found.map((f) => f.kind)).toEqual(["zero-grad"])
})

describe("one look after the other", () => {
  const program = (f: (...x: Tensor[]) => unknown, ...args: Tensor[]) =>
    (valueAndGrad(defn(f as Any)) as unknown as Defn).bind(...(args as Any))
  const count = (compiler: core.Compiler): core.Compiler & { compiled: number } => ({
    ...compiler,
    compiled: 0,
    compile(graph, options) {
      this.compiled++
      return compiler.compile(graph, options)
    },
  })
  test("compiles at the first only, and sees the values of each", () => {
    const compiler = count(core.compilerNamed("reference"))
    const { program: p, inputs } = program((a) => a.exp().sum(), x)
    const first = inspectProgram(p, inputs, { compiler })
    const { compiled } = compiler
    expect([first.cost.compileMs, compiled]).toEqual([expect.any(Number), 3])
    const others = program((a) => a.exp().sum(), tensor([1, 2, 4])).inputs
    const second = inspectProgram(p, others, { compiler })
    expect([second.cost.compileMs, compiler.compiled]).toEqual([undefined, compiled])
    expect([first, second].map((i) => i.stats.get(p.graph.inputs[0])?.max)).toEqual([2, 4])
    expect([...second.checks.values()].map((c) => c.verdict)).toEqual(["ok", "ok"])
  })
  test("what is kept of a program goes when eight others were looked at since", () => {
    const bound = Array.from({ length: 9 }, (_, k) => program((a) => a.add(k).sum(), x))
    const compiles = ({ program: p, inputs }: (typeof bound)[number]): boolean =>
      inspectProgram(p, inputs).cost.compileMs !== undefined
    expect(bound.map(compiles)).toEqual(bound.map(() => true))
    expect([...bound].reverse().map(compiles)).toEqual([...Array(8).fill(false), true])
  })
  test("without checks there are no verdicts, and no time for them", () => {
    const { program: p, inputs } = program((a) => a.exp().sum(), x)
    const { checks, cost } = inspectProgram(p, inputs, { checks: false })
    expect([checks.size, cost.checkMs]).toEqual([0, undefined])
  })
  test("what is only moved is not gone over again: its statistics are those of the elements", () => {
    const weights = tensor([
      [1, -2, 0],
      [4, 5, Number.POSITIVE_INFINITY],
    ])
    const moved = (a: Tensor, b: Tensor): Tensor => a.transpose().reshape([3, 2]).add(b).sum()
    const { program: p, inputs } = program(moved, weights, tensor([[0], [0], [1]]))
    const { stats } = inspectProgram(p, inputs)
    const nodes = [...stats.keys()]
    const values = new Runner().run({ ...p.graph, outputs: nodes, effects: [] }, inputs)
    expect(nodes.map((n) => n.op.evenly).filter(Boolean).length).toBeGreaterThan(1)
    for (const [k, n] of nodes.entries()) {
      const [found, wanted] = [stats.get(n), statistics(numbersOf(values[k], n.dtype))]
      for (const key of ["n", "zeros", "posInf", "min", "max", "histogram"] as const)
        expect(found?.[key], `${n.op.name} ${key}`).toEqual(wanted[key])
      for (const key of ["mean", "l2", "m2"] as const)
        if (!Object.is(found?.[key], wanted[key]))
          expect(found?.[key], key).toBeCloseTo(wanted[key], 9)
    }
  })
})
