/** @file A small Jupyter client for tests: starts a kernel process and speaks to it over ZeroMQ. */
import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { Dealer, Subscriber } from "zeromq"
import { type Connection, readConnection } from "../src/wire/connection.ts"
import {
  type Content,
  createHeader,
  decodeMessage,
  encodeMessage,
  type Message,
} from "../src/wire/message.ts"
import { createSigner } from "../src/wire/sign.ts"

const LIMITS = { bytes: 1 << 30, frames: 1000 }

/** The bundle under test. */
export const KERNEL = resolve(import.meta.dirname, "../dist/kernel.mjs")

/** Everything one request caused. */
export interface Exchange {
  reply: Content
  /** The iopub messages of the request up to its idle, without the statuses. */
  outputs: Message[]
  /** All iopub messages of the request, in order. */
  all: Message[]
}

/** Options of a test kernel. */
export interface StartOptions {
  env?: Record<string, string>
  folder?: string
  /** Answers `input_request`. */
  answer?: (prompt: string) => string
}

type Listener = (message: Message) => void

/** A running kernel and the sockets to it. */
export class TestKernel {
  readonly process: ChildProcess
  readonly connection: Connection
  readonly session = randomUUID()
  readonly stderr: string[] = []
  readonly iopubLog: Message[] = []
  readonly #sockets: { shell: Dealer; control: Dealer; stdin: Dealer; iopub: Subscriber }
  readonly #signer
  readonly #listeners = new Set<Listener>()
  readonly #replies = new Map<string, (message: Message) => void>()
  readonly #options: StartOptions
  readonly #folder: string

  private constructor(folder: string, options: StartOptions, child: ChildProcess) {
    this.#folder = folder
    this.#options = options
    this.process = child
    this.connection = readConnection(join(folder, "connection.json"))
    this.#signer = createSigner(this.connection.key, this.connection.signature_scheme)
    child.stderr?.on("data", (data) => this.stderr.push(String(data)))
    const routingId = randomUUID()
    const at = (port: string) => `tcp://127.0.0.1:${(this.connection as never)[`${port}_port`]}`
    this.#sockets = {
      shell: new Dealer({ routingId, linger: 0 }),
      control: new Dealer({ routingId, linger: 0 }),
      stdin: new Dealer({ routingId, linger: 0 }),
      iopub: new Subscriber({ linger: 0, receiveHighWaterMark: 0 }),
    }
    for (const [name, socket] of Object.entries(this.#sockets)) socket.connect(at(name))
    this.#sockets.iopub.subscribe("")
  }

  /** Starts a kernel and waits until it answers. */
  static async start(options: StartOptions = {}): Promise<TestKernel> {
    const kernel = await TestKernel.spawn(options)
    await kernel.ready()
    return kernel
  }

  /** Starts a kernel without waiting. */
  static async spawn(options: StartOptions = {}): Promise<TestKernel> {
    const folder = mkdtempSync(join(tmpdir(), "kernel-test-"))
    const path = join(folder, "connection.json")
    writeFileSync(path, JSON.stringify(await createConnection()))
    const child = spawn(process.execPath, [KERNEL, path], {
      cwd: options.folder ?? folder,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "inherit", "pipe"],
    })
    return new TestKernel(folder, options, child)
  }

  /** Waits for the iopub subscription and a kernel_info_reply. */
  async ready(): Promise<Content> {
    const welcomed = new Promise<void>((done) => {
      const listener = (message: Message) => {
        if (message.header.msg_type !== "iopub_welcome") return
        this.#listeners.delete(listener)
        done()
      }
      this.#listeners.add(listener)
    })
    void this.#listenIopub()
    void this.#listen(this.#sockets.shell)
    void this.#listen(this.#sockets.control)
    void this.#listenStdin()
    const info = await this.request("kernel_info_request", {})
    await welcomed
    return info
  }

  /** Runs a cell and waits for its reply and its idle. */
  async execute(
    code: string,
    content: Content = {},
    metadata: Content = {},
    subshell?: string,
  ): Promise<Exchange> {
    return this.begin(code, content, metadata, subshell).done
  }

