/** @file What functions and kernels show in a notebook; the package `defnote` says what. Knows no pictures. */
import type { Executable } from "./compiler.ts"
import type { Program } from "./program.ts"

type Properties = PropertyDescriptorMap
/** A program as one compiler made it, for those who show its kernels. */
export interface Compiled {
  readonly program: Program
  readonly executable: Executable
  readonly compiler: string
  /** The function that people wrote. */
  readonly original: (...x: never[]) => unknown
}
/** Properties that values get, such as the method that the kernel asks for a picture. */
export interface Shown {
  // biome-ignore lint/suspicious/noExplicitAny: defn.ts depends on this file, so its type is not known here
  readonly functions: (f: any) => Properties
  readonly kernels: (compiled: Compiled) => Properties
}
let shown: Shown = { functions: () => ({}), kernels: () => ({}) }

/** Installs properties that every compiled function and every list of kernels gets. */
export function setShown(properties: Shown): void {
  shown = properties
}
export const shownProperties = (f: unknown): Properties => shown.functions(f)

/** The kernels of a program, as a list that shows itself. */
export const shownKernels = (compiled: Compiled): Executable["kernels"] =>
  Object.defineProperties([...compiled.executable.kernels], shown.kernels(compiled))
