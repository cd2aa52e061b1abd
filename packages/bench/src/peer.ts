/** @file A peer in a process of its own: told a workload and a number of runs, it answers with times and its results. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface, type Interface } from "node:readline"

/** What systems are compared by before their times are: enough of an output to see that it is the same. */
export interface Fingerprint {
  readonly size: number
  readonly sum: number
  /** The sum of the absolute values: the scale for comparing sums. */
  readonly magnitude: number
  /** Up to 64 elements at even distances. */
  readonly samples: readonly number[]
}
export interface Measured {
  /** Milliseconds of each run. */
  readonly ms: readonly number[]
  /** Processor seconds per second: above 1, something ran beside the main thread. */
  readonly busy: number
  readonly outputs: readonly Fingerprint[]
}
export interface PeerCommand {
  /** `numpy`, or `defnote:wasm` for one of our compilers. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** OpenBLAS settings of the machine would slow NumPy down and make us look good. */
const MISLEADING = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]

function environment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const one = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" }
  const env: NodeJS.ProcessEnv = { ...process.env, ...one, VECLIB_MAXIMUM_THREADS: "1", ...own }
  for (const name of MISLEADING) delete env[name]
  return env
}

export class Peer {
  readonly name: string
  readonly version: string
  /** Threads that compute; the garbage collector's do not count. */
  readonly threads: number
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  private constructor(
    name: string,
    hello: { version: string; threads: number },
    child: ChildProcess,
    lines: AsyncIterator<string>,
  ) {
    this.name = name
    this.version = hello.version
    this.threads = hello.threads
    this.#child = child
    this.#lines = lines
  }

  /** Starts the process, whose first line is its version. @throws Error with the last error line of a peer that ends */
  static async start({ name, command, args, env = {} }: PeerCommand): Promise<Peer> {
    const child = spawn(command, args, { stdio: "pipe", env: environment(env) })
    let problem = ""
    child.stderr.on("data", (data) => {
      problem += data
    })
    child.on("error", (error) => {
      problem += error.message
    })
    const reader: Interface = createInterface({ input: child.stdout })
    const lines = reader[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done) throw new Error(reason(problem))
    return new Peer(name, JSON.parse(first.value), child, lines)
  }

  /** Undefined when the peer does not know the workload. @throws Error that names peer and workload */
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

function reason(text: string): string {
  const lines = text.trim().split("\n")
  return lines.find((line) => /Error\b.*:/.test(line)) || lines.at(-1) || "it ended at once"
}
