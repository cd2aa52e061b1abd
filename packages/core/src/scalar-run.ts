/**
 * @file What each scalar instruction means, once, in JavaScript; and scalar expressions as functions.
 * The reference compiler and the tests of scalar definitions run these.
 */
import { DTYPES, type DType, isFloat, isHalf, isSigned, isWide, view } from "./dtype.ts"
import { fma32, fma64 } from "./fused.ts"
import { roundEven } from "./half.ts"
import { cast, read, roundFloat, type Value, write } from "./number.ts"
import { type Arithmetic, type Scalar, schedule } from "./scalar.ts"

/** What an expression may read: coordinates, scalar arguments, and buffers of values. */
export interface Inputs {
  readonly index?: readonly number[]
  readonly argument?: readonly Value[]
  readonly buffers?: readonly ArrayLike<Value>[]
}
export interface RunOptions {
  /** fma with one rounding (default) or two: targets differ, both are right (C13). */
  readonly fused?: boolean
}

const bitsOf = (d: DType): number => DTYPES[d].bytes * 8
const scratch = new ArrayBuffer(8)
function bitcast(x: Value, from: DType, to: DType): Value {
  write(from, view(from, scratch), 0, x)
  return read(to, view(to, scratch), 0)
}
/** The upper half of the product of two u32, by 16-bit digits. */
function mulHigh(a: number, b: number): number {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff]
  const middle = ah * bl + ((al * bl) >>> 16)
  const other = al * bh + (middle % 65536)
  return (ah * bh + Math.floor(middle / 65536) + Math.floor(other / 65536)) >>> 0
}
function nearestEven(x: number): number {
  const y = roundEven(x)
  return y === 0 && (x < 0 || Object.is(x, -0)) ? -0 : y
}
const digits = (x: Value, width: number): string => BigInt.asUintN(width, BigInt(x)).toString(2)
const leadingZeros = (x: Value, width: number): number => {
  const text = digits(x, width)
  return text === "0" ? width : width - text.length
}
const ones = (x: Value, width: number): number => digits(x, width).replaceAll("0", "").length
const HELPERS = {
  bitcast,
  cast,
  fma32,
  fma64,
  leadingZeros,
  mulHigh,
  nearestEven,
  ones,
  roundFloat,
}

/** JavaScript text that brings a result into `d`: floats round, integers wrap. */
function fitText(d: DType, x: string): string {
  if (d === "f64" || d === "bool") return x
  if (d === "f32") return `Math.fround(${x})`
  if (isHalf(d)) return `h.roundFloat("${d}", ${x})`
  if (isWide(d)) return `BigInt.as${d === "i64" ? "Int" : "Uint"}N(64, ${x})`
  if (bitsOf(d) === 32) return isSigned(d) ? `(${x} | 0)` : `(${x} >>> 0)`
  const up = 32 - bitsOf(d)
  return isSigned(d) ? `(${x} << ${up} >> ${up})` : `(${x} & ${2 ** bitsOf(d) - 1})`
}

type Spelling = (x: readonly string[], s: Scalar, o: RunOptions) => string
const infix =
  (sign: string): Spelling =>
  ([a, b], s) =>
    fitText(s.dtype, `(${a} ${sign} ${b})`)
const test =
  (sign: string): Spelling =>
  ([a, b]) =>
    `(${a} ${sign} ${b} ? 1 : 0)`
/** A function of floats; integers are whole already. */
const ofFloat =
  (name: string): Spelling =>
  ([a], s) =>
    isFloat(s.dtype) ? fitText(s.dtype, `${name}(${a})`) : a
const extreme =
  (name: string, sign: string): Spelling =>
  ([a, b], s) =>
    isFloat(s.dtype) ? `Math.${name}(${a}, ${b})` : `(${a} ${sign} ${b} ? ${a} : ${b})`
/** Shift amounts are taken modulo the width. */
const amount = (b: string, d: DType): string =>
  isWide(d) ? `(${b} & 63n)` : `(${b} & ${bitsOf(d) - 1})`
const zero = (d: DType): string => (isWide(d) ? "0n" : "0")
const count =
  (helper: "leadingZeros" | "ones"): Spelling =>
  ([a], s) => {
    const n = `h.${helper}(${a}, ${bitsOf(s.dtype)})`
    return isWide(s.dtype) ? `BigInt(${n})` : n
  }

