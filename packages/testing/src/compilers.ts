/** @file Finds compilers by name. They are passed in, never imported: the package of a compiler is loaded when asked for. */
import { type Compiler, reference } from "@defnote/core"
import type { Quirk } from "./conformance.ts"

/** The compiler `name` of the package `@defnote/compiler-NAME`, and its quirks. @throws when there is no such package */
export async function loadCompiler(
  name: string,
): Promise<{ compiler: Compiler; quirks: readonly Quirk[] }> {
  if (name === "reference") return { compiler: reference, quirks: [] }
  const module = await import(/* @vite-ignore */ `@defnote/compiler-${name}`)
  const compiler: Compiler = module[name]
  await compiler.open?.()
  return { compiler, quirks: module.QUIRKS ?? [] }
}
