/** @file Runs a program of the zoo as a cell and inspects it. */
import * as core from "@defnote/core"
import { type Defn, valueAndGrad } from "@defnote/core"
import { type Finding, inspectProgram } from "@defnote/inspect"
import "defnote"
import { cell } from "../cell.ts"

/** A program with one seeded bug, and what an inspection must say of it. */
export interface Specimen {
  readonly name: string
  /** A cell that defines `f`. */
  readonly source: string
  readonly args: readonly unknown[]
  /** Names besides those of the library that the cell finds. */
  readonly scope?: Readonly<Record<string, unknown>>
  readonly kind: Finding["kind"]
  readonly direction: Finding["direction"]
  /** The text of the expression at which it begins. */
  readonly expression: string
  readonly pattern: string
  /** A part of the explanation. */
  readonly says: RegExp
  /** The code that mends it, without what stands behind `//`. */
  readonly fix?: string
}

export function inspectCell(
  source: string,
  args: readonly unknown[],
  scope: Readonly<Record<string, unknown>> = {},
): readonly Finding[] {
  const f = cell(source, { ...core, ...scope })
  const both = valueAndGrad(f as never) as unknown as Defn
  const { program, inputs } = both.bind(...(args as never[]))
  return inspectProgram(program, inputs, { original: both.original as never }).findings
}
