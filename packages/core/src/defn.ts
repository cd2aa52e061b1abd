/**
 * @file `defn`: traces a function once per argument types, structure, static values and captures, and runs the program
 * (D3.10, S3, C14). Public functions of tensors run through the same machinery when they are called outside a trace (D3.7).
 */

import { capturesOf, factsOf, registerFunction } from "./captures.ts"
import type { CompileOptions, Compiler, Executable, KernelInfo } from "./compiler.ts"
import { compilerNamed, defaultCompiler } from "./compilers.ts"
import { type Container, flatten, leafKey, shortKey, structureKey } from "./container.ts"
import { type AnyFunction, installRunner } from "./eager.ts"
import { internal, OptionError } from "./errors.ts"
import { checkOptions } from "./options.ts"
import {
  executableOf,
  inputsOf,
  type NumberMode,
  type Program,
  runProgram,
  traceProgram,
} from "./program.ts"
import { formatType } from "./shape.ts"
import { shownKernels, shownProperties } from "./shown.ts"
import type { Storage } from "./storage.ts"
import { storageOf } from "./tensor.ts"
import { currentTrace } from "./trace.ts"

/**
 * What {@link defn} takes. `fastMath`, `strict`, `checks` and `maxSteps` hold for what is compiled of this function, on
 * every compiler, and go over to what is derived from it by `grad`, `vmap` and others. A function that calls it is compiled
 * as one program with options of its own; only `checks` go over to it, and `maxSteps` holds for the loops of this one.
 */
export interface DefnOptions extends Omit<CompileOptions, "donate"> {
  /** The name in pictures and messages; default the variable it is assigned to. */
  readonly name?: string
  /** Arguments whose memory the program may reuse; they cannot be read afterwards (D4.4). */
  readonly donate?: readonly number[]
  /** Arguments, by position, whose numbers stay numbers: each value is a program of its own (S3). */
  readonly static?: readonly number[]
  /**
   * The most turns that one run of a `while`, or of another loop whose end depends on values, may take, in functions that
   * it calls too. One turn more is a {@link CheckError} that names the loop, on every compiler. From 1 to 2 147 483 646;
   * default none. Costs an addition and a comparison a turn.
   */
  readonly maxSteps?: number
  /** What the function uses from outside, where no tool rewrote the source: `() => ({ w, rate })`. */
  readonly captures?: () => Record<string, unknown>
}
/** What one traced variant is. */
export interface ProgramInfo {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly numbers: readonly NumberMode[]
  readonly nodes: number
  readonly compilers: readonly string[]
}
/** A compiled function. Call it like the original. */
export interface Defn<F extends AnyFunction = AnyFunction> {
  (...args: Parameters<F>): ReturnType<F>
  readonly functionName: string
  /** How it is compiled. */
  readonly options: Pick<DefnOptions, "fastMath" | "strict" | "checks" | "maxSteps">
  /** The same function on a compiler, by name. */
  using(compiler: string | Compiler): Defn<F>
  /** The program for these arguments; traced if it was not yet. */
  program(...args: Parameters<F>): Program
  /** The program with the memory of its inputs, for tools that run it their own way. */
  bind(...args: Parameters<F>): Bound
  graph(...args: Parameters<F>): Program["graph"]
  /** The generated code for these arguments; in a notebook it shows itself beside the graph. */
  kernels(...args: Parameters<F>): readonly KernelInfo[]
  info(): {
    readonly name: string
    readonly traces: number
    readonly compiler: string
    readonly programs: readonly ProgramInfo[]
  }
  /** How often the function was traced. */
  readonly traces: number
  /** The program that was traced last. */
  readonly latest: Program | undefined
  /** The function that people wrote; its parameters have the names of the arguments. */
  readonly original: AnyFunction
}
/** A program with the memory of its inputs. */
export interface Bound {
  readonly program: Program
  readonly inputs: readonly Storage[]
  readonly compiler: string
  /** Compiles once more, by the function's own compiler and options, to be measured (K2). */
  profiled(): Executable
}
/** Marks compiled functions, for `Symbol.for` recognition across copies. */
export const DEFN = Symbol.for("defnote.defn/1")
export const isDefn = (x: unknown): x is Defn => typeof x === "function" && DEFN in x

