/** @file Runs a function three ways: as written, rewritten with plain values, and traced. They must agree. */
import { rewriteRuntime } from "../runtime.ts"
import { stripTypes } from "../strip.ts"
import { evaluate, parameter, type Tensor, toy } from "./toy.ts"

type Callable = (...values: unknown[]) => unknown

/** A function as written and as rewritten, both runnable. */
export interface Pair {
  original: Callable
  rewritten: Callable
  code: string
  source: string
}

/** `text` is the text of a function, with types. `extra` are names in scope of both. */
export function build(text: string, extra: Record<string, unknown> = {}): Pair {
  const source = `defn(${text})`
  const { code } = rewriteRuntime(source, { name: "sample" })
  const names = Object.keys(extra)
  const values = Object.values(extra)
  const defn = (f: Callable) => f
  const plain = stripTypes(`export const f = ${source}`).replace("export const f =", "return")
  const original = new Function("defn", ...names, plain)(defn, ...values)
  const lib = { module: () => toy }
  const body = stripTypes(code, { keepImports: true }).replace("defn(", "return defn(")
  const rewritten = new Function("defn", "$lib", ...names, body)(defn, lib, ...values)
  return { original, rewritten, code, source }
}

/** Numbers to 10 digits, so that the order of operations does not matter. */
export const comparable = (x: unknown): unknown =>
  JSON.parse(JSON.stringify({ x }, (_, v) => (typeof v === "number" ? shorten(v) : v)))
const shorten = (v: number) => (Number.isFinite(v) ? Number(v.toPrecision(10)) : String(v))

/** The result of tracing with parameters, evaluated at `input`. */
export function traced(f: Callable, input: readonly number[]): unknown {
  const parameters = input.map(parameter)
  const result = f(...parameters)
  return evaluate(result, new Map<Tensor, unknown>(parameters.map((p, i) => [p, input[i]])))
}

/** How many arguments a sample takes. */
export const arity = (text: string, f: Callable): number =>
  text.startsWith("({") ? 0 : Math.max(1, f.length)
