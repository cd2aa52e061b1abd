/** @file Executes cells one after another: checks, runs, reports, aborts what is queued behind an error. */
import { CellRefused, type PreparedCell, prepareCell } from "../cells/prepare.ts"
import type { Content, Message } from "../wire/message.ts"
import { blocking, type Finding, refusal, warningText } from "./check.ts"
import type { History } from "./history.ts"
import type { CellDiagnostic, ExpressionResult, Language, Outcome, Runtime } from "./ports.ts"
import type { Publisher } from "./publisher.ts"
import type { CellRegister } from "./register.ts"
import type { Runs } from "./runs.ts"
import type { Settings } from "./settings.ts"
import type { JupyterError, Traceback } from "./traceback.ts"

/** What {@link Executor} needs. */
export interface ExecutorOptions {
  /** 0 for the main shell; scripts of the cells of others have it in their names. */
  shell: number
  runs: Runs
  publisher: Publisher
  runtime: Runtime
  language: Language
  settings: Settings
  register: CellRegister
  traceback: Traceback
  history: History
  reply(request: Message, content: Content): void
  /** Type findings of an executed cell, for the squiggles of the front end. */
  onDiagnostics(request: Message, diagnostics: readonly CellDiagnostic[]): void
  /** A cell ended, and its `idle` is sent. */
  onIdle(): void
}

interface CellRun {
  request: Message
  run: number
  executionCount: number
  source: string
  silent: boolean
}

/** The queue of cells of one shell. */
export class Executor {
  readonly #options: ExecutorOptions
  #queue: Message[] = []
  #running: Message | undefined
  /** Whether the running cell was handed to the runtime. */
  #started = false
  #cancelled = false
  #executionCount = 0

  constructor(options: ExecutorOptions) {
    this.#options = options
  }

  /** The request whose cell runs now. */
  get running(): Message | undefined {
    return this.#running
  }

  /**
   * Interrupts a running cell that did not reach the runtime yet.
   *
   * @returns whether there was one
   */
  interruptBeforeStart(): boolean {
    if (!this.#running || this.#started) return false
    this.#cancelled = true
    return true
  }

  /** Adds an `execute_request`. */
  submit(request: Message): void {
    this.#queue.push(request)
    if (!this.#running) void this.#work()
  }

  async #work(): Promise<void> {
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      this.#running = request
      this.#started = false
      this.#cancelled = false
      const failed = await this.#execute(request)
      this.#running = undefined
      this.#options.onIdle()
      if (failed && request.content.stop_on_error !== false) this.abort()
    }
  }

  /** Answers what is queued now; requests that arrive later run. */
  abort(): void {
    const queued = this.#queue
    this.#queue = []
    for (const request of queued) {
      this.#options.publisher.status("busy", request.header)
      this.#reply(request, { status: "aborted", execution_count: this.#executionCount })
    }
  }

