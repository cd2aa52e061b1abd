/** @file The protocol core: every request of protocol 5.5 finds its answer. No Node API, no user code. */

import { isComplete } from "../cells/syntax.ts"
import type { Content, Message } from "../wire/message.ts"
import { completeReply, inspectReply } from "./assist.ts"
import { CommRouter } from "./comm.ts"
import { DiagnosticsTarget } from "./diagnostics.ts"
import { Executor } from "./execute.ts"
import { History } from "./history.ts"
import { kernelInfo } from "./info.ts"
import { InputBroker } from "./input.ts"
import type {
  Channel,
  InterruptResult,
  Language,
  Runtime,
  RuntimeEvent,
  Transport,
} from "./ports.ts"
import { createMessage, Publisher } from "./publisher.ts"
import { CellRegister } from "./register.ts"
import { Runs } from "./runs.ts"
import type { Settings } from "./settings.ts"
import { type Shell, Shells } from "./shells.ts"
import { Traceback } from "./traceback.ts"

/** What {@link Kernel} needs. */
export interface KernelOptions {
  session: string
  transport: Transport
  runtime: Runtime
  language: Language
  settings: Settings
  version: string
  log(line: string): void
  /** Whether a script is the kernel's own and hidden from tracebacks. */
  isInternal(url: string): boolean
  /** Called when the last reply is sent. */
  exit(): void
}

type Handler = (request: Message) => Content | Promise<Content>

/** A kernel behind a transport. */
export class Kernel {
  readonly #options: KernelOptions
  readonly #publisher: Publisher
  readonly #shells: Shells
  readonly #runs = new Runs()
  readonly #traceback: Traceback
  readonly #comms: CommRouter
  readonly #input: InputBroker
  readonly #handlers: ReadonlyMap<string, Handler>
  readonly #register = new CellRegister()
  readonly #diagnostics: DiagnosticsTarget

