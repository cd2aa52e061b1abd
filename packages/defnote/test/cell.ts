/** @file Runs the text of a cell as the kernel does, for tests: rewritten, stripped of types, with names in scope. */
import { engine } from "@defnote/core"
import { $lib } from "@defnote/core/lang"
import { rewriteRuntime, stripTypes } from "@defnote/syntax"

let serial = 0
/** The value of the variable `f` after the cell ran. */
export function cell<F = (...x: unknown[]) => unknown>(
  source: string,
  scope: Record<string, unknown>,
): F {
  const name = `cell_${++serial}`
  engine.registerSource(name, { text: source })
  const { code } = rewriteRuntime(source, { name })
  const run = new Function("$lib", ...Object.keys(scope), `${stripTypes(code)}\n;return f`)
  return run($lib, ...Object.values(scope)) as F
}
