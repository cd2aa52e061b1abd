/** @file The three steps of an interrupt (D7.4): cancel word, pause at a safe place, termination. */
import type { Debugger, InspectorNotification, Session } from "node:inspector"
import { PROMISE_HOOKS, SUSPEND_CAUSES } from "./causes.ts"
import { type AgentOrder, type StoppedFrame, Word } from "./protocol.ts"

/** A cell that was ordered begins in this time, unless background code holds the thread (ms). */
const BEGIN_MS = 200
/** The engine has this long to see the cancel word (ms). */
const CANCEL_MS = 50
/** A main thread that only waits answers in this time (ms). */
const TURN_MS = 3
/** And has ended its cell by itself in this time (ms). */
const REST_MS = 12
/** When the event loop turns, user code is waited for this long (ms). */
const PAUSE_MS = 10
/** How often a pause is asked for (ms). */
const REPEAT_MS = 5
/** The end of a critical section, or of a native call, is waited for this long (ms). */
const BUSY_MS = 2000
/** A termination takes effect in this time, or not at all (ms). */
const CUT_MS = 10
/** The main thread must answer in this time, else a native call holds it (ms). */
const ANSWER_MS = 2000
/** Frames told of a stopped cell at most. */
const FRAMES = 50

/** What {@link Stopper} needs. */
export interface StopperOptions {
  session: Session
  words: Int32Array
  order(message: AgentOrder): void
  ownUrl: string
  libraryUrl: string
  /** A pattern of the URL of the kernel's own script. */
  hidden: string
}

type Paused = Debugger.PausedEventDataType

/** Stops what the main thread runs. */
export class Stopper {
  readonly #options: StopperOptions
  #pongs = 0
  #busy: Promise<"stopped" | "idle" | "stuck"> | undefined

  /** URLs of scripts; V8 leaves them out of frames. */
  readonly #urls = new Map<string, string>()

  constructor(options: StopperOptions) {
    this.#options = options
    options.session.on("Debugger.scriptParsed", ({ params }) => {
      this.#urls.set(params.scriptId, params.url)
    })
  }

