/** @file Runs other programs. Knows nothing about which. */
import { spawn } from "node:child_process"
import { root } from "./paths.mjs"

/**
 * Runs a program to its end.
 *
 * @param {string} command the program
 * @param {string[]} args its arguments
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, echo?: boolean, timeout?: number, shell?: boolean}} options
 *   `echo` shows the output as it comes; `timeout` is in milliseconds
 * @returns {Promise<{status: number, output: string, stdout: string, missing: boolean, timedOut: boolean}>}
 *   `missing` when there is no such program; `output` has both streams in order
 */
export function run(command, args, options = {}) {
  const { cwd = root, env = process.env, echo = false, timeout, shell = false } = options
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ["ignore", "pipe", "pipe"] })
    const result = { status: 1, output: "", stdout: "", missing: false, timedOut: false }
    const timer = timeout && setTimeout(() => stop(child, result), timeout)
    child.stdout.on("data", (data) => collect(result, data, echo && process.stdout, true))
    child.stderr.on("data", (data) => collect(result, data, echo && process.stderr, false))
    child.on("error", (error) => {
      result.missing = error.code === "ENOENT"
      result.output += error.message
      clearTimeout(timer)
      resolve(result)
    })
    child.on("close", (status) => {
      clearTimeout(timer)
      resolve({ ...result, status: status ?? 1 })
    })
  })
}

function collect(result, data, stream, isStdout) {
  result.output += data
  if (isStdout) result.stdout += data
  if (stream) stream.write(data)
}

/** A program that ignores SIGTERM for five seconds is killed. */
function stop(child, result) {
  result.timedOut = true
  child.kill("SIGTERM")
  setTimeout(() => child.kill("SIGKILL"), 5000).unref()
}

const NETWORK_FAILURE = new RegExp(
  "ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ENOTCACHED|dns error|" +
    "error sending request|Temporary failure in name resolution|NewConnectionError|" +
    "Max retries exceeded|Failed to fetch|certificate",
  "i",
)

/** The line of an installer's output that says that the network failed; undefined when none does. */
export function networkFailure(output) {
  return output.split("\n").find((line) => NETWORK_FAILURE.test(line))
}
