/**
 * @file The search language of graphs (VISUAL 9): `tanh scope:encoder f32[8, *] >1ms -saved`. Every word must
 * match; a minus in front of a word turns it round. Knows documents, no boxes.
 */
import type { GraphLike } from "../payload.ts"
import { callOf } from "./expression.ts"
import { NodeMeasures } from "./measures.ts"

/** What a query says of nodes, or why it cannot be read. */
export type Query =
  | { readonly matches: (node: number) => boolean; readonly problem?: undefined }
  | { readonly matches?: undefined; readonly problem: string }

type Test = (node: number) => boolean

/** Facts of one document that words are compared with. */
interface Facts {
  readonly doc: GraphLike
  readonly measures: NodeMeasures
  readonly scopes: readonly string[]
  readonly saved: ReadonlySet<number>
  /** What a location calls. */
  readonly calls: (location: number) => string
}

/** Prepares a document for many queries. */
export function queryable(doc: GraphLike): (text: string) => Query {
  const scopes: string[] = []
  for (const { name, parent } of doc.scopes)
    scopes.push(`${scopes[parent] ? `${scopes[parent]}/` : ""}${lower(doc.strings[name] ?? "")}`)
  const saved = new Set(doc.residuals.map((residual) => residual.node))
  const facts = { doc, measures: new NodeMeasures(doc), scopes, saved, calls: callsOf(doc) }
  return (text) => readQuery(text, facts)
}

/** Reads each location once: a query asks for all of them at every letter. */
function callsOf(doc: GraphLike): (location: number) => string {
  const known = new Map<number, string>()
  return (location) => {
    let call = known.get(location)
    if (call === undefined) known.set(location, (call = callOf(doc, location)))
    return call
  }
}

/** Nodes that match, in program order; none for an empty query. */
export function search(query: Query, nodes: number): number[] {
  const found: number[] = []
  if (query.matches) for (let n = 0; n < nodes; n++) if (query.matches(n)) found.push(n)
  return found
}

const lower = (text: string) => text.toLowerCase()

function readQuery(text: string, facts: Facts): Query {
  const tests: Test[] = []
  for (const word of wordsOf(text)) {
    const negated = word.length > 1 && word.startsWith("-")
    const read = readWord(negated ? word.slice(1) : word, facts)
    if (typeof read === "string") return { problem: read }
    tests.push(negated ? (node) => !read(node) : read)
  }
  if (tests.length === 0) return { matches: () => false }
  return { matches: (node) => tests.every((test) => test(node)) }
}

/** Words end at spaces outside brackets and quotes. */
function wordsOf(text: string): string[] {
  return text.match(/(?:"[^"]*"?|\[[^\]]*\]?|[^\s"[])+/g) ?? []
}