  /**
   * Stops the running cells, or background code when none runs.
   *
   * @param run the last of the cells to stop, 0 for none
   * @param told whether a cell is about to throw an InterruptError by itself
   */
  stop(run: number, told: boolean): Promise<"stopped" | "idle" | "stuck"> {
    this.#busy ??= this.#stop(run, told).finally(() => {
      this.#busy = undefined
    })
    return this.#busy
  }

  async #stop(run: number, told: boolean): Promise<"stopped" | "idle" | "stuck"> {
    const { words } = this.#options
    // The order to run it came before this one; the main thread may not have read it yet.
    await until(() => Atomics.load(words, Word.latest) >= run, BEGIN_MS)
    const ended = () => run !== 0 && isPast(Atomics.load(words, Word.oldest), run)
    if (ended()) return "stopped"
    Atomics.store(words, Word.cancel, 1)
    Atomics.notify(words, Word.cancel)
    if (!told && (await this.#rests(run, ended))) return run === 0 ? "idle" : "stopped"
    // Where the engine was not used nobody polls the word: the wait would be for nothing.
    if (told || Atomics.load(words, Word.polled) === 1) await until(ended, CANCEL_MS)
    if (ended()) return "stopped"
    const frames = await this.#terminate(ended)
    if (ended()) return "stopped"
    this.#options.order({ type: "stopped", run, frames: frames ?? [] })
    this.#ping()
    if (!(await until(() => this.#answered(), ANSWER_MS))) return "stuck"
    return run !== 0 || frames ? "stopped" : "idle"
  }

  /** Asks a main thread whose event loop turns to end the cell by itself, if it only waits. */
  async #rests(run: number, ended: () => boolean): Promise<boolean> {
    const { words, order } = this.#options
    const before = Atomics.load(words, Word.rested)
    const rested = () => Atomics.load(words, Word.rested) !== before
    this.#pongs = Atomics.load(words, Word.pong)
    order({ type: "rest", run })
    await until(() => ended() || this.#answered(), TURN_MS)
    if (this.#answered()) await until(() => ended() || rested(), REST_MS)
    return rested()
  }

  /**
   * Pauses running JavaScript and terminates it, unless the engine is in a critical section.
   *
   * @returns the frames it was at, or undefined when no user code ran. On a busy machine a termination may be seen late:
   *   then they are those at which it was ordered
   */
  async #terminate(ended: () => boolean): Promise<StoppedFrame[] | undefined> {
    try {
      await this.#post("Debugger.enable")
      // A pause that falls into a hidden promise hook would be lost: only Node is hidden yet.
      await this.#post("Debugger.setBlackboxPatterns", { patterns: ["^node:"] })
      this.#ping()
      const start = performance.now()
      const expired = () => {
        const spent = performance.now() - start
        return ended() || spent > BUSY_MS || (spent > PAUSE_MS && this.#answered())
      }
      let how = "Debugger.pause"
      let cutAt: StoppedFrame[] | undefined
      while (!expired()) {
        const paused = await this.#pause(expired, how)
        if (!paused) return cutAt
        const frames = this.#frames(paused)
        if (ended()) return cutAt
        if (!this.#isOwn(frames) || this.#isHook(frames[0])) await this.#suspendHooks(paused)
        if (this.#mayCut(frames)) {
          cutAt = frames
          if (await this.#cut()) return frames
          how = "Debugger.pause"
        } else if (this.#isOwn(frames)) {
          // From here the next step into code that is not hidden is user code.
          how = "Debugger.stepInto"
        } else {
          await this.#post("Debugger.resume")
          how = "Debugger.pause"
        }
      }
      return cutAt
    } finally {
      await this.#post("Debugger.disable")
      this.#options.order({ type: "carry" })
    }
  }

  /**
   * Switches the promise hooks of the main thread off until it is told to carry causes again: V8
   * forgets a termination that falls into a promise hook.
   */
  async #suspendHooks(paused: Paused): Promise<void> {
    const { callFrameId } = paused.callFrames[0]
    await this.#post("Debugger.evaluateOnCallFrame", { callFrameId, expression: SUSPEND_CAUSES })
    await this.#post("Debugger.setBlackboxPatterns", { patterns: ["^node:", this.#options.hidden] })
  }

  /** Whether user code is on the stack, outside of critical sections and promise hooks. */
  #mayCut(frames: readonly StoppedFrame[]): boolean {
    const { words } = this.#options
    if (Atomics.load(words, Word.critical) !== 0 || Atomics.load(words, Word.writing) !== 0) {
      return false
    }
    return !this.#isHook(frames[0]) && !this.#isOwn(frames)
  }

  #isHook(frame: StoppedFrame): boolean {
    return frame.url.startsWith(this.#options.ownUrl) && PROMISE_HOOKS.includes(frame.function)
  }

  /**
   * Terminates the paused JavaScript.
   *
   * @returns whether it took effect
   */
  async #cut(): Promise<boolean> {
    let terminated = false
    Atomics.store(this.#options.words, Word.cut, 1)
    void this.#post("Runtime.terminateExecution").then((done) => {
      terminated = done !== undefined
    })
    await this.#post("Debugger.resume")
    return until(() => terminated, CUT_MS)
  }

  /** @param how the first command; a step continues a paused thread */
  async #pause(expired: () => boolean, how: string): Promise<Paused | undefined> {
    const { session } = this.#options
    let paused: Paused | undefined
    const listen = (event: InspectorNotification<Paused>) => {
      paused = event.params
    }
    session.once("Debugger.paused", listen)
    // A pause that falls into a hidden function may be lost: it is asked for again and again.
    while (!paused && !expired()) {
      await this.#post(how)
      how = "Debugger.pause"
      await until(() => paused !== undefined, REPEAT_MS)
    }
    session.off("Debugger.paused", listen)
    return paused
  }

  #frames(paused: Paused): StoppedFrame[] {
    return paused.callFrames.slice(0, FRAMES).map(({ functionName, location, url }) => ({
      function: functionName,
      url: url || (this.#urls.get(location.scriptId) ?? ""),
      line: location.lineNumber,
      column: location.columnNumber ?? 0,
    }))
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

  /** @returns the result, or undefined after an error */
  #post(method: string, params: object = {}): Promise<unknown> {
    return new Promise((resolve) => {
      this.#options.session.post(method, params, (error, result) => {
        resolve(error ? undefined : (result ?? {}))
      })
    })
  }
}

/** Whether the oldest cell that runs came after a cell, or none runs. */
function isPast(oldest: number, run: number): boolean {
  return oldest === 0 || oldest > run
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
