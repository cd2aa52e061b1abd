/** @file Everything sent on iopub: ordered, stream text coalesced. It does not know who asks. */
import { type Content, createHeader, type Header, type Message } from "../wire/message.ts"
import type { Transport } from "./ports.ts"

/** Stream text is held back this long so that many small writes become one message (ms). */
const COALESCE_MS = 8
/** More held text than this is sent at once (UTF-16 units). */
const COALESCE_LENGTH = 65_536

/** The header of the request a message belongs to. */
export type Parent = Partial<Header>

/** Parts of a message beside its content. */
export interface Extra {
  metadata?: Content
  buffers?: readonly Uint8Array[]
}

interface HeldText {
  name: string
  text: string[]
  length: number
  parent: Parent
}

/** Publishes messages in the order of the calls. */
export class Publisher {
  readonly #transport: Transport
  readonly #session: string
  #held: HeldText | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(transport: Transport, session: string) {
    this.#transport = transport
    this.#session = session
  }

  /** Sends one message behind the held stream text. */
  send(type: string, content: Content, parent: Parent, extra: Extra = {}): void {
    this.flush()
    this.#transport.publish(createMessage(type, content, parent, this.#session, extra))
  }

  /** Adds stream text; it is sent within {@link COALESCE_MS}. */
  stream(name: string, text: string, parent: Parent): void {
    if (text === "") return
    const held = this.#held
    if (held && (held.name !== name || held.parent !== parent)) this.flush()
    this.#held ??= { name, text: [], length: 0, parent }
    this.#held.text.push(text)
    this.#held.length += text.length
    if (this.#held.length > COALESCE_LENGTH) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), COALESCE_MS)
  }

  /** Sends the held stream text now. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const held = this.#held
    if (!held) return
    this.#held = undefined
    const content = { name: held.name, text: held.text.join("") }
    this.#transport.publish(createMessage("stream", content, held.parent, this.#session))
  }

  /** Tells the state of the kernel for a request. */
  status(state: "starting" | "busy" | "idle", parent: Parent): void {
    this.send("status", { execution_state: state }, parent)
  }
}

/** A message of this kernel. */
export function createMessage(
  type: string,
  content: Content,
  parent: Parent,
  session: string,
  extra: Extra = {},
): Message {
  return {
    identities: [],
    header: createHeader(type, session),
    parent,
    metadata: extra.metadata ?? {},
    content,
    buffers: extra.buffers ?? [],
  }
}
