/** @file `graph` and `inspect`: the pictures of a function (D8). */
import {
  type Compiled,
  type Defn,
  defn,
  isDefn,
  OptionError,
  partialOf,
  valueAndGrad,
} from "@defnote/core"
import { gradientListing, gradientSvg, MIME, profileListing, profileSvg } from "@defnote/display"
import { documentOf, gradientDocument, profileDocument } from "@defnote/display/document"
import { inspectProgram } from "@defnote/inspect"
import { GraphOutput } from "./graph-output.ts"
import { type MimeBundle, Output } from "./output.ts"

// biome-ignore lint/suspicious/noExplicitAny: any function can be drawn
export type AnyFunction = (...x: any[]) => unknown

export const asDefn = (f: AnyFunction, what: string): Defn => {
  if (typeof f !== "function")
    throw new OptionError(
      `${what}: takes a function and its arguments, not ${f === null ? "null" : typeof f}`,
    )
  return isDefn(f) ? f : defn(f)
}

/**
 * The graph of a function for these arguments: forward on the left; with `valueAndGrad(f)` the derivative of each
 * operation in the same row on the right. Where tracing fails, the graph of what was traced, with the failing call
 * and its message as its last row.
 * @example graph(valueAndGrad(loss), params, x, y)
 */
export function graph<F extends AnyFunction>(f: F, ...args: Parameters<F>): GraphOutput {
  const g = asDefn(f, "graph")
  const options = { title: g.functionName, original: g.original, nested: true }
  const traced = programOrPart(g, args)
  return new GraphOutput(
    () => documentOf(traced.program, { ...options, failure: traced.failure }).doc,
  )
}

/** The program, or what was traced of it before it failed. */
function programOrPart(g: Defn, args: readonly unknown[]) {
  try {
    return { program: g.program(...(args as never[])), failure: undefined }
  } catch (e) {
    const part = partialOf(e)
    if (!part || !(e instanceof Error)) throw e
    return { program: part, failure: { ...part, message: e.message } }
  }
}

/**
 * Runs `f` and its gradient once and looks at every value: counts, sizes, the first that is not finite, and whether each
 * derivative agrees with finite differences.
 * @param f - a function whose value is a float scalar
 * @example inspect(loss, params, x, y)
 */
export function inspect<F extends AnyFunction>(f: F, ...args: Parameters<F>): Output {
  const { functionName, original } = asDefn(f, "inspect")
  const both = valueAndGrad(asDefn(f, "inspect") as never) as unknown as Defn
  const { program, inputs } = both.bind(...args)
  const inspection = inspectProgram(program, inputs, { original })
  return new Output(() => {
    const doc = gradientDocument(inspection, { title: `inspect(${functionName})`, original })
    return {
      [MIME.gradient]: doc,
      "image/svg+xml": gradientSvg(doc),
      "text/plain": gradientListing(doc),
    }
  })
}

/** The bundle of the kernels of a program: the graph with its kernels as groups, and their code. */
export function kernelsBundle({ program, executable, compiler, original }: Compiled): MimeBundle {
  const title = `${program.name}.kernels`
  const doc = profileDocument(program, executable, { title, original, compiler })
  return {
    [MIME.profile]: doc,
    "image/svg+xml": profileSvg(doc),
    "text/plain": profileListing(doc),
  }
}

/** The bundle of a compiled function: its signature, and its graph once it was traced. */
export function defnBundle(f: Defn): Record<string, unknown> {
  const { programs, traces } = f.info()
  const signatures = programs.map(
    (p) => `${f.functionName}(${p.inputs.join(", ")}) → ${p.outputs.join(", ")}`,
  )
  const state = traces
    ? signatures.join("\n")
    : `${f.functionName}: not traced yet. Call it once, or pass example arguments: graph(${f.functionName}, ...)`
  return { "text/plain": state }
}