/** The meaning of every instruction, as JavaScript. */
const MEANING: Record<Arithmetic, Spelling> = {
  add: infix("+"),
  sub: infix("-"),
  mul: ([a, b], s) =>
    isFloat(s.dtype) || isWide(s.dtype)
      ? fitText(s.dtype, `(${a} * ${b})`)
      : fitText(s.dtype, `Math.imul(${a}, ${b})`),
  div: infix("/"),
  fma: ([a, b, c], s, { fused = true }) => {
    if (fused && s.dtype === "f32") return `h.fma32(${a}, ${b}, ${c})`
    if (fused && s.dtype === "f64") return `h.fma64(${a}, ${b}, ${c})`
    return fitText(s.dtype, `(${fitText(s.dtype, `(${a} * ${b})`)} + ${c})`)
  },
  neg: ([a], s) => fitText(s.dtype, `(-${a})`),
  abs: ([a], s) =>
    isFloat(s.dtype)
      ? `Math.abs(${a})`
      : fitText(s.dtype, `(${a} < ${zero(s.dtype)} ? -${a} : ${a})`),
  min: extreme("min", "<"),
  max: extreme("max", ">"),
  floor: ofFloat("Math.floor"),
  ceil: ofFloat("Math.ceil"),
  trunc: ofFloat("Math.trunc"),
  roundEven: ofFloat("h.nearestEven"),
  sqrt: ofFloat("Math.sqrt"),
  quotient: ([a, b], s) =>
    isWide(s.dtype)
      ? fitText(s.dtype, `(${b} === 0n ? 0n : ${a} / ${b})`)
      : fitText(s.dtype, `(${b} === 0 ? 0 : Math.trunc(${a} / ${b}))`),
  remainder: ([a, b], s) => {
    if (isFloat(s.dtype)) return fitText(s.dtype, `(${a} % ${b})`)
    return fitText(s.dtype, `(${b} === ${zero(s.dtype)} ? ${zero(s.dtype)} : ${a} % ${b})`)
  },
  mulHigh: ([a, b]) => `h.mulHigh(${a}, ${b})`,
  and: infix("&"),
  or: infix("|"),
  xor: infix("^"),
  not: ([a], s) => (s.dtype === "bool" ? `(1 - ${a})` : fitText(s.dtype, `(~${a})`)),
  shiftLeft: ([a, b], s) => fitText(s.dtype, `(${a} << ${amount(b, s.dtype)})`),
  shiftRight: ([a, b], s) => {
    const sign = isSigned(s.dtype) || isWide(s.dtype) ? ">>" : ">>>"
    return fitText(s.dtype, `(${a} ${sign} ${amount(b, s.dtype)})`)
  },
  countLeadingZeros: count("leadingZeros"),
  popCount: count("ones"),
  less: test("<"),
  lessEqual: test("<="),
  equal: test("==="),
  select: ([c, a, b]) => `(${c} ? ${a} : ${b})`,
  bitcast: ([a], s) => `h.bitcast(${a}, "${s.args[0].dtype}", "${s.dtype}")`,
  convert: ([a], s) => convertText(a, s.args[0].dtype, s.dtype),
}
/** Frequent conversions in place, the rest by `cast`. */
function convertText(a: string, from: DType, to: DType): string {
  if (to === "f64" && !isWide(from)) return a
  if (to === "f32" && !isWide(from)) return `Math.fround(${a})`
  return `h.cast(${a}, "${from}", "${to}")`
}
function literal(value: Value): string {
  if (typeof value === "bigint") return `${value}n`
  return Object.is(value, -0) ? "-0" : String(value)
}
function spell(s: Scalar, args: readonly string[], o: RunOptions): string {
  if (s.op === "constant") return literal(s.value)
  if (s.op === "index") return `index[${s.value}]`
  if (s.op === "argument") return `argument[${s.value}]`
  if (s.op === "load") return `buffers[${s.value}][${args[0]}]`
  return MEANING[s.op](args, s, o)
}

/** The expression as JavaScript statements, one for each part. */
export function scalarText(root: Scalar, options: RunOptions = {}): string {
  const names = new Map<Scalar, string>()
  const lines = schedule([root]).map((s, i) => {
    names.set(s, `v${i}`)
    const text = spell(
      s,
      s.args.map((a) => names.get(a) as string),
      options,
    )
    return `const v${i} = ${text}`
  })
  return [...lines, `return ${names.get(root)}`].join("\n")
}

const compiled = [
  new WeakMap<Scalar, (x: Inputs) => Value>(),
  new WeakMap<Scalar, (x: Inputs) => Value>(),
]
/** The expression as a function of its inputs; shared parts are computed once. */
export function compileScalar(root: Scalar, options: RunOptions = {}): (x: Inputs) => Value {
  const cache = compiled[options.fused === false ? 0 : 1]
  const known = cache.get(root)
  if (known) return known
  const body = `return ({ index, argument, buffers }) => {\n${scalarText(root, options)}\n}`
  const fn = new Function("h", body)(HELPERS) as (x: Inputs) => Value
  cache.set(root, fn)
  return fn
}
