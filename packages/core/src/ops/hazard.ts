/** @file How declarations state their hazards, and conditions that several share. Knows no op. */
import type { Hazard } from "../op.ts"
import type { Tensor } from "../tensor.ts"

type Where = Hazard["at"]
type Rest = Pick<Hazard, "among" | "operand" | "overflow">

const hazard =
  (place: Hazard["in"]) =>
  (pattern: string, at: Where, why: string, fix: string, rest: Rest = {}): Hazard => ({
    in: place,
    pattern,
    at,
    why,
    fix,
    ...rest,
  })
/** The value is not finite although the operands are. */
export const inValue = hazard("value")
/** The value is finite, the derivative is not. */
export const inSlope = hazard("slope")
/** The derivative is exactly 0. */
export const flatAt = hazard("flat")
/** An operand is hidden by a choice. */
export const unchosen = hazard("unchosen")

/** Finite operands, a result that is too large for the dtype. */
export const overflow = (pattern: string, why: string, fix: string, rest: Rest = {}): Hazard =>
  inValue(pattern, (x, y) => x.every(Number.isFinite) && !Number.isFinite(y), why, fix, {
    ...rest,
    overflow: true,
  })
/** A value that is divided by the sum of itself: what softmax does, written out. */
export function isShared(n: Tensor, users: (n: Tensor) => readonly Tensor[]): boolean {
  const sums = new Set(users(n).filter((u) => u.op.fold !== undefined))
  for (const s of sums) for (const u of users(s)) if (u.op.family === "move") sums.add(u)
  return users(n).some(
    (u) => u.op.family === "binary" && u.inputs[0] === n && sums.has(u.inputs[1]),
  )
}
