/** @file The synchronous `input()` of cells: the main thread sleeps, the agent thread wakes it. */
import { InputState, Word } from "./protocol.ts"
import { emit } from "./reporter.ts"
import { currentRun } from "./run.ts"
import type { Shared } from "./words.ts"

/** Options of `input`. */
export interface InputOptions {
  /** The front end hides what is typed. */
  password?: boolean
}

/** Reads one line from the user. */
export type Input = (prompt?: string, options?: InputOptions) => string

/**
 * Makes the `input` function.
 *
 * @throws (the function) Error when the front end answers no questions; InterruptError
 */
export function createInput(shared: Shared): Input {
  return function input(prompt = "", options = {}) {
    const run = currentRun()
    if (!run?.request.allowInput) {
      throw new Error("input: this front end does not answer questions (allow_stdin is false)")
    }
    const { words } = shared
    Atomics.store(words, Word.input, InputState.waiting)
    const password = options.password === true
    emit({ type: "input", run: run.request.run, prompt: String(prompt), password })
    Atomics.store(words, Word.asking, 1)
    Atomics.wait(words, Word.input, InputState.waiting)
    Atomics.store(words, Word.asking, 0)
    return readAnswer(shared)
  }
}

function readAnswer({ words, input }: Shared): string {
  switch (Atomics.load(words, Word.input)) {
    case InputState.answered:
      return new TextDecoder().decode(input.slice(0, words[Word.inputLength]))
    case InputState.interrupted:
      throw Object.assign(new Error("the cell was interrupted"), { name: "InterruptError" })
    default:
      throw new Error("input: the front end gave no answer")
  }
}
