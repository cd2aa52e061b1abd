/** @file Entry of the runtime child: user code on this thread, the agent worker beside it (D7.1). */
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { Worker } from "node:worker_threads"
import type { EvaluateRequest } from "../host/ports.ts"
import { readSettings } from "../host/settings.ts"
import { carryCauses, carryThroughPromises } from "./causes.ts"
import { CellRunner } from "./cell.ts"
import { Comms } from "./comms.ts"
import { clearOutput, createDisplay } from "./display.ts"
import { reportError } from "./errors.ts"
import { nameHolders } from "./holders.ts"
import { createInput } from "./input.ts"
import { Evaluator } from "./inspector.ts"
import { createInstall } from "./install.ts"
import { chooseLibrary, Library } from "./library.ts"
import { installModules } from "./modules.ts"
import { type AgentOrder, Word } from "./protocol.ts"
import { emit, guardWrites } from "./reporter.ts"
import { whenAtRest } from "./rest.ts"
import { currentNumber, currentRun, latestRun, runOfPromise, whenCellEnds } from "./run.ts"
import { installStreams } from "./stream.ts"
import { createTslab } from "./tslab.ts"
import { Variables } from "./variables.ts"
import { type AgentData, createShared } from "./words.ts"

/** When nothing runs for this long after the start, the library is loaded ahead of its use (ms). */
const PRELOAD_MS = 300

const folder = process.cwd()
const own = dirname(fileURLToPath(import.meta.url))
const settings = readSettings(process.env)
const shared = createShared()
const choice = chooseLibrary(settings.library ?? join(own, "defnote"), folder)
const library = new Library(choice.folder, shared.words)
const comms = new Comms()
const display = createDisplay(settings.displayLimit)
const evaluator = new Evaluator()
const variables = new Variables(evaluator)
const runner = new CellRunner({
  evaluator,
  words: shared.words,
  displayLimit: settings.displayLimit,
  prepare,
  explain: (thrown) => nameHolders(thrown, variables),
  recover: () => library.recover(),
})

guardWrites(shared.words)
carryCauses(shared.words)
installStreams(settings.outputLimit)
installModules({
  folder,
  supplied: new Map([...library.modules(), ...createTslab(display)]),
  loader: join(own, "loader.mjs"),
  loaderData: { supplied: library.urls },
})
Object.assign(globalThis, {
  display,
  clearOutput,
  input: createInput(shared),
  install: createInstall(folder),
  [Symbol.for("defnote.kernel/1")]: {
    comms,
    display,
    clearOutput,
    cell: describeCell,
    variables,
    whenCellEnds,
  },
})

let warning = choice.warning

async function prepare(request: EvaluateRequest): Promise<void> {
  if (warning) emit({ type: "stream", run: request.run, name: "stderr", text: warning })
  warning = undefined
  library.register(request)
  if (request.needs.length > 0) await library.load()
}

/** The cell the calling code belongs to, for pictures that point at it. */
function describeCell(): { cellId?: string; executionCount: number } {
  const request = currentRun()?.request
  return { cellId: request?.cellId, executionCount: request?.executionCount ?? 0 }
}

function obey(order: AgentOrder): void {
  if (order.type === "ping") Atomics.add(shared.words, Word.pong, 1)
  else if (order.type === "rest") rest(order.run)
  else if (order.type === "carry") carryThroughPromises()
  else if (order.type === "stopped") runner.stopped(order.run, order.frames)
  else if (order.request.type === "comm") comms.receive(order.request.message, order.parts)
  else void runner.run(order.request.request)
}

/** Ends cells that only wait: nobody has to cut them. */
function rest(run: number): void {
  Atomics.add(shared.words, Word.pong, 1)
  whenAtRest(() => {
    runner.stopped(run, [])
    Atomics.add(shared.words, Word.rested, 1)
  })
}

function late(thrown: unknown, run: number): void {
  emit({ type: "late", run, error: reportError(thrown) })
}

process.on("uncaughtException", (error) => late(error, currentNumber()))
process.on("unhandledRejection", (reason, promise) => {
  late(reason, runOfPromise(promise)?.request.run ?? 0)
})

const data: AgentData = {
  words: shared.words.buffer,
  input: shared.input.buffer,
  ownUrl: pathToFileURL(own).href,
  libraryUrl: pathToFileURL(choice.folder).href,
}
const agent = new Worker(join(own, "agent.mjs"), { workerData: data })
agent.on("message", obey)
// Without its agent the child cannot be interrupted nor told to end.
agent.on("exit", () => process.kill(process.pid, "SIGKILL"))
variables.listen(comms)
emit({ type: "ready" })
setTimeout(() => {
  if (library.exists && !latestRun()) void library.load().catch(() => {})
}, PRELOAD_MS)
