/**
 * @file Public functions of tensors: inside a trace they build nodes, outside they run at once as small programs (D3.7).
 * How a small program is traced, compiled and cached is defn.ts's matter; it installs itself here.
 */
import { argumentError } from "./arguments.ts"
import { DefnoteError, internal } from "./errors.ts"
import { noteCall } from "./failure.ts"
import { checkOptions, type Options } from "./options.ts"
import { explain } from "./provenance.ts"
import { currentTrace } from "./trace.ts"

// biome-ignore lint/suspicious/noExplicitAny: any function can be made public; its own type is kept
export type AnyFunction = (...args: any[]) => unknown
type Runner = (fn: AnyFunction, name: string, args: readonly unknown[]) => unknown

let run: Runner = () => {
  throw internal("no runner for eager calls; import defn.ts")
}
export function installRunner(runner: Runner): void {
  run = runner
}

/**
 * Makes `fn`, which builds nodes, callable anywhere. Its arguments may hold tensors, numbers, options; outside a trace the
 * program is cached by `fn` and the types and static values of the arguments. Only the `options` that it names come in.
 */
export function publicly<F extends AnyFunction>(name: string, fn: F, options?: Options): F {
  const checked = options ? checking(fn, name, options) : fn
  const callable = (...args: unknown[]): unknown => {
    const trace = currentTrace()
    try {
      return trace ? checked(...args) : run(checked, name, args)
    } catch (thrown) {
      const e = argumentError(thrown, name, args, fn.length)
      if (trace) place(e, name, args)
      throw e
    }
  }
  return Object.defineProperty(callable, "name", { value: name }) as F
}

function checking(fn: AnyFunction, name: string, { at, names }: Options): AnyFunction {
  return (...args) => {
    checkOptions(name, args[at], names)
    return fn(...args)
  }
}

/** An error of a traced call names the expression that made it. */
function place(e: unknown, name: string, args: readonly unknown[]): void {
  noteCall(e, name, args)
  if (e instanceof DefnoteError) explain(e, args)
}

/**
 * {@link publicly}, with the op and kind that make it a method. One call: TypeScript loses the type parameters of a
 * generic function that passes through two.
 */
export const publiclyAs = <F extends AnyFunction, T extends object>(
  name: string,
  fn: F,
  facts: T,
  options?: Options,
): F & T => Object.assign(publicly(name, fn, options), facts)
