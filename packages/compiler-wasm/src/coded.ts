/** @file Nodes whose kernel is a function of WebAssembly written by hand: what such a kernel is. */
import type { Tensor } from "@defnote/core"
import type { FunctionBuilder, ModuleBuilder } from "./encoder.ts"

/** A function over places in memory: of the inputs, of the outputs, then sizes. */
export interface CodedKernel {
  /** Kernels of one key are the same function. */
  readonly key: string
  readonly sizes: readonly number[]
  /** @param poll - the function to call at least every millisecond (K2.1) */
  readonly write: (poll: number) => FunctionBuilder
}
/** The kernel of a node; undefined where it has none for these types. */
export type Coded = (n: Tensor) => CodedKernel | undefined

/** The functions of one module, each written when it is first asked for. */
export class CodedFunctions {
  readonly #module: ModuleBuilder
  readonly #known = new Map<string, number>()
  constructor(module: ModuleBuilder) {
    this.#module = module
  }
  index({ key, write }: CodedKernel): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const added = this.#module.add(write(this.#module.importIndex("poll")))
    this.#known.set(key, added)
    return added
  }
}
