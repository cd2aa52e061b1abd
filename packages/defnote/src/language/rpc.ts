/** @file JSON-RPC with Content-Length frames over two streams; knows no methods. */
import type { Readable, Writable } from "node:stream"

/** A message of a server that is not the answer to a request. */
export interface ServerMessage {
  method: string
  params: unknown
  /** Answers it, when it is a request. */
  respond?: (result: unknown) => void
}

interface Incoming {
  id?: number | string
  method?: string
  params?: unknown
  result?: unknown
  error?: { code: number; message: string }
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

const HEADER_END = "\r\n\r\n"

/** One connection. */
export class RpcConnection {
  readonly #output: Writable
  readonly #onMessage: (message: ServerMessage) => void
  readonly #waiting = new Map<number | string, Waiting>()
  #buffer: Buffer = Buffer.alloc(0)
  #nextId = 1
  #closed: Error | undefined

  constructor(input: Readable, output: Writable, onMessage: (message: ServerMessage) => void) {
    this.#output = output
    this.#onMessage = onMessage
    input.on("data", (chunk: Buffer) => this.#read(chunk))
    output.on("error", (error) => this.close(error))
  }

  /** Sends a request. @throws Error of the server, or when the connection closes */
  request<T>(method: string, params: unknown): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closed)
    const id = this.#nextId++
    this.#write({ id, method, params })
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
    }) as Promise<T>
  }

  /** Sends a notification. */
  notify(method: string, params: unknown): void {
    if (!this.#closed) this.#write({ method, params })
  }

  /** Fails everything that waits. */
  close(error: Error): void {
    this.#closed ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  #write(message: object): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }))
    this.#output.write(`Content-Length: ${body.length}${HEADER_END}`)
    this.#output.write(body)
  }

  #read(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    for (;;) {
      const end = this.#buffer.indexOf(HEADER_END)
      if (end < 0) return
      const length = /Content-Length: (\d+)/iu.exec(this.#buffer.toString("latin1", 0, end))
      const start = end + HEADER_END.length
      const stop = start + Number(length?.[1] ?? 0)
      if (this.#buffer.length < stop) return
      const body = this.#buffer.toString("utf8", start, stop)
      this.#buffer = this.#buffer.subarray(stop)
      this.#receive(JSON.parse(body) as Incoming)
    }
  }

  #receive({ id, method, params, result, error }: Incoming): void {
    if (method !== undefined) {
      const respond = (value: unknown) => this.#write({ id, result: value ?? null })
      this.#onMessage({ method, params, respond: id === undefined ? undefined : respond })
      return
    }
    const waiting = id === undefined ? undefined : this.#waiting.get(id)
    if (!waiting || id === undefined) return
    this.#waiting.delete(id)
    if (error) waiting.reject(new Error(`${error.message} (${error.code})`))
    else waiting.resolve(result)
  }
}
