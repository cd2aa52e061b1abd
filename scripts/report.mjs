/** @file What a script tells the person: progress with the seconds so far, and errors with a remedy. */

const start = performance.now()

/** Seconds since the script began. */
export const seconds = () => (performance.now() - start) / 1000

/** Prints one line of progress. */
export function step(message) {
  console.log(`[${seconds().toFixed(1).padStart(5)} s] ${message}`)
}

/** A problem that the person can solve: what failed, then what to do about it. */
export class SetupError extends Error {
  /**
   * @param {string} problem what failed, without a full stop
   * @param {string} remedy what to do, without a full stop
   * @param {string} [detail] what the failing program printed
   */
  constructor(problem, remedy, detail = "") {
    super(`${problem}: ${remedy}.`)
    this.name = "SetupError"
    this.detail = detail.trim()
  }
}

/** Runs a script's main function; a failure prints its message (with its stack when unexpected). */
export async function main(body) {
  try {
    await body()
  } catch (error) {
    if (error instanceof SetupError && error.detail) console.error(`\n${error.detail}`)
    console.error(error instanceof SetupError ? `\ndefnote: ${error.message}` : error)
    process.exitCode = 1
  }
}
