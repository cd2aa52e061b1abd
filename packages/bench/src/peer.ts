/** @file A peer in a process of its own: told a workload and a number of runs, it answers with milliseconds and a checksum. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface, type Interface } from "node:readline"

export interface Measured {
  readonly ms: readonly number[]
  /** The sum of the result, for comparing systems before their times. */
  readonly check: number
}
export interface PeerCommand {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

/** OpenBLAS settings of the machine would slow NumPy down and make us look good. */
const MISLEADING = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]

function environment(threads: number): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) }
  for (const name of MISLEADING) delete env[name]
  return env
}

export class Peer {
  readonly name: string
  readonly version: string
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  private constructor(name: string, version: string, child: ChildProcess, lines: AsyncIterator<string>) {
    this.name = name
    this.version = version
    this.#child = child
    this.#lines = lines
  }
  /** Starts the process; its first line is its version. A peer that is not installed says why. */
  static async start({ name, command, args }: PeerCommand, threads: number): Promise<Peer> {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: environment(threads) })
    let problem = ""
    child.stderr?.on("data", (d) => {
      problem += d
    })
    child.on("error", (e) => {
      problem += e.message
    })
    const reader: Interface = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const lines = reader[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done) throw new Error(problem.trim().split("\n").at(-1) || "it ended at once")
    return new Peer(name, JSON.parse(first.value).version, child, lines)
  }
  /** Undefined when the peer does not know the workload. */
  async run(workload: string, runs: number): Promise<Measured | undefined> {
    this.#child.stdin?.write(`${JSON.stringify({ workload, runs })}\n`)
    const line = await this.#lines.next()
    if (line.done) throw new Error(`${this.name} ended during ${workload}`)
    const answer = JSON.parse(line.value)
    if (answer.error) throw new Error(`${this.name}, ${workload}: ${answer.error}`)
    return answer.unknown ? undefined : answer
  }
  stop(): void {
    this.#child.stdin?.end()
    this.#child.kill()
  }
}