  constructor(options: KernelOptions) {
    this.#options = options
    const { transport, session, language } = options
    this.#publisher = new Publisher(transport, session)
    this.#diagnostics = new DiagnosticsTarget(language)
    this.#traceback = new Traceback(this.#register, options.isInternal)
    const own = new Map([["defnote.diagnostics", this.#diagnostics]])
    this.#comms = new CommRouter(this.#publisher, () => options.runtime, own)
    this.#input = new InputBroker(transport, session)
    this.#shells = new Shells((number) => this.#createShell(number))
    this.#handlers = this.#createHandlers()
  }

  /** The first subscriber is there: it is told that the kernel starts. */
  subscribed(): void {
    this.#publisher.status("starting", {})
  }

  /** A message arrived. */
  receive(channel: Channel, message: Message) {
    const type = message.header.msg_type
    if (channel === "stdin") {
      const value = this.#input.answer(message)
      if (value !== undefined) this.#options.runtime.answerInput(value)
    } else if (type === "execute_request" && channel === "shell") this.#execute(message)
    else if (type.startsWith("comm_") && type !== "comm_info_request") {
      void this.#answer(channel, message, undefined)
    } else {
      const handler = this.#handlers.get(type)
      if (handler) void this.#answer(channel, message, handler)
      else this.#options.log(`${channel}: no answer to ${type}`)
    }
  }

  /** The runtime tells something. */
  event(event: RuntimeEvent) {
    if (event.type === "restarted") return this.#restarted(event.reason)
    if (event.type === "target") return this.#comms.setTarget(event.name, event.open)
    const request = this.#runs.requestOf(event.run)
    // A front end may ask before the first cell ran: the answer has no parent then.
    if (event.type === "comm") {
      return this.#comms.publish(event.message, event.buffers, request?.header ?? {})
    }
    if (!request) return this.#options.log(`runtime: ${JSON.stringify(event).slice(0, 200)}`)
    if (event.type === "input") return this.#input.ask(event, request)
    if (request.content.silent !== true) this.#output(event, request)
  }

  /** Interrupts the running cells, those of subshells too; each tells of it. */
  async interrupt(): Promise<InterruptResult> {
    const shells = this.#shells.running
    const waiting = shells.filter(({ executor }) => executor.interruptBeforeStart())
    if (shells.length > 0 && waiting.length === shells.length) return "stopped"
    const running = shells[0]?.executor.running
    const result = await this.#options.runtime.interrupt()
    this.#input.forget()
    if (result === "stuck" && running) this.#publisher.stream("stderr", STUCK, running.header)
    return result
  }

  #output(event: OutputEvent, request: Message) {
    const parent = request.header
    switch (event.type) {
      case "stream":
        return this.#publisher.stream(event.name, event.text, parent)
      case "clear":
        return this.#publisher.send("clear_output", { wait: event.wait }, parent)
      case "result": {
        const execution_count = this.#runs.countOf(request)
        const content = { data: event.bundle, metadata: {}, execution_count }
        return this.#publisher.send("execute_result", content, parent)
      }
      case "display": {
        const transient = event.id === undefined ? {} : { display_id: event.id }
        const type = event.update ? "update_display_data" : "display_data"
        return this.#publisher.send(type, { data: event.bundle, metadata: {}, transient }, parent)
      }
      case "late": {
        const error = this.#traceback.describe(event.error)
        return this.#publisher.send("error", { ...error }, parent)
      }
    }
  }

  #restarted(reason: string): void {
    this.#register.resetNames()
    this.#options.language.reset()
    this.#comms.reset()
    this.#input.forget()
    const last = this.#runs.requestOf(0)
    if (this.#shells.running.length > 0 || !last) return
    const text = `the runtime ended (${reason}): variables are lost, a new one was started\n`
    this.#publisher.stream("stderr", text, last.header)
  }

  #createHandlers(): Map<string, Handler> {
    const { language } = this.#options
    return new Map<string, Handler>([
      ["kernel_info_request", () => kernelInfo(this.#options.version)],
      [
        "comm_info_request",
        ({ content }) => ({ status: "ok", comms: this.#comms.info(content.target_name) }),
      ],
      [
        "history_request",
        ({ content, header }) => {
          const { history } = this.#shells.find(header.subshell_id)
          return { status: "ok", history: history.find(content) }
        },
      ],
      ["is_complete_request", ({ content }) => ({ ...isComplete(String(content.code ?? "")) })],
      ["complete_request", ({ content }) => completeReply(language, content)],
      ["inspect_request", ({ content }) => inspectReply(language, content)],
      ["create_subshell_request", () => ({ status: "ok", subshell_id: this.#shells.add() })],
      ["delete_subshell_request", ({ content }) => this.#deleteSubshell(content.subshell_id)],
      ["list_subshell_request", () => ({ status: "ok", subshell_id: this.#shells.ids })],
      ["interrupt_request", () => this.#interruptReply()],
      ["shutdown_request", ({ content }) => ({ status: "ok", restart: content.restart === true })],
    ])
  }

  #createShell(number: number): Shell {
    const history = new History()
    const executor = new Executor({
      ...this.#options,
      shell: number,
      runs: this.#runs,
      publisher: this.#publisher,
      register: this.#register,
      traceback: this.#traceback,
      history,
      reply: (request, content) => this.#reply("shell", request, content),
      onDiagnostics: (request, found) => this.#diagnostics.executed(request, found),
      onIdle: () => this.#stayBusy(),
    })
    return { executor, history }
  }

  /** A cell for a subshell that is not there gets an error as its reply. */
  #execute(request: Message): void {
    try {
      this.#shells.find(request.header.subshell_id).executor.submit(request)
    } catch (error) {
      void this.#answer("shell", request, () => Promise.reject(error))
    }
  }

  #deleteSubshell(id: unknown): Content {
    this.#shells.remove(String(id))
    return { status: "ok" }
  }

  async #interruptReply(): Promise<Content> {
    await this.interrupt()
    return { status: "ok" }
  }

  async #answer(channel: Channel, request: Message, handler: Handler | undefined): Promise<void> {
    const parent = request.header
    this.#publisher.status("busy", parent)
    try {
      if (handler) this.#reply(channel, request, await handler(request))
      else this.#comms.receive(request)
    } catch (error) {
      this.#options.log(`${parent.msg_type}: ${error instanceof Error ? error.stack : error}`)
      const { name: ename, message: evalue } = error as Error
      if (handler) this.#reply(channel, request, { status: "error", ename, evalue, traceback: [] })
    }
    this.#publisher.status("idle", parent)
    this.#stayBusy()
    if (parent.msg_type === "shutdown_request") await this.#shutdown()
  }

  /** Front ends take the last status for that of the kernel: a running cell says busy again. */
  #stayBusy(): void {
    const running = this.#shells.running[0]?.executor.running
    if (running) this.#publisher.status("busy", running.header)
  }

  #reply(channel: Channel, request: Message, content: Content): void {
    const type = request.header.msg_type.replace(/_request$/u, "_reply")
    const message = createMessage(type, content, request.header, this.#options.session)
    this.#options.transport.reply(channel, { ...message, identities: request.identities })
  }

  async #shutdown(): Promise<void> {
    await this.#options.transport.drained()
    this.#options.exit()
  }
}

type OutputEvent = Extract<
  RuntimeEvent,
  { type: "stream" | "display" | "result" | "clear" | "late" }
>

const STUCK =
  "interrupt: a native call does not end. Interrupt again to end the runtime: its variables will be lost.\n"
