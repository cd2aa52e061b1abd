/** @file The TypeScript language server as a process: started, asked, restarted when it dies (D7.1). */
import { type ChildProcess, spawn } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { RpcConnection, type ServerMessage } from "./rpc.ts"

/** What {@link LanguageServer} needs. */
export interface ServerOptions {
  /** An executable in place of the pinned one. */
  tsc?: string
  /** The URL of the project's folder. */
  url: string
  log(line: string): void
  /** The server was lost; open documents are told to the next one. */
  onLoss(): void
}

/** A request that takes longer means that the server hangs (ms). */
const REQUEST_MS = 15_000
/** A server that dies more often than this is not started again. */
const RESTARTS = 5

interface OpenDocument {
  version: number
  text: string
}

const SETTINGS = { suggest: { autoImports: false } }

const CAPABILITIES = {
  general: { positionEncodings: ["utf-16"] },
  workspace: { configuration: true },
  textDocument: {
    diagnostic: {},
    completion: { completionItem: { labelDetailsSupport: true } },
    hover: { contentFormat: ["markdown"] },
    signatureHelp: { signatureInformation: { documentationFormat: ["markdown"] } },
  },
}

/** A server process and the documents opened in it. */
export class LanguageServer {
  readonly #options: ServerOptions
  readonly #documents = new Map<string, OpenDocument>()
  #process: ChildProcess | undefined
  #connection: RpcConnection | undefined
  #ready: Promise<void> = Promise.resolve()
  #restarts = 0
  #stopping = false

  constructor(options: ServerOptions) {
    this.#options = options
    this.#start()
  }

  /** The process id of the server, while there is one. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** Opens a document or changes its text. */
  update(name: string, text: string): void {
    const known = this.#documents.get(name)
    if (known?.text === text) return
    const version = (known?.version ?? 0) + 1
    this.#documents.set(name, { version, text })
    void this.#ready.then(() => {
      if (!known) return this.#open(name)
      const textDocument = { uri: this.#uri(name), version }
      this.#connection?.notify("textDocument/didChange", {
        textDocument,
        contentChanges: [{ text }],
      })
    })
  }

  /** Asks about a document. @returns undefined when there is no server or it fails */
  async ask<T>(method: string, name: string, more: object = {}): Promise<T | undefined> {
    const process = this.#process
    const timer = setTimeout(() => process?.kill("SIGKILL"), REQUEST_MS)
    try {
      await this.#ready
      const params = { textDocument: { uri: this.#uri(name) }, ...more }
      return await this.#connection?.request<T>(method, params)
    } catch (error) {
      if (!this.#stopping) this.#options.log(`language: ${method}: ${(error as Error).message}`)
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends the server. */
  stop(): void {
    this.#stopping = true
    this.#process?.kill("SIGKILL")
  }

  #start(): void {
    const command = this.#options.tsc ?? findServer()
    const child = spawn(command, ["--lsp", "--stdio"], {
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true,
    })
    this.#process = child
    this.#connection = new RpcConnection(child.stdout, child.stdin, (message) => serve(message))
    child.on("error", (error) => this.#lost(child, error.message))
    child.on("exit", (code, signal) => this.#lost(child, `ended (${signal ?? code})`))
    this.#ready = this.#initialize(this.#connection).catch((error: Error) => {
      this.#options.log(`language: ${error.message}`)
    })
  }

  async #initialize(connection: RpcConnection): Promise<void> {
    await connection.request("initialize", {
      processId: process.pid,
      rootUri: this.#options.url,
      capabilities: CAPABILITIES,
    })
    connection.notify("initialized", {})
  }

  #lost(child: ChildProcess, reason: string): void {
    if (this.#process !== child) return
    this.#process = undefined
    this.#connection?.close(new Error(`the type checker ${reason}`))
    this.#connection = undefined
    if (this.#stopping) return
    this.#options.log(`language: the type checker ${reason}`)
    this.#options.onLoss()
    if (++this.#restarts > RESTARTS) return
    this.#start()
    void this.#ready.then(() => {
      for (const name of this.#documents.keys()) this.#open(name)
    })
  }

  #open(name: string): void {
    const { version, text } = this.#documents.get(name) as OpenDocument
    const textDocument = { uri: this.#uri(name), languageId: "typescript", version, text }
    this.#connection?.notify("textDocument/didOpen", { textDocument })
  }

  #uri(name: string): string {
    return `${this.#options.url}/${name}`
  }
}

/** Answers the few requests a server makes. */
function serve({ method, params, respond }: ServerMessage): void {
  const isQuestion = method === "workspace/configuration"
  const items = isQuestion ? (params as { items: unknown[] }).items : undefined
  respond?.(items ? items.map(() => SETTINGS) : null)
}

/** The native executable of the pinned TypeScript: started directly it saves a Node process. */
export function findServer(from: string = import.meta.url): string {
  const require = createRequire(from)
  const typescript = require.resolve("typescript/package.json")
  const platform = `@typescript/typescript-${process.platform}-${process.arch}/package.json`
  const native = createRequire(typescript).resolve(platform)
  return join(dirname(native), "lib", process.platform === "win32" ? "tsc.exe" : "tsc")
}
