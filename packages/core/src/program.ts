/**
 * @file A traced function: its closed graph, where its inputs come from, and the executables made of it.
 * Knows nothing of caching.
 */
import { missingArgument } from "./arguments.ts"
import type { CompileOptions, Compiler, Executable } from "./compiler.ts"
import {
  type Container,
  flatten,
  flattenWithPaths,
  mapLeaves,
  type Path,
  unflatten,
  visit,
} from "./container.ts"
import { engine } from "./engine.ts"
import { DefnoteError, DeviceError, TraceError } from "./errors.ts"
import { noteTrace } from "./failure.ts"
import { close, type Graph, postorder } from "./graph.ts"
import { isWeak } from "./ops/align.ts"
import { freshParam, fromStorage, isParam, valueOp } from "./ops/source.ts"
import { asType } from "./ops/type.ts"
import { formatType } from "./shape.ts"
import { StaticNeeded } from "./static-needed.ts"
import { CpuStorage, type Storage } from "./storage.ts"
import { isTensor, storageOf, type Tensor } from "./tensor.ts"
import { currentTrace, Trace, withTrace } from "./trace.ts"
import { numbersBehind } from "./weak.ts"

/** How a number argument is treated: by its value, as a traced number, or by its value because the body needs it so. */
export type NumberMode = "static" | "dynamic" | "pinned"

export interface TraceRequest {
  readonly name: string
  readonly fn: (...args: never[]) => unknown
  readonly args: readonly unknown[]
  /** How many arguments it takes at least, for a message. */
  readonly wanted?: number
  /** One mode per number among the arguments, in order. */
  readonly modes: readonly NumberMode[]
  readonly captures: Container
  /** Whether computed indices get their checks (S6). */
  readonly checks?: boolean
  /** The most turns of a loop whose end depends on values. */
  readonly maxSteps?: number
}

export interface Program {
  readonly name: string
  readonly graph: Graph
  /** Names of the graph's inputs for people: `params.w`, `x`, captured names. */
  readonly inputPaths: readonly Path[]
  /** How many of the graph's first inputs each argument gives. */
  readonly tensorsOf: readonly number[]
  /** Concrete tensors met while tracing that no argument and no declared capture provides. */
  readonly hidden: readonly Tensor[]
  readonly modes: readonly NumberMode[]
  /** What the function returned, with traced tensors in it. */
  readonly result: Container
  /** A program belongs to one function, and so to its options. */
  readonly executables: Map<Compiler, Executable>
  /** Per output: the input that it is, or the place among the computed outputs. */
  readonly outputs: readonly { readonly input?: number; readonly computed?: number }[]
  readonly computed: Graph
  /** Its function, or one that it calls, asks for checks. */
  readonly checks: boolean
}

/** Number arguments, by their positions among all numbers, that the body needs as numbers. */
export interface NumbersNeeded {
  readonly numbersNeeded: readonly number[]
}

/** Traces a function for arguments of these types. */
export function traceProgram(request: TraceRequest): Program | NumbersNeeded {
  const trace = new Trace()
  trace.asked.checks = request.checks ?? false
  trace.asked.maxSteps = request.maxSteps
  // Called as a method it would be "Object.fn" in stacks.
  const body = request.fn as (...x: unknown[]) => unknown
  return withTrace(trace, () => {
    const args = parametersFor(request)
    try {
      const result = strengthen(body(...(args.traced as unknown[])))
      return finish(request, trace, args, result)
    } catch (e) {
      if (!(e instanceof StaticNeeded)) {
        noteTrace(e, { name: request.name, trace, free: args.free, paths: args.paths })
        throw withPlace(withMissing(e, request), trace, request.name)
      }
      return { numbersNeeded: (numbersBehind(e.weak) ?? []).flatMap((p) => args.weak.get(p) ?? []) }
    }
  })
}
/** A function that is called with too few arguments fails over one that is undefined; that it is missing says more. */
function withMissing(e: unknown, { name, args, wanted = 0 }: TraceRequest): unknown {
  const given = args.length
  if (!(e instanceof Error) || given >= wanted || !/undefined|missing/.test(e.message)) return e
  if (!(e instanceof DefnoteError)) return missingArgument(name, args, e)
  e.addLines([`  ${name} was called with ${given} of its ${wanted} arguments`])
  return e
}
function withPlace(e: unknown, trace: Trace, name: string): unknown {
  if (e instanceof RangeError && /call stack/.test(e.message)) {
    return new TraceError(`${name}: calls itself without end while it is traced`, {
      site: trace.site,
      remedy:
        "Both sides of a condition on a tensor are traced, so it cannot end a recursion: write a loop.",
    })
  }
  if (e instanceof Error && "site" in e) (e as { site?: unknown }).site ??= trace.site
  return e
}

interface Parameters {
  readonly traced: Container
  readonly free: readonly Tensor[]
  readonly paths: readonly Path[]
  /** Traced numbers, with their positions among all numbers. */
  readonly weak: ReadonlyMap<Tensor, number>
}
/** Tensors become parameters, dynamic numbers weak scalars behind them. */
function parametersFor({ args, modes }: TraceRequest): Parameters {
  const tensors: Tensor[] = []
  const weak = new Map<Tensor, number>()
  const paths: [Path[], Path[]] = [[], []]
  let at = 0
  const traced = mapLeaves(args, (x, path) => {
    if (isTensor(x)) {
      const p = freshParam(x.type)
      tensors.push(p)
      paths[0].push(path)
      return p
    }
    if (typeof x !== "number") return x
    const position = at++
    if (modes[position] !== "dynamic") return x
    const p = freshParam({ dtype: "f64", shape: [] })
    const trace = currentTrace() as Trace
    trace.weak.add(p)
    trace.numbers.add(p)
    weak.set(p, position)
    paths[1].push(path)
    return p
  })
  return { traced, free: [...tensors, ...weak.keys()], paths: paths.flat(), weak }
}
/** A traced number that is returned becomes an ordinary f32 scalar. */
const strengthen = (result: Container): Container =>
  mapLeaves(result, (x) => (isTensor(x) && isWeak(x) ? asType(x, "f32") : x))

