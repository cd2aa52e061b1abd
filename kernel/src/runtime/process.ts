/** @file The runtime child as the host sees it: spawned, fed, watched, replaced when it ends. */

import { type ChildProcess, spawn } from "node:child_process"
import type { Readable, Writable } from "node:stream"
import { ALLOCATOR_ENVIRONMENT, V8_FLAGS } from "defnote/process"
import type {
  CommMessage,
  EvaluateRequest,
  InterruptResult,
  Outcome,
  Runtime,
  RuntimeEvent,
} from "../host/ports.ts"
import { encodeFrame, FrameReader } from "./frames.ts"
import { type AgentReport, Descriptor, type Report, type Request } from "./protocol.ts"

/** What {@link RuntimeProcess} needs. */
export interface RuntimeOptions {
  /** The script of the child. */
  script: string
  /** The notebook's folder. */
  folder: string
  env: NodeJS.ProcessEnv
  onEvent(event: RuntimeEvent): void
  log(line: string): void
}

/** A child that ends this often without becoming ready is not started again. */
const FAILED_STARTS = 3
/** An interrupt that the child does not answer in this time counts as stuck (ms). */
const INTERRUPT_MS = 3000

/** After the exit of a child its output is read at most this long (ms). */
const DRAIN_MS = 200

interface Running {
  request: EvaluateRequest
  settle(outcome: Outcome): void
}

/** A {@link Runtime} in a child process. */
export class RuntimeProcess implements Runtime {
  readonly #options: RuntimeOptions
  #child: ChildProcess | undefined
  #requests: Writable | null = null
  /** By number; several where subshells have cells. */
  readonly #running = new Map<number, Running>()
  /** Cells that wait for the end of an interrupt, which is not meant for them. */
  #held: EvaluateRequest[] = []
  #interrupt: ((result: InterruptResult) => void) | undefined
  #lastRun = 0
  #failedStarts = 0
  #stopping = false
  #stuck = false
  #loss: string | undefined

  constructor(options: RuntimeOptions) {
    this.#options = options
    this.#start()
  }

