/** @file What views ask a kernel over comms, and its answers: parts of tensors, steps of a run, variables. Types and names. */
import type { GraphLike, TableOrder, TensorLevel } from "./payload.ts"

/** The comm target under which a kernel gives parts of the tensors that it keeps. */
export const TILES = "defnote.tiles/2"

/** A question for a part of a tensor, by blocks of `factor` elements; ranges are half open. */
export interface TileRequest {
  readonly request: number
  readonly id: string
  readonly panels: readonly number[]
  readonly rows: readonly [from: number, to: number]
  readonly columns: readonly [from: number, to: number]
  readonly factor: readonly [rows: number, columns: number]
  /** The axes in the order in which they are looked at, the last two as rows and columns; absent: as they are. */
  readonly order?: readonly number[]
}

/** The answer: the part, or why there is none. */
export type TileReply =
  | { readonly request: number; readonly level: TensorLevel }
  | { readonly request: number; readonly problem: "not kept" | "not valid" }

/** The comm target under which a kernel gives what is not stored of the graphs that it keeps. */
export const PARTS = "defnote.parts/1"

/** A question for what stands in some scopes. */
export interface PartRequest {
  readonly request: number
  /** `whole.id` of the document. */
  readonly id: string
  /** Numbers of scopes in the whole program, a scope before those inside of it. */
  readonly scopes: readonly number[]
}

/** The answer: the document with these scopes in it, or why there is none. */
export type PartReply =
  | { readonly request: number; readonly doc: GraphLike }
  | { readonly request: number; readonly problem: PartProblem }
export type PartProblem = "not kept" | "not valid" | "too large"

/** The comm target under which a kernel gives rows of the tables that it keeps. */
export const TABLES = "defnote.tables/1"

/** A question for rows of a table: from a place on, in an order; without one in that of the output. */
export interface RowsRequest {
  readonly request: number
  readonly id: string
  readonly from: number
  readonly count: number
  readonly order?: TableOrder
}

/** The rows, as a payload stores them, or why there are none. */
export type RowsReply =
  | {
      readonly request: number
      readonly rows: readonly number[]
      readonly values: readonly (readonly (string | null)[])[]
    }
  | { readonly request: number; readonly problem: "not kept" | "not valid" }

/** The comm target under which a kernel shows the gradients of a step. */
export const TRAINING = "defnote.training/1"

/** The comm target under which a kernel tells what a session holds. */
export const VARIABLES = "defnote.variables/1"

/** One variable of a session, from metadata alone: no code of the user runs for it. */
export interface VariableRow {
  readonly name: string
  readonly kind: "tensor" | "tensors" | "array" | "value"
  /** `f32[batch 8, key 14]`, `6 tensors in {w, b}`, `number 5`. */
  readonly type: string
  readonly device?: string
  readonly bytes?: number
  /** Distribution of the finite elements, as blocks. */
  readonly spark?: string
  /** `NaN! 3`, `all zero!`. */
  readonly badges: readonly string[]
}

/** What the variables panel asks: the list, or one variable as an output. */
export type VariablesQuestion =
  | { readonly kind: "list" }
  | { readonly kind: "show"; readonly name: string }

/** The answer: rows, and how many were left out; or a bundle. */
export interface VariablesReply {
  readonly request: number
  readonly variables?: readonly VariableRow[]
  readonly hidden?: number
  /** The time was up before everything was measured: ask again. */
  readonly unfinished?: boolean
  readonly bundle?: Readonly<Record<string, unknown>>
}