/** Programs kept per function; the oldest goes first. Enough for a training loop's shapes, bounded for eager slicing. */
const PROGRAM_LIMIT = 256

/** The programs of one structure of arguments; they differ in their numbers. */
interface Entry {
  readonly key: string
  modes: NumberMode[]
  last: readonly number[]
  readonly programs: Map<string, Program>
}

/** All programs of one function. */
export class ProgramCache {
  readonly #fn: AnyFunction
  readonly #name: string
  /** Arguments that the function takes at least. */
  readonly #wanted: number
  readonly #entries = new Map<string, Entry>()
  readonly #kept: { readonly entry: Entry; readonly key: string }[] = []
  readonly #options: Pick<DefnOptions, "checks" | "maxSteps">
  readonly #static: readonly number[]
  traces = 0
  constructor(fn: AnyFunction, name: string, options: DefnOptions = {}, wanted = 0) {
    this.#fn = fn
    this.#wanted = wanted
    this.#name = name
    this.#options = { checks: options.checks, maxSteps: options.maxSteps }
    this.#static = options.static ?? []
  }
  get latest(): Program | undefined {
    const last = this.#kept.at(-1)
    return last?.entry.programs.get(last.key)
  }
  get programs(): Program[] {
    return [...this.#entries.values()].flatMap((e) => [...e.programs.values()])
  }
  find(args: readonly unknown[], captures: Container): Program {
    const numbers: number[] = []
    const structure = structureKey(args, (x) => {
      numbers.push(x)
      return "~"
    })
    const key =
      captures === undefined
        ? structure
        : `${structure}|${structureKey(captures)}|${aliases(captures)}`
    let entry = this.#entries.get(key)
    if (!entry) {
      entry = { key, modes: this.#modes(args), last: numbers, programs: new Map() }
      this.#entries.set(key, entry)
    }
    return (
      entry.programs.get(valuesKey(entry, numbers)) ?? this.#trace(entry, args, numbers, captures)
    )
  }
  /** How the numbers of the first call are taken. */
  #modes(args: readonly unknown[]): NumberMode[] {
    return args.flatMap((arg, i) => {
      const modes: NumberMode[] = []
      structureKey([arg], () => {
        modes.push(this.#static.includes(i) ? "pinned" : "static")
        return "~"
      })
      return modes
    })
  }
  /** A second value at a position makes it a traced number; a body that needs the number pins it (C14). */
  #trace(
    entry: Entry,
    args: readonly unknown[],
    numbers: readonly number[],
    captures: Container,
  ): Program {
    if (entry.programs.size) {
      entry.modes = entry.modes.map((m, i) =>
        m === "static" && !Object.is(numbers[i], entry.last[i]) ? "dynamic" : m,
      )
    }
    entry.last = numbers
    // A retrace pins at least one number more, so this ends.
    for (let turn = 0; turn <= numbers.length; turn++) {
      const known = entry.programs.get(valuesKey(entry, numbers))
      if (known) return known
      this.traces++
      const traced = traceProgram({
        name: this.#name,
        fn: this.#fn,
        wanted: this.#wanted,
        args,
        modes: [...entry.modes],
        captures,
        ...this.#options,
      })
      if (!("numbersNeeded" in traced)) return this.#keep(entry, valuesKey(entry, numbers), traced)
      for (const i of traced.numbersNeeded) entry.modes[i] = "pinned"
    }
    throw internal(`${this.#name}: a traced number is needed that is no argument`)
  }
  #keep(entry: Entry, key: string, program: Program): Program {
    entry.programs.set(key, program)
    this.#kept.push({ entry, key })
    if (this.#kept.length > PROGRAM_LIMIT) this.#forgetOldest()
    return program
  }
  #forgetOldest(): void {
    const oldest = this.#kept.shift()
    if (!oldest) return
    const { entry, key } = oldest
    for (const e of entry.programs.get(key)?.executables.values() ?? []) e.dispose()
    entry.programs.delete(key)
    if (!entry.programs.size) this.#entries.delete(entry.key)
  }
}
/** Which captured tensors are one tensor: the graph knows it by its one node. */
function aliases(captures: Container): string {
  const all = flatten(captures)
  return new Set(all).size === all.length ? "" : all.map((x) => all.indexOf(x)).join()
}
const valuesKey = ({ modes }: Entry, numbers: readonly number[]): string =>
  shortKey(numbers.map((x, i) => (modes[i] === "dynamic" ? "~" : leafKey(x))).join())

