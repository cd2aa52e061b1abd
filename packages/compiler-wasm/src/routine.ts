/** @file Nodes that a kernel written by hand runs: what such a kernel is given. */
import type { Tensor, TypedArray } from "@defnote/core"

/** Reads `inputs`, writes `outputs`; an output that nobody reads is undefined. */
export type Routine = (
  node: Tensor,
  inputs: readonly TypedArray[],
  outputs: readonly (TypedArray | undefined)[],
) => void
