/** @file Where the elements of a concrete tensor live (D4): one buffer each. */
import { noteEnd } from "./budget.ts"
import { type DType, type TypedArray, view } from "./dtype.ts"
import { DeviceError } from "./errors.ts"
import { keepSpare } from "./spare.ts"

/** The memory of one tensor on a device. */
export interface Storage {
  readonly device: string
  readonly byteLength: number
  read(): Promise<ArrayBuffer>
  /** Absent where reading must wait for a device. */
  readSync?(): ArrayBuffer
  /** Its memory is handed out as it is: a reader may hold it longer than the storage lives. */
  share?(): void
  /** Gives the memory up; `how` completes the sentence that a later reader meets. */
  dispose(how?: string): void
}

const releases: ((buffer: ArrayBuffer) => void)[] = []
/** Tells of every buffer that was given up, to those who keep a copy of it elsewhere. */
export function onRelease(fn: (buffer: ArrayBuffer) => void): void {
  releases.push(fn)
}

/**
 * Elements in this process. V8 frees the buffer with the last reference; one that is `ours` alone becomes the memory of a later
 * result when the tensor is disposed (D4.2).
 */
export class CpuStorage implements Storage {
  readonly device = "cpu"
  #buffer: ArrayBuffer | undefined
  #how = "by dispose()"
  #ours: boolean
  readonly byteLength: number
  constructor(buffer: ArrayBuffer, { ours = false }: { ours?: boolean } = {}) {
    this.#buffer = buffer
    this.#ours = ours
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
    this.share()
    return this.readSync()
  }
  share(): void {
    this.#ours = false
  }
  dispose(how?: string): void {
    const buffer = this.#buffer
    if (!buffer) return
    if (how) this.#how = how
    this.#buffer = undefined
    noteEnd(this)
    for (const fn of releases) fn(buffer)
    // A program that a tensor was donated to has its buffer in use.
    if (this.#ours && !how) keepSpare(buffer)
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
