/** @file Buffers that are not filled with zeros first, where the engine has such: a pass less over every large result. */

interface Slow {
  readonly allocUnsafeSlow?: (bytes: number) => Uint8Array<ArrayBuffer>
}
/** Node's, or that of a package of the same name; absent in browsers. */
const nodes = (globalThis as { Buffer?: Slow }).Buffer

/** A buffer of its own with `bytes` bytes of anything: the caller writes all of them before somebody reads one. */
export function uninitialised(bytes: number): ArrayBuffer {
  const { buffer, byteOffset } = nodes?.allocUnsafeSlow?.(bytes) ?? new Uint8Array(bytes)
  // A pool would be shared between tensors.
  return byteOffset === 0 && buffer.byteLength === bytes ? buffer : new ArrayBuffer(bytes)
}
