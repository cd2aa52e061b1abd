/** @file The part of the WebAssembly interface that we use; its types are in no library that we compile against. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
export type HostFunction = (...args: number[]) => number | undefined | void
interface Interface {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (
    module: object,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: Record<string, (...args: number[]) => void> }
  Memory: new (limits: { initial: number; maximum: number }) => WasmMemory
}
/** Undefined where the engine has none. */
export const webAssembly = (globalThis as unknown as { WebAssembly?: Interface }).WebAssembly
export const needWebAssembly = (): Interface => {
  if (!webAssembly) throw new Error("internal: wasm: this engine has no WebAssembly")
  return webAssembly
}
