/**
 * @file The limit behind `{maxSteps}`: a loop that counts its turns, ends one turn past the limit, and is refused then. It is
 * made of nodes, so that it holds on every compiler, in branches and batches, at the price of one addition a turn.
 */
import type { Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import { add } from "./arithmetic.ts"
import { Check, checkNode } from "./check.ts"
import { lessEqual } from "./compare.ts"
import { logicalAnd } from "./logic.ts"
import { constant } from "./source.ts"

/** The functions of a loop: whether another turn follows, and the turn. */
export interface LoopParts {
  readonly init: readonly Tensor[]
  readonly test: (...c: Tensor[]) => Tensor
  readonly body: (...c: Tensor[]) => readonly Tensor[]
}

/** The same loop with its count as the last carry. */
export function counting({ init, test, body }: LoopParts, limit: number): LoopParts {
  const last = init.length
  const values = (c: readonly Tensor[]): Tensor[] => c.slice(0, last)
  return {
    init: [...init, constant(0, "i32")],
    test: (...c) => logicalAnd(test(...values(c)), lessEqual(c[last], limit)),
    body: (...c) => [...body(...values(c)), add(c[last], 1)],
  }
}

/** Refuses a count over the limit, when the program runs; a batch has a count for each element. */
export function refuseTurns(count: Tensor, limit: number): void {
  const refuse = ([counts]: readonly ArrayLike<number | bigint>[]): string | undefined =>
    Array.from(counts).some((n) => Number(n) > limit)
      ? `the condition still holds after ${limit} turns; maxSteps allows ${limit}`
      : undefined
  checkNode([count], new Check("while", currentTrace()?.site, undefined, refuse))
}