/** The keys of `key:value`, and what each one looks at. */
const KEYS: Record<string, (node: number, facts: Facts) => string> = {
  op: (n, { doc }) => doc.strings[doc.nodes.op[n]] ?? "",
  call: (n, { doc, calls }) => (doc.nodes.phase[n] === "fwd" ? calls(doc.nodes.loc[n]) : ""),
  name: (n, { doc }) => doc.strings[doc.nodes.name?.[n] ?? -1] ?? "",
  scope: (n, { doc, scopes }) => scopes[doc.nodes.scope[n]] ?? "",
  dtype: (n, { doc }) => doc.strings[doc.nodes.outs[n][0]?.dtype] ?? "",
  phase: (n, { doc }) => PHASES[doc.nodes.phase[n]],
  rule: (n, { doc }) => doc.rules[doc.nodes.rule?.[n] ?? -1]?.id ?? "",
}
const PHASES = {
  fwd: "forward",
  bwd: "backward",
  update: "update",
  recompute: "recompute",
  jvp: "tangent",
} as const
/** Words with a meaning of their own. */
const FLAGS: Record<string, (node: number, facts: Facts) => boolean> = {
  nan: (n, { measures }) => (measures.statistic(n, "nan") ?? 0) > 0,
  inf: (n, { measures }) =>
    (measures.statistic(n, "posInf") ?? 0) + (measures.statistic(n, "negInf") ?? 0) > 0,
  saved: (n, { saved }) => saved.has(n),
}
const DTYPE = /^(bool|b?f(?:8|16|32|64)|[iu](?:8|16|32|64))?(\[.*)?$/

function readWord(word: string, facts: Facts): Test | string {
  const amount = /^(<=|>=|<|>|=)(.+)$/.exec(word)
  if (amount) return readAmount(amount[1], amount[2], facts)
  const pair = /^([a-z]+):(.*)$/i.exec(word)
  if (pair) return readPair(lower(pair[1]), unquoted(pair[2]), facts)
  const flag = FLAGS[lower(word)]
  if (flag && Object.hasOwn(FLAGS, lower(word))) return (node) => flag(node, facts)
  const type = DTYPE.exec(word)
  if (type) return readType(type[1] ?? "", type[2] ?? "", facts)
  const wanted = lower(unquoted(word))
  return (node) =>
    [KEYS.op, KEYS.call, KEYS.name, KEYS.scope].some((of) =>
      lower(of(node, facts)).includes(wanted),
    )
}

const unquoted = (text: string) => text.replaceAll('"', "")

function readPair(key: string, value: string, facts: Facts): Test | string {
  if (key === "shape") return readType("", value.startsWith("[") ? value : `[${value}]`, facts)
  const of = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined
  if (!of) return `"${key}:" is not known; there are ${Object.keys(KEYS).join(":, ")}:, shape:`
  const wanted = lower(value)
  return (node) => lower(of(node, facts)).includes(wanted)
}

/** `f32`, `[8, 64]`, `f32[8, *]`, `[…, 64]`: a star is any size, dots any number of axes. */
function readType(dtype: string, shape: string, facts: Facts): Test | string {
  if (shape && !shape.endsWith("]")) return `"${shape}" has no closing bracket`
  const wanted = shape ? shapeTest(shape.slice(1, -1)) : () => true
  return (node) =>
    facts.doc.nodes.outs[node].some(
      (out) => (!dtype || facts.doc.strings[out.dtype] === dtype) && wanted(out.shape),
    )
}
function shapeTest(text: string): (shape: readonly (number | string)[]) => boolean {
  const sizes = text.split(/[\s,]+/).filter((size) => size)
  const many = sizes.findIndex((size) => size === "..." || size === "…")
  const fits = (wanted: string, size: number | string | undefined) =>
    size !== undefined && (wanted === "*" || wanted === String(size))
  if (many < 0)
    return (shape) => shape.length === sizes.length && sizes.every((s, i) => fits(s, shape[i]))
  const [head, tail] = [sizes.slice(0, many), sizes.slice(many + 1)]
  return (shape) =>
    shape.length >= head.length + tail.length &&
    head.every((s, i) => fits(s, shape[i])) &&
    tail.every((s, i) => fits(s, shape[shape.length - tail.length + i]))
}

/** Units of amounts, and the measure that each one is about. */
const UNITS: Record<string, readonly ["time" | "bytes" | "flops", number]> = {
  ns: ["time", 1],
  us: ["time", 1e3],
  µs: ["time", 1e3],
  ms: ["time", 1e6],
  s: ["time", 1e9],
  b: ["bytes", 1],
  kb: ["bytes", 1e3],
  mb: ["bytes", 1e6],
  gb: ["bytes", 1e9],
  kib: ["bytes", 2 ** 10],
  mib: ["bytes", 2 ** 20],
  gib: ["bytes", 2 ** 30],
  flop: ["flops", 1],
  kflop: ["flops", 1e3],
  mflop: ["flops", 1e6],
  gflop: ["flops", 1e9],
}
const COMPARE: Record<string, (a: number, b: number) => boolean> = {
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
}

function readAmount(sign: string, text: string, { measures }: Facts): Test | string {
  const read = /^([\d.]+(?:e[+-]?\d+)?)\s*([a-zµ]*)$/i.exec(text)
  const unit = read && lower(read[2])
  const known = unit && Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
  if (!read || !known || !Number.isFinite(Number(read[1])))
    return `"${sign}${text}": an amount is a number with ms, KiB or Mflop`
  const [what, factor] = known
  const limit = Number(read[1]) * factor
  return (node) => {
    const value = measures[what](node)
    return value !== undefined && COMPARE[sign](value, limit)
  }
}
