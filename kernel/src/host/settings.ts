/** @file The settings of a kernel, read from an environment; the meaning of each stands in the README. */

/** When type errors stop a cell: those in a defn, all, none, or nothing is checked. */
export type TypeCheck = "defn" | "block" | "warn" | "off"

/** Settings of one kernel process. */
export interface Settings {
  typeCheck: TypeCheck
  /** Stream text forwarded for one cell (bytes). */
  outputLimit: number
  /** Display data forwarded for one cell (bytes). */
  displayLimit: number
  /** A larger incoming message is dropped (bytes). */
  messageLimit: number
  /** A folder with another build of the library, or undefined for the kernel's own. */
  library?: string
  /** Another `tsc` executable, or undefined for the pinned one. */
  tsc?: string
  /** Where log lines are appended, or undefined for stderr. */
  log?: string
}

const MIB = 1024 * 1024
const CHECKS: readonly TypeCheck[] = ["defn", "block", "warn", "off"]

/**
 * Reads `DEFNOTE_*` variables.
 *
 * @throws Error for a value that is not allowed
 */
export function readSettings(env: Record<string, string | undefined>): Settings {
  return {
    typeCheck: readCheck(env.DEFNOTE_TYPECHECK),
    outputLimit: readBytes(env, "DEFNOTE_OUTPUT_LIMIT", 8 * MIB),
    displayLimit: readBytes(env, "DEFNOTE_DISPLAY_LIMIT", 64 * MIB),
    messageLimit: readBytes(env, "DEFNOTE_MESSAGE_LIMIT", 64 * MIB),
    library: env.DEFNOTE_LIBRARY || undefined,
    tsc: env.DEFNOTE_TSC || undefined,
    log: env.DEFNOTE_LOG || undefined,
  }
}

function readCheck(value: string | undefined): TypeCheck {
  if (value === undefined || value === "") return "defn"
  const found = CHECKS.find((check) => check === value)
  if (found) return found
  throw new Error(`settings: DEFNOTE_TYPECHECK is "${value}"; allowed are ${CHECKS.join(", ")}`)
}

function readBytes(
  env: Record<string, string | undefined>,
  name: string,
  fallback: number,
): number {
  const text = env[name]
  if (text === undefined || text === "") return fallback
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1024) return value
  throw new Error(`settings: ${name} is "${text}"; a whole number of bytes, at least 1024`)
}
