/** @file Every derivative rule of the op table, spoilt in every usual way: the local check sees it at the node (D10.3). */
import {
  type Attrs,
  compilerNamed,
  declarations,
  type Grad,
  graphOf,
  InternTable,
  isFloat,
  make,
  multiply,
  type Op,
  postorder,
  pullback,
  randomNumbers,
  randomValues,
  reverse,
  runGraph,
  type Sample,
  swapAxes,
  type Tensor,
  Trace,
  withTable,
  withTrace,
  zerosLike,
} from "@defnote/core"
import { describe, expect, test } from "vitest"
import { localCheck } from "./local-check.ts"

/** Ways to spoil the gradient of one operand; undefined where a way does not fit its shape or form. */
const SPOILERS: Readonly<Record<string, (g: Tensor) => Tensor | undefined>> = {
  "wrong sign": (g) => multiply(g, -1),
  "wrong factor": (g) => multiply(g, 2),
  "off by a tenth": (g) => multiply(g, 1.1),
  "left out": (g) => zerosLike(g),
  transposed: (g) =>
    g.rank > 1 && g.shape[g.rank - 1] === g.shape[g.rank - 2] ? swapAxes(g, -1, -2) : undefined,
  reversed: (g) => (g.rank && g.shape[g.rank - 1] > 1 ? reverse(g, [-1]) : undefined),
  // The outermost sum or product loses its second part.
  "missing part": (g) => (g.op.family === "binary" ? g.inputs[0] : undefined),
}

interface Row {
  readonly op: Op
  readonly node: Tensor
  readonly values: readonly Float64Array[]
}
/** A node of the op at the sample, in f64 where it can be, with values that are the same in every run. */
function rowOf(op: Op, sample: Sample): Row | undefined {
  const graph = withTrace(new Trace(), () =>
    graphOf(sample.inputs, (...x) => {
      const y = sample.apply ? sample.apply(...x) : make(op, x, sample.attrs as Attrs)
      return Array.isArray(y) ? (y as Tensor[]) : [y as Tensor]
    }),
  )
  const node = postorder(graph.outputs).find((n) => n.op === op)
  if (!node || node.types.length > 1 || !isFloat(node.dtype)) return undefined
  const next = randomNumbers(7)
  const inputs = graph.inputs.map((p) => randomValues(p.type, next, sample.range))
  const operands = withTable(graph.table, () => ({ ...graph, outputs: node.inputs, effects: [] }))
  const values = runGraph(operands, inputs).map((v) =>
    Float64Array.from(v as ArrayLike<number>, Number),
  )
  return { op, node, values }
}
/** The op with one operand's gradient spoilt. */
function mutant(op: Op, k: number, spoil: (g: Tensor) => Tensor | undefined): Op {
  const rule = op.vjp
  if ("flat" in rule) throw new Error(`${op.name} has no rule`)
  const vjp = (g: readonly Grad[], n: Tensor): readonly Grad[] =>
    rule(g, n).map((b, i) => (b && i === k ? (spoil(b) ?? b) : b))
  return { ...op, vjp, normal: undefined }
}
const spoilt = ({ node }: Row, op: Op): Tensor =>
  withTable(new InternTable(), () => make(op, node.inputs, node.attrs))

/** What the rule of `op` gives each operand, for one cotangent. */
function gradients({ node, values }: Row, op: Op): readonly (readonly number[])[] {
  const graph = withTable(new InternTable(), () =>
    graphOf([...node.inputs.map((x) => x.type), node.type], (...x) => {
      const inputs = x.slice(0, node.inputs.length)
      const y = make(op, inputs, node.attrs)
      return pullback([y], [x[inputs.length]], inputs).map((b, i) => b ?? zerosLike(inputs[i]))
    }),
  )
  const g = randomValues(node.type, randomNumbers(11))
  return runGraph(graph, [...values, g]).map((b) => Array.from(b as ArrayLike<number>, Number))
}
const equal = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): boolean =>
  a.every((x, i) => x.every((v, j) => Math.abs(v - b[i][j]) <= 1e-3 * Math.max(1e-3, Math.abs(v))))

const reference = compilerNamed("reference")
const verdict = (row: Row, op: Op): string | undefined =>
  localCheck(spoilt(row, op), row.values, reference)?.verdict

const tally = { rules: 0, mutants: 0, caught: 0, equivalent: 0 }
/** Mutants of a row that the check lets pass. */
function survivors(row: Row): string[] {
  const passed: string[] = []
  const right = gradients(row, { ...row.op, normal: undefined })
  row.node.inputs.forEach((x, k) => {
    if (!isFloat(x.dtype)) return
    for (const [name, spoil] of Object.entries(SPOILERS)) {
      const op = mutant(row.op, k, spoil)
      if (equal(right, gradients(row, op))) {
        tally.equivalent++
        continue
      }
      tally.mutants++
      if (verdict(row, op) === "wrong") tally.caught++
      else passed.push(`${name} of operand ${k}`)
    }
  })
  return passed
}

const ours = declarations().filter(
  (op) =>
    !("flat" in op.vjp) &&
    !op.effect &&
    op.samples?.some((s) => isFloat(s.inputs[0]?.dtype ?? "bool")),
)
const wide = (s: Sample): boolean =>
  s.inputs.every((t) => t.dtype !== "f16" && t.dtype !== "bf16" && t.dtype !== "f32")

describe.each(ours.map((op) => [op.name, op] as const))("%s", (_, op) => {
  test("the right rule passes, its mutants do not", () => {
    const rows = (op.samples ?? []).filter(wide).flatMap((s) => rowOf(op, s) ?? [])
    for (const row of rows) {
      expect(verdict(row, { ...op, normal: undefined }), "the right rule").not.toBe("wrong")
      expect(
        survivors(row),
        `mutants at ${row.node.inputs.map((x) => x.type.shape).join(" ")}`,
      ).toEqual([])
      tally.rules++
    }
  })
})

test("enough rules and mutants were tried", () => {
  if (process.env.DEFNOTE_TALLY) console.log(tally)
  expect(tally.rules).toBeGreaterThan(100)
  expect(tally.mutants).toBeGreaterThan(600)
  expect(tally.caught).toBe(tally.mutants)
})