  /** @returns whether the cell failed */
  async #execute(request: Message): Promise<boolean> {
    this.#options.publisher.status("busy", request.header)
    const cell = this.#begin(request)
    const outcome = await this.#attempt(cell)
    const failed = outcome.status !== "ok"
    const error = failed ? (outcome.error as JupyterError) : undefined
    if (error && !cell.silent) {
      this.#options.publisher.send("error", { ...error }, request.header)
    }
    this.#reply(request, {
      status: outcome.status,
      execution_count: cell.executionCount,
      user_expressions: outcome.expressions,
      ...(error ?? { payload: [] }),
    })
    return failed
  }

  #begin(request: Message): CellRun {
    const { content } = request
    const silent = content.silent === true
    const source = String(content.code ?? "")
    const stored = !silent && content.store_history !== false
    const executionCount = silent ? this.#executionCount : this.#executionCount + 1
    const run = this.#options.runs.add(request, executionCount)
    if (stored) this.#executionCount = executionCount
    if (stored) this.#options.history.add(executionCount, source)
    if (!silent) {
      const input = { code: source, execution_count: executionCount }
      this.#options.publisher.send("execute_input", input, request.header)
    }
    return { request, run, executionCount, source, silent }
  }

  async #attempt(run: CellRun): Promise<Ended> {
    let cell: PreparedCell
    try {
      const { kinds, entries } = this.#options.register
      cell = prepareCell(run.source, this.#scriptId(run), kinds, entries)
    } catch (error) {
      if (!(error instanceof CellRefused)) throw error
      const located = { name: `cell:${this.#scriptId(run)}`, source: run.source }
      return { status: "error", error: refusal(located, error.diagnostics), expressions: {} }
    }
    const checking = this.#check(run, cell)
    if (this.#mustWait(cell)) {
      const found = blocking((await checking) ?? [], this.#options.settings.typeCheck)
      if (found.length > 0) return { status: "error", error: refusal(cell, found), expressions: {} }
    }
    if (this.#cancelled) return this.#ended({ ...INTERRUPTED, expressions: {} })
    this.#started = true
    this.#options.register.add(cell)
    this.#options.language.commit(run.run)
    const [outcome] = await Promise.all([
      this.#evaluate(run, cell),
      this.#warn(run, cell, checking),
    ])
    return this.#ended(outcome)
  }

  /** The name of a script must not come twice: cells that are not counted get the run's number. */
  #scriptId(run: CellRun): string {
    const counted = !run.silent && run.request.content.store_history !== false
    if (!counted) return `s${run.run}`
    const { shell } = this.#options
    return shell === 0 ? String(run.executionCount) : `s${shell}_${run.executionCount}`
  }

  #mustWait(cell: PreparedCell): boolean {
    const { typeCheck } = this.#options.settings
    return typeCheck === "block" || (typeCheck === "defn" && cell.hasDefn)
  }

  async #check(run: CellRun, cell: PreparedCell): Promise<CellDiagnostic[] | undefined> {
    if (this.#options.settings.typeCheck === "off") return undefined
    return this.#options.language.check(run.run, cell.source)
  }

  async #warn(
    run: CellRun,
    cell: PreparedCell,
    checking: Promise<CellDiagnostic[] | undefined>,
  ): Promise<void> {
    const found = await checking
    const { language, publisher } = this.#options
    if (language.takeLoss()) this.#print(run, "the type checker ended: this cell ran unchecked\n")
    if (found) this.#options.onDiagnostics(run.request, found)
    const findings: Finding[] = [...cell.diagnostics, ...(found ?? [])]
    const text = warningText(cell, findings)
    if (text !== "" && !run.silent) publisher.stream("stderr", text, run.request.header)
  }

  #print(run: CellRun, text: string): void {
    if (!run.silent) this.#options.publisher.stream("stderr", text, run.request.header)
  }

  #evaluate(run: CellRun, cell: PreparedCell): Promise<Outcome> {
    const { content, metadata } = run.request
    return this.#options.runtime.evaluate({
      run: run.run,
      name: cell.name,
      code: cell.code,
      showResult: cell.showResult,
      silent: run.silent,
      allowInput: content.allow_stdin === true,
      needs: cell.needs,
      source: run.source,
      executionCount: run.executionCount,
      cellId: typeof metadata.cellId === "string" ? metadata.cellId : undefined,
      expressions: readExpressions(content.user_expressions),
    })
  }

  #ended(outcome: Outcome): Ended {
    const expressions = this.#expressions(outcome.expressions)
    if (outcome.status === "ok") return { status: "ok", expressions }
    if (outcome.status === "ended") {
      return { status: "error", error: runtimeEnded(outcome.reason), expressions }
    }
    return { status: "error", error: this.#options.traceback.describe(outcome.error), expressions }
  }

  #expressions(results: Record<string, ExpressionResult>): Content {
    const entries = Object.entries(results).map(([name, result]) => {
      if ("bundle" in result) return [name, { status: "ok", data: result.bundle, metadata: {} }]
      return [name, { status: "error", ...this.#options.traceback.describe(result.error) }]
    })
    return Object.fromEntries(entries)
  }

  #reply(request: Message, content: Content): void {
    this.#options.publisher.flush()
    this.#options.reply(request, content)
    this.#options.publisher.status("idle", request.header)
  }
}

const INTERRUPTED = {
  status: "interrupted",
  error: { name: "InterruptError", message: "the cell was interrupted", stack: "" },
} as const

interface Ended {
  status: "ok" | "error"
  error?: JupyterError
  expressions: Content
}

/** The error of a cell whose runtime ended. */
function runtimeEnded(reason: string): JupyterError {
  const evalue = `the runtime ended (${reason}): variables are lost, a new one was started`
  return { ename: "RuntimeEnded", evalue, traceback: [`RuntimeEnded: ${evalue}`] }
}

function readExpressions(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
}
