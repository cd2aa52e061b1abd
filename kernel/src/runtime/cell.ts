/** @file Runs one cell: evaluation, its result, user expressions, its end told exactly once. */
import type { EvaluateRequest, ExpressionResult } from "../host/ports.ts"
import { bounded, encodeBinary } from "./display.ts"
import { interruption, reportError } from "./errors.ts"
import { bundleOf } from "./format.ts"
import type { Evaluation, Evaluator } from "./inspector.ts"
import { type StoppedFrame, Word } from "./protocol.ts"
import { emit } from "./reporter.ts"
import { beginRun, type Run, tellEnd } from "./run.ts"

/** What {@link CellRunner} needs. */
export interface CellRunnerOptions {
  evaluator: Evaluator
  words: Int32Array
  displayLimit: number
  /** Loads libraries and tells them of the cell. */
  prepare(request: EvaluateRequest): Promise<void>
  /** Adds to an error that ended a cell what is known when it ended. */
  explain(thrown: unknown): Promise<void>
  /** Called after a termination, before the next cell. */
  recover(): void
}

/** Runs cells: those of one shell come one after another, those of several take turns at their awaits. */
export class CellRunner {
  readonly #options: CellRunnerOptions
  readonly #running = new Map<number, Run>()

  constructor(options: CellRunnerOptions) {
    this.#options = options
  }

  /** Runs a cell; everything it does is told by reports. */
  async run(request: EvaluateRequest): Promise<void> {
    const { words, evaluator } = this.#options
    const run = this.#begin(request)
    try {
      await this.#options.prepare(request)
      const evaluation = await evaluator.evaluate(request.code, request.name, groupOf(run))
      if ("thrown" in evaluation) return await this.#failed(run, evaluation)
      if (request.showResult && !request.silent) await this.#showResult(run, evaluation)
      await Promise.all(run.pending)
      this.#finish(run, "ok", undefined, await this.#expressions(run))
    } catch (error) {
      // What V8 says of a termination differs by version. The agent's "stopped" ends the cell.
      if (Atomics.load(words, Word.cut) === 1) return
      this.#finish(run, "error", reportError(error))
    } finally {
      if (run.finished) evaluator.release(groupOf(run))
    }
  }

  /** The agent stopped the main thread, or found it waiting: no cell up to this number goes on. */
  stopped(number: number, frames: readonly StoppedFrame[]): void {
    this.#options.recover()
    for (const run of [...this.#running.values()]) {
      if (run.request.run > number) continue
      kill(run)
      this.#finish(run, "interrupted", interruption(stackOf(frames)))
      this.#options.evaluator.release(groupOf(run))
    }
  }

  /** The words of an interrupt that is over are put back; while another cell runs there is none. */
  #begin(request: EvaluateRequest): Run {
    const { words } = this.#options
    if (this.#running.size === 0) {
      for (const word of [Word.cancel, Word.polled, Word.cut]) Atomics.store(words, word, 0)
    }
    const run = beginRun(request)
    this.#running.set(request.run, run)
    this.#tellOldest()
    Atomics.store(words, Word.latest, Math.max(request.run, Atomics.load(words, Word.latest)))
    return run
  }

  #tellOldest(): void {
    const numbers = [...this.#running.keys()]
    const oldest = numbers.length > 0 ? Math.min(...numbers) : 0
    Atomics.store(this.#options.words, Word.oldest, oldest)
  }

  async #failed(run: Run, evaluation: Extract<Evaluation, { thrown: unknown }>): Promise<void> {
    const thrown = await this.#options.evaluator.take(evaluation.thrown)
    await Promise.all(run.pending)
    await this.#options.explain(thrown)
    const error = reportError(thrown)
    if (error.stack === "") error.stack = detailStack(evaluation)
    const status = error.name === "InterruptError" ? "interrupted" : "error"
    if (status === "interrupted") kill(run)
    this.#finish(run, status, error)
  }

  async #showResult(run: Run, evaluation: Extract<Evaluation, { value: unknown }>): Promise<void> {
    if (evaluation.value.type === "undefined") return
    const value = await this.#options.evaluator.take(evaluation.value)
    const bundle = encodeBinary(await bundleOf(value))
    if (run.finished) return
    emit({
      type: "result",
      run: run.request.run,
      bundle: bounded(run, this.#options.displayLimit, bundle),
    })
  }

  async #expressions(run: Run): Promise<Record<string, ExpressionResult>> {
    const results: Record<string, ExpressionResult> = {}
    for (const [name, text] of Object.entries(run.request.expressions)) {
      results[name] = await this.#expression(text, groupOf(run))
    }
    return results
  }

  async #expression(text: string, group: string): Promise<ExpressionResult> {
    const { evaluator } = this.#options
    const evaluation = await evaluator.evaluate(`(${text}\n)`, "expression", group)
    if ("thrown" in evaluation)
      return { error: reportError(await evaluator.take(evaluation.thrown)) }
    try {
      return { bundle: encodeBinary(await bundleOf(await evaluator.take(evaluation.value))) }
    } catch (error) {
      return { error: reportError(error) }
    }
  }

  #finish(
    run: Run,
    status: "ok" | "error" | "interrupted",
    error?: ReturnType<typeof reportError>,
    expressions: Record<string, ExpressionResult> = {},
  ): void {
    if (run.finished) return
    // Before the run counts as finished: displays that end with it still belong to it, and an interrupt still ends it.
    const reason = error && `${error.name}: ${error.message}`
    tellEnd(run, reason === undefined ? { status } : { status, reason }, (thrown) =>
      emit({ type: "late", run: run.request.run, error: reportError(thrown) }),
    )
    run.finished = true
    this.#running.delete(run.request.run)
    this.#tellOldest()
    emit({ type: "finished", run: run.request.run, status, error, expressions })
  }
}

/** The name under which the evaluator holds the values of a run. */
const groupOf = (run: Run): string => `cell ${run.request.run}`

/** What the run began must not go on: timers, child processes. */
function kill(run: Run): void {
  run.dead = true
  run.abort.abort()
}

/** A stack text of thrown values that carry none. */
function detailStack({ details }: Extract<Evaluation, { thrown: unknown }>): string {
  const frames = details.stackTrace?.callFrames ?? []
  const lines = frames.map((frame) => {
    const place = `${frame.url}:${frame.lineNumber + 1}:${frame.columnNumber + 1}`
    return `    at ${frame.functionName ? `${frame.functionName} (${place})` : place}`
  })
  return lines.join("\n")
}

function stackOf(frames: readonly StoppedFrame[]): string {
  const lines = frames.map((frame) => {
    const place = `${frame.url}:${frame.line + 1}:${frame.column + 1}`
    return `    at ${frame.function ? `${frame.function} (${place})` : place}`
  })
  return lines.join("\n")
}
