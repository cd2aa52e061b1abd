/** @file What the protocol core needs from outside: a transport, a runtime, a language service. No Node API. */
import type { Content, Message } from "../wire/message.ts"

export type {
  CellDiagnostic,
  CompletionItem,
  CompletionList,
  DraftCell,
  Language,
  Span,
} from "defnote/language"

/** The channels on which requests arrive. */
export type Channel = "shell" | "control" | "stdin"

/** Sends messages; order is kept within a channel. */
export interface Transport {
  publish(message: Message): void
  reply(channel: Channel, message: Message): void
  /** Resolves when everything handed over so far is sent. */
  drained(): Promise<void>
}

/** A MIME bundle: MIME type to text or JSON. */
export type Bundle = Record<string, unknown>

/** An error as the runtime reports it; positions are those of the executed text. */
export interface ErrorReport {
  name: string
  message: string
  /** The `stack` text, or "" when a value that is no Error was thrown. */
  stack: string
  /** Where the engine says the error was made: a module and a range of its source. */
  site?: { module: string; from: number; to: number }
  code?: string
  remedy?: string
  cause?: ErrorReport
  errors?: ErrorReport[]
}

/** One cell to run. */
export interface EvaluateRequest {
  run: number
  /** The name of the script: `cell:3`. */
  name: string
  code: string
  /** Whether the completion value is shown. */
  showResult: boolean
  silent: boolean
  allowInput: boolean
  /** Libraries to load before the cell starts. */
  needs: readonly string[]
  /** The cell as written, for the engine's source register. */
  source: string
  executionCount: number
  cellId?: string
  expressions: Record<string, string>
}

/** How a cell ended. */
export type Outcome = (
  | { status: "ok" }
  | { status: "error"; error: ErrorReport }
  | { status: "interrupted"; error: ErrorReport }
  | { status: "ended"; reason: string }
) & { expressions: Record<string, ExpressionResult> }

/** The value of one user expression. */
export type ExpressionResult = { bundle: Bundle } | { error: ErrorReport }

/** What a running cell tells while it runs; `run` is the cell that caused it. */
export type RuntimeEvent =
  | { type: "stream"; run: number; name: "stdout" | "stderr"; text: string }
  | { type: "display"; run: number; bundle: Bundle; id?: string; update: boolean }
  | { type: "result"; run: number; bundle: Bundle }
  | { type: "clear"; run: number; wait: boolean }
  | { type: "input"; run: number; prompt: string; password: boolean }
  | { type: "late"; run: number; error: ErrorReport }
  | { type: "comm"; run: number; message: CommMessage; buffers: readonly Uint8Array[] }
  | { type: "target"; name: string; open: boolean }
  | { type: "restarted"; reason: string }

/** A comm message in either direction. */
export interface CommMessage {
  kind: "open" | "msg" | "close"
  comm_id: string
  target_name?: string
  data: Content
  metadata?: Content
}

/** What became of an interrupt. */
export type InterruptResult = "stopped" | "idle" | "stuck" | "killed"

/** The process that runs user code. */
export interface Runtime {
  evaluate(request: EvaluateRequest): Promise<Outcome>
  interrupt(): Promise<InterruptResult>
  /** The answer to an `input` event; null means that no front end answers. */
  answerInput(value: string | null): void
  sendComm(message: CommMessage, buffers: readonly Uint8Array[]): void
  stop(): Promise<void>
}