function finish(request: TraceRequest, trace: Trace, args: Parameters, result: Container): Program {
  refuseLater(request.name, result)
  const outputs = flatten(result)
  const captured = flattenWithPaths(request.captures)
  const declared = new Set(captured.map(([, x]) => x))
  const hidden = postorder([...outputs, ...trace.effects]).filter(
    (n) => n.op === valueOp && !declared.has(n),
  )
  const free = [...args.free, ...captured.map(([, x]) => x), ...hidden]
  refuseStrangers(request.name, outputs, trace, new Set(free))
  const graph = close(free, outputs, trace.effects)
  return {
    name: request.name,
    graph,
    inputPaths: [...args.paths, ...captured.map(([path]) => path), ...hidden.map(() => "")],
    tensorsOf: request.args.map((arg) => flatten(arg).length),
    hidden,
    modes: request.modes,
    result,
    executables: new Map(),
    checks: trace.asked.checks,
    ...separate(graph),
  }
}

/** A promise or a generator runs its body after the trace has ended. */
function refuseLater(name: string, result: unknown): void {
  const later = Object.prototype.toString.call(result).slice("[object ".length, -1)
  if (!["Promise", "Generator", "AsyncGenerator"].includes(later)) return
  throw new TraceError(
    `${name}: the function returned a ${later}; a traced function must return tensors at once`,
    { remedy: "Await before the call and pass the values in; use no `async`, `await` or `yield`." },
  )
}
/** A traced value of an earlier trace, kept in an outer variable, has no value here. */
function refuseStrangers(
  name: string,
  outputs: readonly Tensor[],
  trace: Trace,
  free: ReadonlySet<Tensor>,
): void {
  const stranger = postorder([...outputs, ...trace.effects]).find((n) => isParam(n) && !free.has(n))
  if (stranger) throw keptTooLong(`${name}: a value that it uses`, stranger)
}
const keptTooLong = (what: string, node: Tensor): TraceError =>
  new TraceError(
    `${what} is a traced ${formatType(node.type)} of another function; it was kept after its trace ended`,
    {
      node,
      remedy: "Return it from the traced function instead of assigning it to an outer variable.",
    },
  )

/** Outputs that are inputs need no computing, and equal outputs are computed once. */
function separate(graph: Graph): Pick<Program, "outputs" | "computed"> {
  const computed: Tensor[] = []
  const outputs = graph.outputs.map((y) => {
    if (isParam(y)) return { input: graph.inputs.indexOf(y) }
    if (!computed.includes(y)) computed.push(y)
    return { computed: computed.indexOf(y) }
  })
  return { outputs, computed: { ...graph, outputs: computed } }
}

/** The executable of a program, compiled at its first use. */
export function executableOf(p: Program, compiler: Compiler, options: CompileOptions): Executable {
  let e = p.executables.get(compiler)
  if (!e) {
    const donate = options.donate && donatedInputs(p, options.donate)
    e = compiler.compile(p.computed, { ...options, checks: p.checks, donate })
    p.executables.set(compiler, e)
  }
  return e
}

/** The inputs that come with donated arguments, but for those that are given back. */
function donatedInputs(p: Program, donate: readonly number[]): number[] {
  const kept = new Set(p.outputs.map((o) => o.input))
  let from = 0
  return p.tensorsOf.flatMap((count, argument) => {
    const own = Array.from({ length: count }, (_, i) => from + i)
    from += count
    return donate.includes(argument) ? own.filter((i) => !kept.has(i)) : []
  })
}
/** The storages of a call, in the order of the graph's inputs. */
export function inputsOf(p: Program, args: readonly unknown[], captures: Container): Storage[] {
  const inputs: Storage[] = []
  const numbers: Storage[] = []
  let at = 0
  visit(args, (x) => {
    if (isTensor(x)) inputs.push(concrete(p, x))
    else if (typeof x === "number" && p.modes[at++] === "dynamic")
      numbers.push(new CpuStorage(new Float64Array([x]).buffer))
  })
  for (const n of numbers) inputs.push(n)
  for (const x of flatten(captures)) inputs.push(concrete(p, x))
  for (const x of p.hidden) inputs.push(concrete(p, x))
  return inputs
}
function concrete(p: Program, x: Tensor): Storage {
  const storage = storageOf(x)
  if (storage) return storage
  throw keptTooLong(`${p.name}: an argument`, x)
}

/** Runs the program; the results in the shape that the function returned. */
export function runProgram(
  p: Program,
  compiler: Compiler,
  options: CompileOptions,
  inputs: readonly Storage[],
): Container {
  engine.poll()
  for (const s of inputs) {
    if (!compiler.devices.includes(s.device)) {
      throw new DeviceError(
        `${p.name}: an argument is on ${s.device}, the compiler "${compiler.name}" works on ${compiler.devices.join(", ")}`,
        { remedy: 'Move it with await t.to("cpu").' },
      )
    }
  }
  const needed = p.computed.outputs.length > 0 || p.graph.effects.length > 0
  const computed = needed ? executableOf(p, compiler, options).run(inputs) : []
  const tensors = p.outputs.map((o, i) =>
    fromStorage(
      o.input === undefined ? computed[o.computed as number] : inputs[o.input],
      p.graph.outputs[i].type,
    ),
  )
  return unflatten(p.result, tensors)
}