/** Loops count their turns in i32. */
const MOST_TURNS = 2 ** 31 - 1

const OPTIONS: readonly string[] = [
  "name",
  "donate",
  "static",
  "maxSteps",
  "captures",
  "fastMath",
  "strict",
  "checks",
] satisfies (keyof DefnOptions)[]

/** Where a function comes from when it was not rewritten: `fn.toString()` is parsed (D5.6). Set by the package `defnote`. */
type Rewriter = (
  fn: AnyFunction,
  captures: (() => Record<string, unknown>) | undefined,
) => AnyFunction
let rewriter: Rewriter | undefined
export function setRewriter(rewrite: Rewriter): void {
  rewriter = rewrite
}

/**
 * Makes a compiled function of `f`: its operators and control flow, where they meet tensors, build a graph that is
 * compiled once per types of the arguments.
 *
 * What `f` uses from outside is looked at again at each call, and what functions, classes and methods use that it calls:
 * another tensor of the same type is simply the next input, anything else that changed is traced anew. Two things are
 * out of sight: what functions of imported packages keep to themselves, and callbacks made anew in each call of a plain
 * function. Values that they bring stay those of the first call.
 *
 * @param f - takes tensors, numbers, and nested arrays and objects of them; returns the same
 * @returns a function of the same signature
 * @throws OptionError when `f` is no function, or for an option of another name
 * @example
 * const leaky = defn((x: Tensor, slope: number) => x.greater(0).where(x, x.multiply(slope)))
 * leaky(tensor([3, -5, 5]), 0.1)   // f32[3] [3, -0.5, 5]
 */
export function defn<F extends AnyFunction>(f: F, options: DefnOptions = {}): Defn<F> {
  if (typeof f !== "function")
    throw new OptionError(
      `defn: takes a function, not ${f === null || f === undefined ? f : `a ${typeof f}`}`,
    )
  checkOptions("defn", options, OPTIONS)
  if (isDefn(f) && !Object.keys(options).length) return f as unknown as Defn<F>
  const body = factsOf(f) || !rewriter ? f : (rewriter(f, options.captures) as F)
  const captures = options.captures ?? (() => capturesOf(body))
  checkMaxSteps(options.maxSteps)
  return compiled(body, captures, {
    ...options,
    name: options.name ?? (factsOf(f)?.name || f.name || "defn"),
  })
}

function checkMaxSteps(limit: number | undefined): void {
  if (limit === undefined || (Number.isInteger(limit) && limit >= 1 && limit < MOST_TURNS)) return
  throw new OptionError(
    `defn: maxSteps is ${limit}; it must be an integer from 1 to ${MOST_TURNS - 1}`,
  )
}