  /** The process id of the child, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  evaluate(request: EvaluateRequest): Promise<Outcome> {
    if (!this.#child) {
      const reason = `the runtime does not start: ${this.#loss ?? "no reason known"}`
      return Promise.resolve({ status: "ended", reason, expressions: {} })
    }
    return new Promise((settle) => {
      this.#running.set(request.run, { request, settle })
      if (this.#interrupt) this.#held.push(request)
      else this.#begin(request)
    })
  }

  interrupt(): Promise<InterruptResult> {
    if (!this.#child) return Promise.resolve("idle")
    if (this.#stuck) {
      this.#child.kill("SIGKILL")
      return Promise.resolve("killed")
    }
    const begun = [...this.#running.values()].filter(({ request }) => !this.#held.includes(request))
    this.#send({ type: "interrupt", run: Math.max(0, ...begun.map(({ request }) => request.run)) })
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#interrupted("stuck"), INTERRUPT_MS)
      this.#interrupt?.("idle")
      this.#interrupt = (result) => {
        clearTimeout(timer)
        this.#interrupt = undefined
        resolve(result)
      }
    })
  }

  answerInput(value: string | null): void {
    this.#send({ type: "input", value })
  }

  sendComm(message: CommMessage, buffers: readonly Uint8Array[]): void {
    this.#send({ type: "comm", message }, buffers)
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const child = this.#child
    if (!child || child.exitCode !== null) return
    await new Promise<void>((resolve) => {
      child.once("exit", () => resolve())
      child.kill("SIGKILL")
    })
  }

  #begin(request: EvaluateRequest): void {
    this.#lastRun = request.run
    this.#send({ type: "evaluate", request })
  }

  #start(): void {
    const { script, folder, env } = this.#options
    // Without the first flag Node aborts when execution is terminated inside a timer.
    const flags = [
      "--no-force-async-hooks-checks",
      "--experimental-import-meta-resolve",
      "--stack-trace-limit=50",
      ...V8_FLAGS,
    ]
    const child = spawn(process.execPath, [...flags, script], {
      cwd: folder,
      env: { ...ALLOCATOR_ENVIRONMENT, ...env },
      // Its own process group: a SIGINT to ours must not end it.
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
      windowsHide: true,
    })
    this.#child = child
    this.#stuck = false
    this.#readNative(child.stdout, "stdout")
    this.#readNative(child.stderr, "stderr")
    const pipes: readonly unknown[] = child.stdio
    readFrames<Report>(pipes[Descriptor.reports], (report, parts) => this.#report(report, parts))
    readFrames<AgentReport>(pipes[Descriptor.agent], (report) => this.#agent(report))
    this.#requests = pipes[Descriptor.requests] as Writable | null
    // The pipe of a process that we ended breaks; that is no news.
    this.#requests?.on("error", (error) => {
      if (!this.#stopping) this.#options.log(`runtime: ${error.message}`)
    })
    child.on("error", (error) => this.#ended(child, `cannot be started: ${error.message}`))
    // "close" comes after the last output was read, but waits for heirs of the descriptors too.
    child.on("exit", (code, signal) => {
      setTimeout(() => this.#ended(child, describeExit(code, signal)), DRAIN_MS)
    })
    child.on("close", (code, signal) => this.#ended(child, describeExit(code, signal)))
  }

  /** What native code and child processes write to the descriptors 1 and 2. */
  #readNative(stream: Readable | null, name: "stdout" | "stderr"): void {
    stream?.setEncoding("utf8")
    stream?.on("data", (text: string) => {
      this.#options.onEvent({ type: "stream", run: this.#lastRun, name, text })
    })
  }

  #report(report: Report, parts: Uint8Array[]): void {
    if (report.type === "ready") this.#failedStarts = 0
    else if (report.type === "finished") this.#finished(report)
    else if (report.type === "comm") this.#options.onEvent({ ...report, buffers: parts })
    else this.#options.onEvent(report)
  }

  #finished(report: Extract<Report, { type: "finished" }>): void {
    const running = this.#running.get(report.run)
    if (!running) return
    const { status, expressions, error } = report
    this.#stuck = false
    // Output of native code waits in other pipes; two turns of the loop read what is there.
    setImmediate(() =>
      setImmediate(() => {
        if (!this.#running.delete(report.run)) return
        running.settle(
          status === "ok" || !error
            ? { status: "ok", expressions }
            : { status, error, expressions },
        )
      }),
    )
  }

  #agent(report: AgentReport): void {
    if (report.type === "interrupted") this.#interrupted(report.result)
  }

  #interrupted(result: InterruptResult): void {
    this.#stuck = result === "stuck"
    this.#interrupt?.(result)
    for (const request of this.#held.splice(0)) this.#begin(request)
  }

  #ended(child: ChildProcess, reason: string): void {
    if (this.#child !== child) return
    this.#child = undefined
    this.#loss = reason
    this.#held = []
    this.#interrupt?.("killed")
    if (this.#stopping) return
    if (++this.#failedStarts < FAILED_STARTS) this.#start()
    this.#options.onEvent({ type: "restarted", reason })
    const ended = [...this.#running.values()]
    this.#running.clear()
    for (const running of ended) running.settle({ status: "ended", reason, expressions: {} })
  }

  #send(request: Request, parts: readonly Uint8Array[] = []): void {
    if (this.#requests?.writable) this.#requests.write(encodeFrame(request, parts))
  }
}

function readFrames<T>(stream: unknown, receive: (head: T, parts: Uint8Array[]) => void): void {
  const reader = new FrameReader<T>()
  ;(stream as Readable).on("data", (chunk: Buffer) => {
    for (const { head, parts } of reader.push(chunk)) receive(head, parts)
  })
  ;(stream as Readable).on("error", () => {})
}

function describeExit(code: number | null, signal: string | null): string {
  return signal ? `signal ${signal}` : `exit code ${code}`
}
