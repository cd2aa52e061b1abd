/** @file The messages between host and runtime child, and the words both of its threads share. */
import type {
  CommMessage,
  ErrorReport,
  EvaluateRequest,
  ExpressionResult,
  RuntimeEvent,
} from "../host/ports.ts"

/** Host to child. The agent thread reads them; what the main thread must do it passes on. */
export type Request =
  | { type: "evaluate"; request: EvaluateRequest }
  | { type: "comm"; message: CommMessage }
  | { type: "input"; value: string | null }
  /** `run` is the last of the cells to stop, 0 when none runs. */
  | { type: "interrupt"; run: number }

/** Child to host, from the main thread: in order with the output. */
export type Report =
  | Exclude<RuntimeEvent, { type: "restarted" } | { type: "comm" }>
  | { type: "comm"; run: number; message: CommMessage }
  | { type: "ready" }
  | {
      type: "finished"
      run: number
      status: "ok" | "error" | "interrupted"
      error?: ErrorReport
      expressions: Record<string, ExpressionResult>
    }

/** Child to host, from the agent thread: while the main thread may be busy. */
export type AgentReport =
  | { type: "agentReady" }
  | { type: "interrupted"; result: "stopped" | "idle" | "stuck" }

/** Agent to main thread. */
export type AgentOrder =
  | {
      type: "request"
      request: Exclude<Request, { type: "interrupt" } | { type: "input" }>
      parts: Uint8Array[]
    }
  /** Answer by adding one to {@link Word.pong}: the event loop turns. */
  | { type: "ping" }
  /** Answer as to a ping; when nothing runs either for a while, end the cells up to this one: they only wait. */
  | { type: "rest"; run: number }
  /** Carry causes through promises again. */
  | { type: "carry" }
  /** What ran was stopped at these frames: recover, end the cells up to this one. */
  | { type: "stopped"; run: number; frames: StoppedFrame[] }

/** Where a cell was stopped, innermost first. */
export interface StoppedFrame {
  function: string
  url: string
  line: number
  column: number
}

/**
 * Words on the SharedArrayBuffer of the child (Int32). The first three belong to the engine (D7.4):
 * the cancel word, the depth of critical sections, and whether anything polled the cancel word.
 */
export const Word = {
  cancel: 0,
  critical: 1,
  /** Cleared when a cell begins and no other runs, set by the engine. */
  polled: 2,
  /** The cell that runs longest, 0 when none runs. Up to here words are reserved for the engine. */
  oldest: 8,
  /** Grows when the main thread was found at rest and ended its cells by itself. */
  rested: 9,
  pong: 10,
  input: 11,
  inputLength: 12,
  /** The latest cell that began. */
  latest: 15,
  /** Set while `input()` waits. */
  asking: 14,
  /** Not zero while a frame is written: half a frame would spoil the pipe. */
  writing: 13,
  /** Cleared when a cell begins and no other runs, set when the agent terminates what runs. */
  cut: 16,
  words: 17,
} as const

/** States of {@link Word.input}. */
export const InputState = { waiting: 0, answered: 1, refused: 2, interrupted: 3 } as const

/** Bytes of one input line at most. */
export const INPUT_BYTES = 1 << 20

/** Descriptors of the child: 0 to 2 as usual. */
export const Descriptor = { reports: 3, agent: 4, requests: 5 } as const
