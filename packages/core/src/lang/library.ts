/**
 * @file `$lib`: what rewritten text calls on its first line (K3). Each module has its own `$d` with its sites.
 */
import { registerFunction } from "../captures.ts"
import { engine } from "../engine.ts"
import { TraceError } from "../errors.ts"
import { access, type Explain } from "./access.ts"
import { branches } from "./branch.ts"
import { loops } from "./loop.ts"
import { mathematics } from "./mathematics.ts"
import { operators } from "./operators.ts"
import { Places } from "./place.ts"

/** Text of another number was rewritten by another version and is refused. */
export const DISPATCH_ABI = 1

let explain: Explain = () => "this does not work on a tensor"
/** Messages of the diagnostics, by code; the package `defnote` installs those of its language. */
export function setDiagnostics(messages: Explain): void {
  explain = messages
}

export const $lib = {
  /** The `$d` of a module: `sites` are offsets `[from, to, ...]` into its source. */
  module(name: string, sites: readonly number[], abi: number) {
    if (abi !== DISPATCH_ABI)
      throw new TraceError(
        `${name}: its text was rewritten by another version of defnote (${abi}, this is ${DISPATCH_ABI})`,
        { remedy: "Run the cell again." },
      )
    const module = engine.module(name, sites)
    const places = new Places(module)
    const branch = branches(places)
    const explained: Explain = (code, text) => explain(code, text)
    return Object.freeze({
      ...operators(places),
      ...branch,
      ...loops(places, branch),
      ...access(places, explained),
      Math: mathematics(explained),
      /** Registers what a function captured and where it stands (C14). */
      fn: <F extends (...x: never[]) => unknown>(
        f: F,
        captures: () => Record<string, unknown>,
        range: readonly [number, number],
        functionName?: string,
      ): F => registerFunction(f, { captures, range, module: name, name: functionName }),
    })
  },
}
