/** @file Looks inside one run of a function and of its gradient: statistics, local checks, what is wrong. Data, no pictures. */
import {
  type Compiler,
  isConstant,
  isFloat,
  type Program,
  type Storage,
  type Tensor,
} from "@defnote/core"
import { Expressions } from "./expression.ts"
import { type Finding, findings } from "./findings.ts"
import { Frame } from "./frame.ts"
import { type Gains, gainsOf } from "./gain.ts"
import { Inspector, type LookingCost, type Stats } from "./inspector.ts"
import type { LocalCheck } from "./local-check.ts"
import { ofConstant } from "./look.ts"
import { Runner } from "./runner.ts"
import type { Statistics } from "./statistics.ts"

export interface Inspection {
  readonly program: Program
  /** Statistics of every float value: forward nodes and derivative nodes alike. */
  readonly stats: Stats
  /** The statistics of the whole cotangent of a forward node. */
  readonly gradientOf: (n: Tensor) => Statistics | undefined
  readonly gains: Gains
  readonly checks: ReadonlyMap<Tensor, LocalCheck>
  readonly findings: readonly Finding[]
  /** What this look cost. */
  readonly cost: LookingCost
}
export interface InspectOptions {
  readonly compiler?: Compiler
  /** The traced function, for the names of its parameters. */
  readonly original?: (...x: never[]) => unknown
  /** Whether the derivative of every operation is held against finite differences; default true. */
  readonly checks?: boolean
}

/**
 * @param program - of `valueAndGrad(f)`: forward and backward in one graph
 * @param inputs - the memory of its inputs
 */
export function inspectProgram(
  program: Program,
  inputs: readonly Storage[],
  { compiler, original, checks: wanted = true }: InspectOptions = {},
): Inspection {
  const inspector = Inspector.of(program, compiler)
  const { stats, cost } = inspector.look(inputs)
  const { checks, checkMs } = wanted ? inspector.check(inputs) : NO_CHECKS
  const { notes } = program.graph.table
  const gradientOf = (n: Tensor): Statistics | undefined => {
    const g = notes.cotangents.get(n)
    // A cotangent that is a constant, such as the 1 at the loss, is written into its users and is no value of the run.
    return g && (stats.get(g) ?? (isConstant(g) ? ofConstant(g) : undefined))
  }
  const gains = gainsOf(notes, stats, gradientOf)
  const runner = new Runner(compiler)
  try {
    const found = findings({
      frame: new Frame(program.graph, inputs, runner, stats),
      wanted: wantedOf(program),
      gradientOf,
      gains,
      checks,
      expressions: new Expressions(program, original),
    })
    const spent = { ...cost, ...(checkMs === undefined ? {} : { checkMs }) }
    return { program, stats, checks, gradientOf, gains, findings: found, cost: spent }
  } finally {
    runner.dispose()
  }
}
const NO_CHECKS = { checks: new Map<Tensor, LocalCheck>(), checkMs: undefined }

/** The float leaves of the first argument: those whose gradient `valueAndGrad` gives. */
const wantedOf = ({ graph, inputPaths }: Program): Tensor[] =>
  graph.inputs.filter((p, i) => isFloat(p.dtype) && /^\[0\]/.test(inputPaths[i] ?? ""))
