/** @file Looks inside one run of a function and of its gradient: statistics, local checks, the first offender. Data, no pictures. */
import {
  type Compiler,
  compilerNamed,
  isConstant,
  isElement,
  isFloat,
  type Program,
  type Storage,
  type Tensor,
} from "@defnote/core"
import { type Finding, findings } from "./findings.ts"
import { type LocalCheck, localCheck } from "./local-check.ts"
import { firstNonFinite, type Statistics, statistics } from "./statistics.ts"
import { otherOperands, watch, watchedNodes } from "./watch.ts"

export interface Inspection {
  readonly program: Program
  /** Statistics of every float value: forward nodes and derivative nodes alike. */
  readonly stats: ReadonlyMap<Tensor, Statistics>
  /** The statistics of the whole cotangent of a forward node. */
  readonly gradientOf: (n: Tensor) => Statistics | undefined
  readonly checks: ReadonlyMap<Tensor, LocalCheck>
  readonly findings: readonly Finding[]
}

/** Operands kept for the local checks and for explanations; larger ones are looked at and forgotten. */
const KEEP = 4096

/**
 * @param program - of `valueAndGrad(f)`: forward and backward in one graph
 * @param inputs - the memory of its inputs
 */
export function inspectProgram(
  program: Program,
  inputs: readonly Storage[],
  compiler?: Compiler,
): Inspection {
  const nodes = watchedNodes(program.graph)
  const { notes } = program.graph.table
  const stats = new Map<Tensor, Statistics>()
  const kept = new Map<Tensor, Float64Array>()
  const firstBad = new Map<Tensor, number>()
  watch(
    program,
    inputs,
    [...nodes, ...otherOperands(nodes)],
    (n, values) => {
      if (values.length <= KEEP) kept.set(n, values.slice())
      if (!isFloat(n.dtype)) return
      const s = statistics(values)
      stats.set(n, s)
      if (s.nan + s.posInf + s.negInf) firstBad.set(n, firstNonFinite(values))
    },
    compiler,
  )
  const sample = (n: Tensor) => {
    const at = firstBad.get(n)
    const operands = n.inputs.map((x) => kept.get(x))
    const own = kept.get(n)
    if (at === undefined || !own || operands.some((x) => !x)) return undefined
    return {
      inputs: operands.map(
        (x) => (x as Float64Array)[(x as Float64Array).length === own.length ? at : 0],
      ),
      output: own[at],
    }
  }
  const reference = compilerNamed("reference")
  const checks = new Map<Tensor, LocalCheck>()
  for (const n of nodes) {
    if (notes.dual.has(n) || notes.sums.has(n) || isElement(n)) continue
    const operands = n.inputs.map((x) => kept.get(x))
    if (operands.some((x) => !x)) continue
    const verdict = localCheck(n, operands as Float64Array[], reference)
    if (verdict) checks.set(n, verdict)
  }
  const gradientOf = (n: Tensor): Statistics | undefined => {
    const g = notes.cotangents.get(n)
    return g && (stats.get(g) ?? ofConstant(g))
  }
  const seen = { order: nodes, stats, sample, notes, gradientOf }
  return { program, stats, checks, gradientOf, findings: findings(seen) }
}

/** A cotangent that is a constant, such as the 1 at the loss, is written into its users and is no value of the run. */
const ofConstant = (g: Tensor): Statistics | undefined =>
  isConstant(g) ? statistics(new Float64Array(g.size).fill(Number(g.attrs.value))) : undefined
