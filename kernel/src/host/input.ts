/** @file Questions of a cell to the front end that ran it, on the stdin channel. */
import type { Message } from "../wire/message.ts"
import type { RuntimeEvent, Transport } from "./ports.ts"
import { createMessage } from "./publisher.ts"

/** Forwards questions and answers. */
export class InputBroker {
  readonly #transport: Transport
  readonly #session: string
  #asked = false

  constructor(transport: Transport, session: string) {
    this.#transport = transport
    this.#session = session
  }

  /** Asks the front end that sent `request`. */
  ask(event: Extract<RuntimeEvent, { type: "input" }>, request: Message): void {
    const content = { prompt: event.prompt, password: event.password }
    const message = createMessage("input_request", content, request.header, this.#session)
    this.#asked = true
    this.#transport.reply("stdin", { ...message, identities: request.identities })
  }

  /**
   * The text of an answer, or undefined when nothing was asked. Clients fill its parent in
   * different ways, so that is not compared.
   */
  answer(message: Message): string | undefined {
    if (message.header.msg_type !== "input_reply" || !this.#asked) return undefined
    this.#asked = false
    return String(message.content.value ?? "")
  }

  /** The cell that asked has ended. */
  forget(): void {
    this.#asked = false
  }
}
