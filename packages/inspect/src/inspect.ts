/** @file Looks inside one run of a function and of its gradient: statistics, local checks, what is wrong. Data, no pictures. */
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
import { Expressions } from "./expression.ts"
import { type Finding, findings } from "./findings.ts"
import { Frame } from "./frame.ts"
import { type Gains, gainsOf } from "./gain.ts"
import { type LocalCheck, localCheck } from "./local-check.ts"
import { type Look, lookAt, otherOperands, watchedNodes } from "./look.ts"
import { Runner } from "./runner.ts"
import { type Statistics, statistics } from "./statistics.ts"

export interface Inspection {
  readonly program: Program
  /** Statistics of every float value: forward nodes and derivative nodes alike. */
  readonly stats: ReadonlyMap<Tensor, Statistics>
  /** The statistics of the whole cotangent of a forward node. */
  readonly gradientOf: (n: Tensor) => Statistics | undefined
  readonly gains: Gains
  readonly checks: ReadonlyMap<Tensor, LocalCheck>
  readonly findings: readonly Finding[]
  /** What a run costs, alone and with all its values looked at. */
  readonly cost: LookingCost
}
export interface LookingCost {
  readonly plainMs: number
  readonly lookMs: number
}
export interface InspectOptions {
  readonly compiler?: Compiler
  /** The traced function, for the names of its parameters. */
  readonly original?: (...x: never[]) => unknown
}

/** Operands kept for the local checks; larger ones are looked at and forgotten. */
const KEEP = 4096

/**
 * @param program - of `valueAndGrad(f)`: forward and backward in one graph
 * @param inputs - the memory of its inputs
 */
export function inspectProgram(
  program: Program,
  inputs: readonly Storage[],
  { compiler, original }: InspectOptions = {},
): Inspection {
  const runner = new Runner(compiler)
  try {
    const nodes = watchedNodes(program.graph)
    const { notes } = program.graph.table
    const { graph } = program
    const all = [...nodes, ...otherOperands(nodes)]
    const look = (): Look => lookAt(graph, inputs, all, runner.run, KEEP)
    const { stats, kept } = look()
    const cost = {
      plainMs: secondRun(() => runner.run(program.computed, inputs)),
      lookMs: secondRun(look),
    }
    const checks = checksOf(program, nodes, kept)
    const gradientOf = (n: Tensor): Statistics | undefined => {
      const g = notes.cotangents.get(n)
      return g && (stats.get(g) ?? ofConstant(g))
    }
    const gains = gainsOf(notes, stats, gradientOf)
    const frame = new Frame(program.graph, inputs, runner, stats)
    const found = findings({
      frame,
      wanted: wantedOf(program),
      gradientOf,
      gains,
      checks,
      expressions: new Expressions(program, original),
    })
    return { program, stats, checks, gradientOf, gains, findings: found, cost }
  } finally {
    runner.dispose()
  }
}

function checksOf(
  { graph }: Program,
  nodes: readonly Tensor[],
  kept: ReadonlyMap<Tensor, Float64Array>,
): Map<Tensor, LocalCheck> {
  const { notes } = graph.table
  const reference = compilerNamed("reference")
  const checks = new Map<Tensor, LocalCheck>()
  for (const n of nodes) {
    if (notes.dual.has(n) || notes.sums.has(n) || isElement(n)) continue
    const operands = n.inputs.map((x) => kept.get(x))
    if (operands.some((x) => !x)) continue
    const verdict = localCheck(n, operands as Float64Array[], reference)
    if (verdict) checks.set(n, verdict)
  }
  return checks
}

/** The time of a run that is compiled already, in ms. */
function secondRun(run: () => unknown): number {
  run()
  const start = performance.now()
  run()
  return performance.now() - start
}
/** The float leaves of the first argument: those whose gradient `valueAndGrad` gives. */
const wantedOf = ({ graph, inputPaths }: Program): Tensor[] =>
  graph.inputs.filter((p, i) => isFloat(p.dtype) && /^\[0\]/.test(inputPaths[i] ?? ""))

/** A cotangent that is a constant, such as the 1 at the loss, is written into its users and is no value of the run. */
const ofConstant = (g: Tensor): Statistics | undefined =>
  isConstant(g) ? statistics(new Float64Array(g.size).fill(Number(g.attrs.value))) : undefined