  /** Sends a cell; `done` resolves when reply and idle are here. */
  begin(
    code: string,
    content: Content = {},
    metadata: Content = {},
    subshell?: string,
  ): { id: string; all: Message[]; done: Promise<Exchange> } {
    const full = { code, silent: false, store_history: true, allow_stdin: true, ...content }
    const message = this.#message("execute_request", full, metadata, subshell)
    const id = message.header.msg_id
    const all: Message[] = []
    const idle = new Promise<void>((done) => {
      this.#listeners.add(function listener(this: void, item) {
        if (item.parent.msg_id !== id) return
        all.push(item)
        if (item.content.execution_state === "idle") done()
      })
    })
    const reply = this.#send("shell", message)
    const done = Promise.all([reply, idle]).then(([answer]) => ({
      reply: answer.content,
      all,
      outputs: all.filter((item) => item.header.msg_type !== "status"),
    }))
    return { id, all, done }
  }

  /** Sends a request and waits for its reply. */
  async request(
    type: string,
    content: Content,
    channel: "shell" | "control" = "shell",
    subshell?: string,
  ): Promise<Content> {
    return (await this.#send(channel, this.#message(type, content, {}, subshell))).content
  }

  /** Sends a message nobody replies to. */
  send(
    type: string,
    content: Content,
    channel: "shell" | "control" = "shell",
    buffers: Uint8Array[] = [],
  ): string {
    const message = { ...this.#message(type, content), buffers }
    void this.#send(channel, message)
    return message.header.msg_id
  }

  /** Sends frames as they are. */
  async sendFrames(frames: Uint8Array[]): Promise<void> {
    await this.#sockets.shell.send(frames as Buffer[])
  }

  /** The frames of a request, for tests that spoil them. */
  frames(type: string, content: Content): Uint8Array[] {
    return encodeMessage(this.#message(type, content), this.#signer)
  }

  /** Resolves with the first iopub message that fits. */
  next(fits: (message: Message) => boolean): Promise<Message> {
    return new Promise((done) => {
      const listener = (message: Message) => {
        if (!fits(message)) return
        this.#listeners.delete(listener)
        done(message)
      }
      this.#listeners.add(listener)
    })
  }

  /** Shuts the kernel down and removes its files. */
  async stop(): Promise<void> {
    const exited = new Promise<void>((done) => {
      if (this.process.exitCode !== null || this.process.signalCode !== null) done()
      else this.process.once("exit", () => done())
    })
    this.send("shutdown_request", { restart: false }, "control")
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 5000)
    await exited
    clearTimeout(timer)
    for (const socket of Object.values(this.#sockets)) socket.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #message(type: string, content: Content, metadata: Content = {}, subshell?: string): Message {
    const header = createHeader(type, this.session)
    if (subshell !== undefined) header.subshell_id = subshell
    return { identities: [], header, parent: {}, metadata, content, buffers: [] }
  }

  #send(channel: "shell" | "control", message: Message): Promise<Message> {
    const reply = new Promise<Message>((done) => this.#replies.set(message.header.msg_id, done))
    this.#pending[channel] = this.#pending[channel].then(() =>
      this.#sockets[channel].send(encodeMessage(message, this.#signer) as Buffer[]),
    )
    return reply
  }

  readonly #pending: Record<string, Promise<void>> = {
    shell: Promise.resolve(),
    control: Promise.resolve(),
  }

  async #listen(socket: Dealer): Promise<void> {
    for await (const frames of socket) {
      const message = decodeMessage(frames, this.#signer, LIMITS)
      const id = message.parent.msg_id ?? ""
      this.#replies.get(id)?.(message)
      this.#replies.delete(id)
    }
  }

  async #listenIopub(): Promise<void> {
    for await (const [, ...frames] of this.#sockets.iopub) {
      const message = decodeMessage(frames, this.#signer, LIMITS)
      this.iopubLog.push(message)
      for (const listener of [...this.#listeners]) listener(message)
    }
  }

  async #listenStdin(): Promise<void> {
    for await (const frames of this.#sockets.stdin) {
      const message = decodeMessage(frames, this.#signer, LIMITS)
      const value = this.#options.answer?.(String(message.content.prompt))
      if (value === undefined) continue
      const reply = { ...this.#message("input_reply", { value }), parent: message.header }
      await this.#sockets.stdin.send(encodeMessage(reply, this.#signer) as Buffer[])
    }
  }
}

/** The text of the streams of an exchange. */
export function streamText({ outputs }: Exchange, name = "stdout"): string {
  return outputs
    .filter((item) => item.header.msg_type === "stream" && item.content.name === name)
    .map((item) => String(item.content.text))
    .join("")
}

/** The `text/plain` of the result of an exchange. */
export function resultText({ outputs }: Exchange): string | undefined {
  const result = outputs.find((item) => item.header.msg_type === "execute_result")
  return (result?.content.data as Record<string, string> | undefined)?.["text/plain"]
}

/** A text without ANSI colours. */
export function uncoloured(text: string): string {
  return text.replace(/\x1b\[\d+m/gu, "")
}

async function createConnection(): Promise<Connection> {
  const [shell_port, control_port, iopub_port, stdin_port, hb_port] = await freePorts(5)
  const ports = { shell_port, control_port, iopub_port, stdin_port, hb_port }
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    key: randomUUID(),
    signature_scheme: "hmac-sha256",
    ...ports,
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      return new Promise<ReturnType<typeof createServer>>((done) => {
        const server = createServer()
        server.listen(0, "127.0.0.1", () => done(server))
      })
    }),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return ports
}
