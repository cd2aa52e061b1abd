/** @file `graph` and `inspect`: the pictures of a function (D8). */
import {
  type Compiled,
  checkOptions,
  type Defn,
  defn,
  factsOf,
  isDefn,
  OptionError,
  optionNames,
  type PartialProgram,
  type Program,
  partialOf,
  plainCaptures,
  shownValue,
  valueAndGrad,
} from "@defnote/core"
import {
  gradientListing,
  gradientSvg,
  MIME,
  profileListing,
  profileSvg,
  stored,
} from "@defnote/display"
import { documentOf, gradientDocument, profileDocument } from "@defnote/display/document"
import { inspectProgram, parameterNames } from "@defnote/inspect"
import { GraphOutput } from "./graph-output.ts"
import { storedPart } from "./large-graphs.ts"
import { type MimeBundle, Output } from "./output.ts"

// biome-ignore lint/suspicious/noExplicitAny: any function can be drawn
export type AnyFunction = (...x: any[]) => unknown

export const asDefn = (f: AnyFunction, what: string): Defn => {
  if (typeof f !== "function")
    throw new OptionError(`${what}: takes a function and its arguments, not ${shownValue(f)}`)
  return isDefn(f) ? f : defn(f)
}
/** {@link asDefn} for what needs values to work on. */
export function withArguments(f: AnyFunction, what: string, args: readonly unknown[]): Defn {
  const g = asDefn(f, what)
  if (args.length || !g.original.length) return g
  throw new OptionError(
    `${what}: takes the arguments of ${g.functionName} after it: ${exampleOf(what, g)}`,
  )
}
const exampleOf = (what: string, { functionName, original }: Defn): string =>
  `${what}(${[functionName, ...parameterNames(original)].join(", ")})`

/**
 * The graph of a function for these arguments: forward on the left; with `valueAndGrad(f)` the derivative of each
 * operation in the same row on the right. Where tracing fails, the graph of what was traced, with the failing call
 * and its message as its last row. Without arguments, the graph that was traced last.
 * @throws OptionError without arguments for a function that was not called yet
 * @example graph(valueAndGrad(loss), params, x, y)
 */
export function graph<F extends AnyFunction>(f: F, ...args: Parameters<F> | []): GraphOutput {
  const g = asDefn(f, "graph")
  if (args.length || !g.original.length) return graphOf(g, programOrPart(g, args))
  if (!g.latest) throw new OptionError(`graph: ${notTraced(g)}`)
  return graphOf(g, { program: g.latest })
}
const graphOf = (g: Defn, { program, failure }: Traced): GraphOutput =>
  new GraphOutput(() => {
    const options = { title: g.functionName, original: g.original, nested: true }
    return documentOf(program, { ...options, failure }).doc
  })
const notTraced = (g: Defn): string =>
  `${g.functionName} was not traced yet. Call it once, or pass example arguments: ${exampleOf("graph", g)}`

/** A program, or what there is of one. */
interface Traced {
  readonly program: Program | PartialProgram
  readonly failure?: PartialProgram & { readonly message: string }
}

/** The program, or what was traced of it before it failed. */
function programOrPart(g: Defn, args: readonly unknown[]): Traced {
  try {
    return { program: g.program(...(args as never[])) }
  } catch (e) {
    const part = partialOf(e)
    if (!part || !(e instanceof Error)) throw e
    return { program: part, failure: { ...part, message: e.message } }
  }
}

export interface InspectOptions {
  /** Whether the derivative of every operation is held against finite differences; default true. */
  readonly checks?: boolean
}

/**
 * Runs `f` and its gradient and looks at every value: counts, sizes, the first that is not finite, and whether each
 * derivative agrees with finite differences. The first look compiles and repeats its runs, to tell what looking costs;
 * `inspect.with({ checks: false })(f, ...)` leaves the differences out.
 * @param f - a function whose value is a float scalar
 * @example inspect(loss, params, x, y)
 */
export function inspect<F extends AnyFunction>(f: F, ...args: Parameters<F>): Output {
  return inspection(f, args, {})
}
/**
 * `inspect` with options.
 * @example inspect.with({ checks: false })(loss, params, x, y)
 * @throws OptionError for an option that is no boolean
 */
inspect.with =
  (options: InspectOptions) =>
  <F extends AnyFunction>(f: F, ...args: Parameters<F>): Output =>
    inspection(f, args, options)

function inspection(f: AnyFunction, args: unknown[], options: InspectOptions): Output {
  checkOptions("inspect.with", options, optionNames<InspectOptions>({ checks: true }))
  withArguments(f, "inspect", args)
  const { checks = true } = options
  if (typeof checks !== "boolean")
    throw new OptionError(`inspect: checks is ${checks}; it must be true or false`)
  const { functionName, original, both } = withGradient(f)
  const { program, inputs } = both.bind(...args)
  const inspection = inspectProgram(program, inputs, { original, checks })
  return new Output(() => {
    const doc = gradientDocument(inspection, { title: `inspect(${functionName})`, original })
    return {
      [MIME.gradient]: stored(doc).doc,
      "image/svg+xml": gradientSvg(doc),
      "text/plain": gradientListing(doc),
    }
  })
}

interface Inspected {
  readonly functionName: string
  readonly original: Defn["original"]
  readonly both: Defn
}
const inspected = new WeakMap<AnyFunction, Inspected>()
/**
 * The function with its gradient. One whose captures are read at each call is traced once for all its inspections; what
 * another one captured may have changed without a sign.
 */
function withGradient(f: AnyFunction): Inspected {
  const known = inspected.get(f)
  if (known) return known
  const compiled = asDefn(f, "inspect")
  const { functionName, original } = compiled
  const both = valueAndGrad(compiled as never) as unknown as Defn
  const made = { functionName, original, both }
  if (isDefn(f) || factsOf(f) || plainCaptures(f)) inspected.set(f, made)
  return made
}

/** The bundle of the kernels of a program: the graph with its kernels as groups, and their code. */
export function kernelsBundle({ program, executable, compiler, original }: Compiled): MimeBundle {
  const title = `${program.name}.kernels`
  const doc = profileDocument(program, executable, { title, original, compiler })
  return {
    [MIME.profile]: storedPart(doc),
    "image/svg+xml": profileSvg(doc),
    "text/plain": profileListing(doc),
  }
}

/** The bundle of a compiled function: its signature, and its graph once it was traced. */
export function defnBundle(f: Defn): MimeBundle {
  const { programs } = f.info()
  const signatures = programs.map(
    (p) => `${f.functionName}(${p.inputs.join(", ")}) → ${p.outputs.join(", ") || "no tensor"}`,
  )
  if (!f.latest) return { "text/plain": notTraced(f) }
  const text = { "text/plain": signatures.join("\n") }
  // Numbers alone make no graph.
  return f.latest.graph.outputs.length
    ? { ...graphOf(f, { program: f.latest }).bundle, ...text }
    : text
}
