/** @file Jupyter messages and their frames: what stands on the wire. It knows no sockets and no Node API. */

/** A message header of protocol 5.5. */
export interface Header {
  msg_id: string
  session: string
  username: string
  date: string
  msg_type: string
  version: string
  /** The subshell a request is for (JEP 91); none or null: the main shell. */
  subshell_id?: string | null
}

/** Any JSON object. */
export type Content = Record<string, unknown>

/** A decoded message; `identities` are the routing prefixes of its sender. */
export interface Message {
  identities: readonly Uint8Array[]
  header: Header
  parent: Partial<Header>
  metadata: Content
  content: Content
  buffers: readonly Uint8Array[]
}

/** Signs the four JSON frames of a message. An empty string means unsigned. */
export interface Signer {
  sign(parts: readonly Uint8Array[]): string
  verify(parts: readonly Uint8Array[], signature: string): boolean
}

/** Sizes above which a message is dropped (bytes, frames). */
export interface WireLimits {
  bytes: number
  frames: number
}

/** A message was refused; the reason is for the log, no reply is possible. */
export class WireError extends Error {
  override readonly name = "WireError"
}

/** The protocol version this kernel speaks. */
export const PROTOCOL_VERSION = "5.5"

const DELIMITER = "<IDS|MSG>"
const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true })

/**
 * Reads one multipart message.
 *
 * @throws WireError for a bad signature, sizes over the limits or malformed JSON.
 */
export function decodeMessage(
  frames: readonly Uint8Array[],
  signer: Signer,
  limits: WireLimits,
): Message {
  checkSizes(frames, limits)
  const start = frames.findIndex(isDelimiter)
  if (start < 0 || frames.length < start + 6) {
    throw new WireError(`message: no ${DELIMITER} followed by five frames in ${frames.length}`)
  }
  const parts = frames.slice(start + 2, start + 6)
  if (!signer.verify(parts, decoder.decode(frames[start + 1]))) {
    throw new WireError("message: the signature does not fit the connection key")
  }
  const [header, parent, metadata, content] = parts.map(parseObject)
  if (typeof header.msg_type !== "string" || typeof header.msg_id !== "string") {
    throw new WireError("message: the header has no msg_type or no msg_id")
  }
  return {
    identities: frames.slice(0, start),
    header: header as unknown as Header,
    parent: parent as Partial<Header>,
    metadata,
    content,
    buffers: frames.slice(start + 6),
  }
}

/** The frames of a message, routing prefixes first. */
export function encodeMessage(message: Message, signer: Signer): Uint8Array[] {
  const parts = [message.header, message.parent, message.metadata, message.content].map((part) =>
    encoder.encode(JSON.stringify(part)),
  )
  const head = [encoder.encode(DELIMITER), encoder.encode(signer.sign(parts))]
  return [...message.identities, ...head, ...parts, ...message.buffers]
}

/** A fresh header. `session` names this kernel process. */
export function createHeader(type: string, session: string): Header {
  return {
    msg_id: crypto.randomUUID(),
    session,
    username: "kernel",
    date: new Date().toISOString(),
    msg_type: type,
    version: PROTOCOL_VERSION,
  }
}

function checkSizes(frames: readonly Uint8Array[], limits: WireLimits): void {
  if (frames.length > limits.frames) {
    throw new WireError(`message: ${frames.length} frames; at most ${limits.frames} are read`)
  }
  const bytes = frames.reduce((sum, frame) => sum + frame.byteLength, 0)
  if (bytes > limits.bytes) {
    throw new WireError(`message: ${bytes} bytes; at most ${limits.bytes} are read`)
  }
}

function isDelimiter(frame: Uint8Array): boolean {
  return frame.byteLength === DELIMITER.length && decoder.decode(frame) === DELIMITER
}

function parseObject(frame: Uint8Array): Content {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(frame))
  } catch (error) {
    throw new WireError(`message: a frame is not JSON: ${(error as Error).message}`)
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new WireError("message: a frame is not a JSON object")
  }
  return value as Content
}
