/** @file The three steps of an interrupt (D7.4): cancel word, pause at a safe place, termination. */
import type { Debugger, InspectorNotification, Session } from "node:inspector"
import { type AgentOrder, type StoppedFrame, Word } from "./protocol.ts"

/** The engine has this long to see the cancel word (ms). */
const CANCEL_MS = 50
/** Paused JavaScript is waited for this long; nothing running does not pause (ms). */
const PAUSE_MS = 30
/** A critical section is waited for this long (ms). */
const CRITICAL_MS = 2000
/** The main thread must answer in this time, else a native call holds it (ms). */
const ANSWER_MS = 2000
/** After a pending cell was ended, its next step is caught this long (ms). */
const HUNT_MS = 400

/** What {@link Stopper} needs. */
export interface StopperOptions {
  session: Session
  words: Int32Array
  order(message: AgentOrder): void
  ownUrl: string
  libraryUrl: string
}

type Paused = Debugger.PausedEventDataType

/** Stops what the main thread runs. */
export class Stopper {
  readonly #options: StopperOptions
  #pongs = 0
  #hunt = 0
  #busy: Promise<"stopped" | "idle" | "stuck"> | undefined

  constructor(options: StopperOptions) {
    this.#options = options
  }

  /** Stops the running cell, or background code when none runs. */
  stop(): Promise<"stopped" | "idle" | "stuck"> {
    this.#busy ??= this.#stop().finally(() => {
      this.#busy = undefined
    })
    return this.#busy
  }

  /** Ends a hunt: a new cell begins and must not be caught. */
  disarm(): void {
    this.#hunt++
  }

  async #stop(): Promise<"stopped" | "idle" | "stuck"> {
    const { words } = this.#options
    const run = Atomics.load(words, Word.run)
    const ended = () => run !== 0 && Atomics.load(words, Word.run) !== run
    this.#hunt++
    Atomics.store(words, Word.cancel, 1)
    Atomics.notify(words, Word.cancel)
    // Without an engine nobody polls the word: the wait would be for nothing.
    if (Atomics.load(words, Word.engine) === 1) await until(ended, CANCEL_MS)
    if (ended()) return "stopped"
    const frames = await this.#terminate(ended, CRITICAL_MS)
    if (ended()) return "stopped"
    this.#options.order({ type: "stopped", run, frames: frames ?? [] })
    this.#ping()
    if (!(await until(() => this.#answered(), ANSWER_MS))) return "stuck"
    if (!frames && run !== 0) void this.#huntFor(run)
    return run !== 0 || frames ? "stopped" : "idle"
  }

  /** Catches the next step of an asynchronous cell that was ended while it waited. */
  async #huntFor(run: number): Promise<void> {
    const hunt = ++this.#hunt
    const frames = await this.#terminate(() => this.#hunt !== hunt, HUNT_MS, HUNT_MS)
    if (frames) this.#options.order({ type: "stopped", run, frames })
  }

  /**
   * Pauses running JavaScript and terminates it, unless the engine is in a critical section.
   *
   * @returns the frames it was at, or undefined when nothing ran
   */
  async #terminate(
    ended: () => boolean,
    limit: number,
    pauseLimit = PAUSE_MS,
  ): Promise<StoppedFrame[] | undefined> {
    const deadline = Date.now() + limit
    try {
      await this.#post("Debugger.enable")
      while (!ended() && Date.now() < deadline) {
        const paused = await this.#pause(ended, Math.min(pauseLimit, deadline - Date.now()))
        if (!paused) return undefined
        const frames = stoppedFrames(paused)
        if (ended()) return undefined
        if (Atomics.load(this.#options.words, Word.critical) !== 0 || this.#isOwn(frames)) {
          await this.#post("Debugger.resume")
          await sleep(2)
          continue
        }
        const terminated = this.#post("Runtime.terminateExecution")
        await this.#post("Debugger.resume")
        await Promise.race([terminated, sleep(200)])
        return frames
      }
      return undefined
    } finally {
      await this.#post("Debugger.disable")
    }
  }

  async #pause(ended: () => boolean, limit: number): Promise<Paused | undefined> {
    const { session } = this.#options
    let paused: Paused | undefined
    const listen = (event: InspectorNotification<Paused>) => {
      paused = event.params
    }
    session.once("Debugger.paused", listen)
    void this.#post("Debugger.pause")
    await until(() => paused !== undefined || ended(), limit)
    session.off("Debugger.paused", listen)
    return paused
  }

  /** Whether only the kernel and Node are on the stack. */
  #isOwn(frames: readonly StoppedFrame[]): boolean {
    const { ownUrl, libraryUrl } = this.#options
    return frames.every(({ url }) => {
      if (url.startsWith("node:")) return true
      return url.startsWith(ownUrl) && !url.startsWith(libraryUrl)
    })
  }

  #ping(): void {
    this.#pongs = Atomics.load(this.#options.words, Word.pong)
    this.#options.order({ type: "ping" })
  }

  #answered(): boolean {
    return Atomics.load(this.#options.words, Word.pong) !== this.#pongs
  }

  #post(method: string): Promise<unknown> {
    return new Promise((resolve) => {
      this.#options.session.post(method, (_error, result) => resolve(result))
    })
  }
}

function stoppedFrames(paused: Paused): StoppedFrame[] {
  return paused.callFrames.slice(0, 50).map((frame) => ({
    function: frame.functionName,
    url: frame.url,
    line: frame.location.lineNumber,
    column: frame.location.columnNumber ?? 0,
  }))
}

async function until(condition: () => boolean, limit: number): Promise<boolean> {
  const deadline = performance.now() + limit
  while (!condition()) {
    if (performance.now() >= deadline) return false
    await sleep(1)
  }
  return true
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
