/** @file `stepThrough` and `exercise`: a function and its gradient, value by value (D8). */
import {
  type Defn,
  GradError,
  OptionError,
  type Storage,
  tensor,
  valueAndGrad,
} from "@defnote/core"
import { MIME, type TraceDoc, traceListing, traceSvg } from "@defnote/display"
import { type TraceOptions, traceDocument } from "@defnote/display/document"
import { stepProgram } from "@defnote/inspect"
import { Exercise } from "./exercise.ts"
import { keepForSteps } from "./live-steps.ts"
import { type MimeBundle, Output } from "./output.ts"
import { type AnyFunction, withArguments } from "./pictures.ts"

/**
 * Goes through `f` value by value, forward and then back: at each step the value or the part of a gradient, its rule,
 * and the same rule with the numbers. The gradient is that of the first argument; numbers in it count as f32 scalars.
 * Loops of up to 50 turns are gone through turn by turn, and back in reverse; of a condition the branch that runs.
 * @param f - a function whose value is a float scalar
 * @throws OptionError when the values have more than a million elements together, or the first argument is not used
 * @throws GradError when the value is no float scalar, or the first argument holds other numbers
 * @example stepThrough(loss, params, x, y)
 */
export function stepThrough<F extends AnyFunction>(f: F, ...args: Parameters<F>): Output {
  return new Output(stepped("stepThrough", f, args, {}).bundle)
}

/**
 * {@link stepThrough} with the gradients hidden: each is to be predicted, in the view or with `check`, which says what is
 * off: the sign, a transpose, a forgotten use, a missing factor, a sum in place of a mean. `withText` gives it a question.
 * @example exercise(loss, params, x, y)
 */
export function exercise<F extends AnyFunction>(f: F, ...args: Parameters<F>): Exercise {
  return new Exercise((task) =>
    stepped("exercise", f, args, { exercise: true, ...(task ? { task } : {}) }),
  )
}

function stepped(what: string, f: AnyFunction, args: readonly unknown[], options: TraceOptions) {
  const fn = withArguments(f, what, args)
  const { program, inputs } = boundGradient(fn, what, args)
  const settings = {
    ...options,
    title: `${what}(${fn.functionName})`,
    original: fn.original,
    ...(fn.functionName === "defn" ? {} : { lossName: fn.functionName }),
  }
  const again = (other: readonly Storage[]) => traceDocument(stepProgram(program, other), settings)
  const run = stepProgram(program, inputs)
  requireLeaves(run.leaves.length, what, fn.functionName)
  let made: TraceDoc | undefined
  const document = (): TraceDoc => {
    made ??= traceDocument(run, settings)
    return made
  }
  const bundle = (): MimeBundle => {
    const doc = document()
    keepForSteps(doc.live as string, { program, inputs, leaves: run.leaves, again })
    return { [MIME.trace]: doc, "image/svg+xml": traceSvg(doc), "text/plain": traceListing(doc) }
  }
  return { bundle, document }
}

/** @throws GradError as `valueAndGrad` does, with what can be done where `what` was called */
function boundGradient(fn: Defn, what: string, args: readonly unknown[]) {
  const both = valueAndGrad(fn as never) as unknown as Defn
  try {
    return both.bind(...([withTensors(args[0]), ...args.slice(1)] as never[]))
  } catch (error) {
    if (!(error instanceof GradError) || error.op !== "valueAndGrad") throw error
    const [line] = error.message.split("\n", 1)
    const { node, site } = error
    throw new GradError(line.replace(/^valueAndGrad/, what), {
      op: what,
      cause: error,
      ...(node ? { node } : {}),
      ...(site ? { site } : {}),
      remedy: / returned /.test(line)
        ? "Reduce the result with sum() or mean(): the steps go back from one number."
        : 'Convert it with asType("f32"), or pass it as a later argument: the gradient is that of the first.',
    })
  }
}
/** @throws OptionError where the steps would have nowhere to go back to */
function requireLeaves(count: number, what: string, name: string): void {
  if (count) return
  throw new OptionError(
    `${what}: ${name} uses no float of its first argument, so there is no gradient to go back to`,
    { op: what, remedy: `Pass what the gradient is by first, as in ${what}(loss, params, x, y).` },
  )
}

/** A number has no entry that could be changed: it becomes a scalar. */
function withTensors(x: unknown): unknown {
  if (typeof x === "number") return tensor(x)
  if (Array.isArray(x)) return x.map(withTensors)
  if (!x || Object.getPrototypeOf(x) !== Object.prototype) return x
  return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, withTensors(v)]))
}