/** {@link defn} for functions that already build nodes: transforms are made with it. */
export function compiled<F extends AnyFunction>(
  f: F,
  captures: () => Container,
  options: DefnOptions & { name: string },
  compiler?: Compiler,
  original: AnyFunction = f,
): Defn<F> {
  const cache = new ProgramCache(f, options.name, options, original.length)
  const others = new Map<Compiler, Defn<F>>()
  const chosen = (): Compiler => compiler ?? defaultCompiler()
  const call = (...args: unknown[]): unknown => {
    const trace = currentTrace()
    if (trace) {
      trace.asked.checks ||= options.checks ?? false
      return trace.withMaxSteps(options.maxSteps, () =>
        trace.inScope(options.name, "fn", () => f(...args)),
      )
    }
    const captured = captures()
    const program = cache.find(args, captured)
    const result = runProgram(program, chosen(), options, inputsOf(program, args, captured))
    for (const i of options.donate ?? []) giveUp(options.name, args[i], result)
    return result
  }
  const program = (...args: Parameters<F>): Program => cache.find(args, captures())
  const bind = (...args: Parameters<F>): Bound => {
    const captured = captures()
    const found = cache.find(args, captured)
    return bound(found, inputsOf(found, args, captured), chosen(), options)
  }
  const made = Object.defineProperties(call, {
    ...unchanging(options, original),
    traces: { get: () => cache.traces },
    latest: { get: () => cache.latest },
    using: {
      value(other: string | Compiler): Defn<F> {
        const named = typeof other === "string" ? compilerNamed(other) : other
        const made = others.get(named) ?? compiled(f, captures, options, named, original)
        others.set(named, made)
        return made
      },
    },
    program: { value: program },
    bind: { value: bind },
    graph: { value: (...args: Parameters<F>) => program(...args).graph },
    kernels: {
      value: (...args: Parameters<F>) => kernelsOf(program(...args), chosen(), options, original),
    },
    info: {
      value: () => ({
        name: options.name,
        traces: cache.traces,
        compiler: chosen().name,
        programs: cache.programs.map(describeProgram),
      }),
    },
  }) as unknown as Defn<F>
  registerFunction(made, { captures, name: options.name })
  return Object.defineProperties(made, shownProperties(made))
}
const bound = (
  program: Program,
  inputs: readonly Storage[],
  compiler: Compiler,
  options: CompileOptions,
): Bound => ({
  program,
  inputs,
  compiler: compiler.name,
  profiled: () =>
    compiler.compile(program.computed, { ...options, checks: program.checks, profile: true }),
})
function kernelsOf(
  program: Program,
  compiler: Compiler,
  options: CompileOptions,
  original: AnyFunction,
): readonly KernelInfo[] {
  const executable = executableOf(program, compiler, options)
  return shownKernels({ program, executable, compiler: compiler.name, original })
}
/** What is known of a compiled function before any call. */
const unchanging = (
  { name, fastMath, strict, checks, maxSteps }: DefnOptions,
  original: AnyFunction,
): PropertyDescriptorMap => ({
  [DEFN]: { value: true },
  name: { value: name },
  functionName: { value: name },
  options: { value: { fastMath, strict, checks, maxSteps } },
  original: { value: original },
})
/** The memory of a donated argument is gone, and reading it says so; what the function passed through stays. */
function giveUp(name: string, arg: unknown, result: unknown): void {
  const passed = new Set(flatten(result).map(storageOf))
  for (const x of flatten(arg)) {
    const storage = storageOf(x)
    if (!passed.has(storage)) storage?.dispose(`when it was donated to ${name}`)
  }
}
const describeProgram = (p: Program): ProgramInfo => ({
  inputs: p.graph.inputs.map((x) => formatType(x.type)),
  outputs: p.graph.outputs.map((x) => formatType(x.type)),
  numbers: p.modes,
  nodes: p.graph.table.nodes.size,
  compilers: [...p.executables.keys()].map((c) => c.name),
})

const caches = new WeakMap<AnyFunction, ProgramCache>()
installRunner((fn, name, args) => {
  let cache = caches.get(fn)
  if (!cache) caches.set(fn, (cache = new ProgramCache(fn, name)))
  const program = cache.find(args, undefined)
  return runProgram(program, defaultCompiler(), {}, inputsOf(program, args, undefined))
})
