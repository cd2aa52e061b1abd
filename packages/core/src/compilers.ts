/** @file Which compilers exist in this process, and which one runs what nobody asked otherwise for (D6.2). */
import type { Compiler } from "./compiler.ts"
import { OptionError } from "./errors.ts"

const known = new Map<string, Compiler>()
let preferred: readonly string[] = []

/** Makes a compiler available by its name. */
export function registerCompiler(compiler: Compiler): void {
  known.set(compiler.name, compiler)
}
/** The order of choice for functions that do not name a compiler; fixed once, when the package is loaded. */
export function preferCompilers(names: readonly string[]): void {
  preferred = names
}
/** @throws OptionError naming the compilers that exist, or why this one cannot run here */
export function compilerNamed(name: string): Compiler {
  const compiler = known.get(name)
  if (!compiler)
    throw new OptionError(
      `using: there is no compiler "${name}"; compilers are ${[...known.keys()].join(", ")}`,
    )
  const available = compiler.available()
  if (available !== true)
    throw new OptionError(`using: the compiler "${name}" cannot run here: ${available}`)
  return compiler
}
/**
 * The first compiler of the preferred order that can run here.
 *
 * @throws OptionError where none can: a compiler that was asked for is not replaced in silence
 */
export function defaultCompiler(): Compiler {
  for (const name of preferred)
    if (known.get(name)?.available() === true) return known.get(name) as Compiler
  return compilerNamed(preferred[0] ?? "reference")
}
export const compilerNames = (): readonly string[] => [...known.keys()]
