/** @file The shared words of the two threads of the child and the buffer of an input line. */
import { INPUT_BYTES, Word } from "./protocol.ts"

/** Memory both threads see. */
export interface Shared {
  words: Int32Array<SharedArrayBuffer>
  input: Uint8Array<SharedArrayBuffer>
}

/** What the agent thread is started with. */
export interface AgentData {
  words: SharedArrayBuffer
  input: SharedArrayBuffer
  /** Scripts under this URL are the kernel's own, except those of the library. */
  ownUrl: string
  libraryUrl: string
}

/** Allocates the shared memory. */
export function createShared(): Shared {
  return {
    words: new Int32Array(new SharedArrayBuffer(Word.words * 4)),
    input: new Uint8Array(new SharedArrayBuffer(INPUT_BYTES)),
  }
}
