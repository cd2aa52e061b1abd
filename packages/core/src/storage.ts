/** @file Where the elements of a concrete tensor live (D4): one buffer each; the memory budget (D4.3). */
import { DTYPES, type DType, type TypedArray, view } from "./dtype.ts"
import { DeviceError, MemoryError } from "./errors.ts"

/** The memory of one tensor on a device. */
export interface Storage {
  readonly device: string
  readonly byteLength: number
  read(): Promise<ArrayBuffer>
  /** Absent where reading must wait for a device. */
  readSync?(): ArrayBuffer
  /** Gives the memory up; `how` completes the sentence that a later reader meets. */
  dispose(how?: string): void
}

const releases: ((buffer: ArrayBuffer) => void)[] = []
/** Tells of every buffer that was given up, to those who keep a copy of it elsewhere. */
export function onRelease(fn: (buffer: ArrayBuffer) => void): void {
  releases.push(fn)
}

/** Elements in this process. V8 frees the buffer with the last reference. */
export class CpuStorage implements Storage {
  readonly device = "cpu"
  #buffer: ArrayBuffer | undefined
  #how = "by dispose()"
  readonly byteLength: number
  constructor(buffer: ArrayBuffer) {
    this.#buffer = buffer
    this.byteLength = buffer.byteLength
  }
  get disposed(): boolean {
    return this.#buffer === undefined
  }
  readSync(): ArrayBuffer {
    if (!this.#buffer)
      throw new DeviceError(`tensor: its memory was given up ${this.#how}; make it anew`)
    return this.#buffer
  }
  async read(): Promise<ArrayBuffer> {
    return this.readSync()
  }
  dispose(how?: string): void {
    const buffer = this.#buffer
    if (!buffer) return
    if (how) this.#how = how
    this.#buffer = undefined
    for (const fn of releases) fn(buffer)
  }
}

/** The bytes that one allocation may take at most; the kernel sets it from the memory of the process. */
export const budget = { bytes: 8 * 2 ** 30 }

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`
const SMALLER = "Work in smaller batches, use a narrower dtype"
/** The bytes of `n` elements, or an error that names the size before the process is killed for it. */
export function affordedBytes(d: DType, n: number, what: string): number {
  const bytes = n * DTYPES[d].bytes
  if (bytes > budget.bytes) {
    throw new MemoryError(
      `${what}: ${gib(bytes)} for ${n} elements of ${d}; the budget is ${gib(budget.bytes)}`,
      { remedy: `${SMALLER}, or raise the budget with DEFNOTE_MEMORY.` },
    )
  }
  return bytes
}
/** A new buffer for `n` elements, filled with zeros. */
export function allocateBuffer(d: DType, n: number, what: string): ArrayBuffer {
  const bytes = affordedBytes(d, n, what)
  try {
    // By way of a view: a buffer may be longer than the longest array, and could not be read then.
    return new Uint8Array(bytes).buffer
  } catch {
    throw new MemoryError(
      `${what}: ${gib(bytes)} for ${n} elements of ${d}; the system does not give one piece of that size`,
      { remedy: `${SMALLER}.` },
    )
  }
}

/** The elements of a CPU storage, without a copy. */
export function elementsOf(storage: Storage, d: DType): TypedArray {
  if (!storage.readSync)
    throw new DeviceError(
      `the tensor is on ${storage.device}; write \`await t.data()\` or \`await t.to("cpu")\``,
    )
  return view(d, storage.readSync())
}
