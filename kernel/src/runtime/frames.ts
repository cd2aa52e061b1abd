/** @file Frames between host and runtime: a length, a JSON head, binary parts. No meaning, no sockets. */

/** A decoded frame. */
export interface Frame<T> {
  head: T
  parts: Uint8Array[]
}

interface Envelope<T> {
  head: T
  sizes: number[]
}

/** `[u32 length of all][u32 length of the JSON][JSON][parts]`, little endian. */
export function encodeFrame(head: unknown, parts: readonly Uint8Array[] = []): Buffer {
  const envelope = { head, sizes: parts.map((part) => part.byteLength) }
  const json = Buffer.from(JSON.stringify(envelope))
  const size = parts.reduce((sum, part) => sum + part.byteLength, json.length)
  const start = Buffer.alloc(8)
  start.writeUInt32LE(size + 4, 0)
  start.writeUInt32LE(json.length, 4)
  return Buffer.concat([start, json, ...parts])
}

/** Collects bytes and gives whole frames. */
export class FrameReader<T> {
  #chunks: Buffer[] = []
  #length = 0

  /** Adds bytes; returns the frames that are complete now. */
  push(chunk: Buffer): Frame<T>[] {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    const frames: Frame<T>[] = []
    for (let frame = this.#next(); frame; frame = this.#next()) frames.push(frame)
    return frames
  }

  #next(): Frame<T> | undefined {
    if (this.#length < 8) return undefined
    if (this.#chunks[0].length < 4) this.#join()
    const size = this.#chunks[0].readUInt32LE(0)
    if (this.#length < size + 4) return undefined
    this.#join()
    const bytes = this.#chunks[0]
    this.#chunks = [bytes.subarray(size + 4)]
    this.#length -= size + 4
    return decodeFrame(bytes.subarray(4, size + 4))
  }

  #join(): void {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
  }
}

function decodeFrame<T>(bytes: Buffer): Frame<T> {
  const end = bytes.readUInt32LE(0) + 4
  const envelope = JSON.parse(bytes.toString("utf8", 4, end)) as Envelope<T>
  let at = end
  const parts = envelope.sizes.map((size) => {
    at += size
    return new Uint8Array(bytes.subarray(at - size, at))
  })
  return { head: envelope.head, parts }
}
