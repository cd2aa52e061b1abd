/** @file How much memory tensors may take in this process (D4.3). */
import { OptionError } from "@defnote/core"

/** The share of the memory of the process; the rest is for code, caches and what is not a tensor. */
const SHARE = 0.75

/** What the machine, and the container around the process, have: bytes. */
export interface MachineMemory {
  readonly total: number
  /** Nothing, 0 or an enormous number where nothing limits the process. */
  readonly constrained?: number
}

/**
 * The budget in bytes: what `DEFNOTE_MEMORY` says, else three quarters of what the process may use.
 *
 * @throws OptionError for a text that is no number of bytes
 */
export function memoryBudget(asked: string | undefined, memory: MachineMemory): number {
  const { total, constrained = 0 } = memory
  if (!asked) return SHARE * (constrained > 0 ? Math.min(total, constrained) : total)
  const bytes = Number(asked)
  if (bytes > 0) return bytes
  throw new OptionError(`DEFNOTE_MEMORY: "${asked}" is no number of bytes`, {
    remedy: "Write it in digits, such as 8000000000.",
  })
}
