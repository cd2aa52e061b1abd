/** @file A small client of TypeScript's language server for tests: open a text, ask for errors and completions. */
import { type ChildProcess, spawn } from "node:child_process"
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"

/** UTF-16 position, from 0. */
export interface Position {
  line: number
  character: number
}
export interface ServerDiagnostic {
  severity: number
  message: string
  range: { start: Position; end: Position }
}
interface Message {
  id?: number
  method?: string
  params?: { items?: unknown[] }
  result?: unknown
  error?: { message: string }
}

/** One server process for one folder. Call `close`. */
export class LanguageServer {
  private readonly child: ChildProcess
  private readonly waiting = new Map<number, (message: Message) => void>()
  private received = Buffer.alloc(0)
  private ids = 0
  private readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
    const main = createRequire(import.meta.url).resolve("typescript/package.json")
    const program = main.replace(/package\.json$/, "bin/tsc")
    this.child = spawn(process.execPath, [program, "--lsp", "--stdio"], {
      cwd: folder,
      stdio: ["pipe", "pipe", "ignore"],
    })
    this.child.stdout!.on("data", (data: Buffer) => this.receive(data))
  }

  static async start(folder: string): Promise<LanguageServer> {
    const server = new LanguageServer(folder)
    await server.ask("initialize", {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      capabilities: { textDocument: { diagnostic: {}, completion: {} } },
    })
    server.send({ method: "initialized", params: {} })
    return server
  }

  /** Opens a text as a file of the folder; gives its address. */
  open(name: string, text: string): string {
    const uri = pathToFileURL(`${this.folder}/${name}`).href
    const textDocument = { uri, languageId: "typescript", version: 1, text }
    this.send({ method: "textDocument/didOpen", params: { textDocument } })
    return uri
  }

  async errors(uri: string): Promise<ServerDiagnostic[]> {
    const params = { textDocument: { uri } }
    const report = (await this.ask("textDocument/diagnostic", params)) as {
      items?: ServerDiagnostic[]
    }
    return (report.items ?? []).filter((d) => d.severity === 1)
  }

  async completions(uri: string, position: Position): Promise<string[]> {
    const params = { textDocument: { uri }, position }
    const answer = (await this.ask("textDocument/completion", params)) as
      | { items: { label: string }[] }
      | { label: string }[]
      | null
    const items = Array.isArray(answer) ? answer : (answer?.items ?? [])
    return items.map((item) => item.label)
  }

  close(): void {
    this.child.kill()
  }

  private ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.ids
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(error.message)) : resolve(result),
      )
      this.send({ id, method, params })
    })
  }

  private send(message: object): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }))
    this.child.stdin!.write(`Content-Length: ${body.length}\r\n\r\n`)
    this.child.stdin!.write(body)
  }

  private receive(data: Buffer): void {
    this.received = Buffer.concat([this.received, data])
    for (;;) {
      const end = this.received.indexOf("\r\n\r\n")
      if (end < 0) return
      const head = this.received.subarray(0, end).toString()
      const length = Number(/Content-Length: (\d+)/i.exec(head)![1])
      if (this.received.length < end + 4 + length) return
      const body = this.received.subarray(end + 4, end + 4 + length).toString()
      this.received = this.received.subarray(end + 4 + length)
      this.handle(JSON.parse(body) as Message)
    }
  }

  /** Answers of the server, and its own questions, which get empty answers. */
  private handle(message: Message) {
    const { id, method } = message
    if (id === undefined) return
    if (method) {
      const result = message.params?.items?.map(() => null) ?? null
      return this.send({ id, result })
    }
    this.waiting.get(id)?.(message)
    this.waiting.delete(id)
  }
}
