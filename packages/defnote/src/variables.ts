/** @file What tensors, and containers of tensors, are to the panel of variables: metadata, distribution, badges. */
import { types } from "node:util"
import { isConcrete, storageOf, Tensor } from "@defnote/core"
import { formatType, loudWords, sparkline, type VariableRow } from "@defnote/display"
import { spreadOf, statsOf, valuesOf } from "@defnote/display/document"
import * as api from "./api.ts"
import { kernelHost } from "./host.ts"

/** Elements up to which the distribution is measured. */
const MEASURED = 4_000_000
/** Objects of a container that are looked at, and how deep. */
const VISITED = 2000
const DEPTH = 6

interface Measure {
  readonly spark?: string
  readonly badges: readonly string[]
}

/** A tensor never changes: it is measured once. */
const measures = new WeakMap<Tensor, Measure>()

/** Groups of our functions, such as `random`: what a cell imports is no data. */
const code: ReadonlySet<unknown> = new Set(Object.values(api))

/**
 * The row of a value, null for what we export, undefined when there is no tensor in it. Nothing of the user runs: proxies and getters are left alone.
 * @param until - nothing is measured anew after this time (`performance.now()`); the next list has it
 */
export function describeVariable(
  value: object,
  until: number,
): Omit<VariableRow, "name"> | null | undefined {
  if (code.has(value)) return null
  if (isOwn(value)) return tensorRow(value, until)
  const found = tensorsIn(value)
  if (!found.length) return undefined
  const badges = summed(found.map((x) => measure(x, until).badges))
  return {
    kind: "tensors",
    type: `${found.length} ${found.length === 1 ? "tensor" : "tensors"} in ${shapeOf(value)}`,
    bytes: found.reduce((sum, x) => sum + (storageOf(x)?.byteLength ?? 0), 0),
    badges,
  }
}

/** `NaN! in 1 of 3`: what is loud about tensors that stand together, and of how many of them. */
function summed(each: readonly (readonly string[])[]): string[] {
  if (each.length === 1) return [...each[0]]
  const counts = new Map<string, number>()
  for (const badges of each)
    for (const word of new Set(badges.map((badge) => badge.replace(/!.*/, "!"))))
      counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].map(([word, count]) => `${word} in ${count} of ${each.length}`)
}

/** By its prototype: asking a foreign object for a property could run code. */
const isOwn = (value: object): value is Tensor =>
  !types.isProxy(value) && Object.getPrototypeOf(value) === Tensor.prototype

function tensorRow(x: Tensor, until: number): Omit<VariableRow, "name"> {
  const type = formatType(x.dtype, x.shape, x.names)
  if (!isConcrete(x)) return { kind: "tensor", type, badges: ["traced"] }
  const bytes = storageOf(x)?.byteLength ?? 0
  return { kind: "tensor", type, device: x.device, bytes, ...measure(x, until) }
}

/** Distribution and badges; none for what is too large, or when the time is up. */
function measure(x: Tensor, until: number): Measure {
  const known = measures.get(x)
  if (known) return known
  if (x.size > MEASURED || performance.now() > until || !storageOf(x)?.readSync)
    return { badges: [] }
  const made = measured(x)
  measures.set(x, made)
  return made
}

function measured(x: Tensor): Measure {
  let values: ArrayLike<number>
  try {
    values = valuesOf(x)
  } catch {
    return { badges: ["disposed"] }
  }
  const stats = statsOf(values)
  const spread = spreadOf(values, stats)
  return { badges: loudWords(stats), ...(spread ? { spark: sparkline(spread) } : {}) }
}

/** Tensors of plain objects, arrays and maps, by data properties alone. */
function tensorsIn(value: object): Tensor[] {
  const found: Tensor[] = []
  const seen = new Set<object>()
  const open: [value: object, depth: number][] = [[value, 0]]
  for (let next = open.pop(); next && seen.size < VISITED; next = open.pop()) {
    const [object, depth] = next
    if (seen.has(object) || types.isProxy(object)) continue
    seen.add(object)
    if (isOwn(object)) found.push(object)
    else if (depth < DEPTH && isContainer(object))
      for (const item of dataOf(object)) open.push([item, depth + 1])
  }
  return found
}

function isContainer(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

/** Objects in data properties, at most as many as are visited. */
function dataOf(container: object): object[] {
  const found: object[] = []
  for (const key of Object.keys(container).slice(0, VISITED)) {
    const held: unknown = Object.getOwnPropertyDescriptor(container, key)?.value
    if (typeof held === "object" && held !== null) found.push(held)
  }
  return found
}

/** `{w, b}`, `Array(3)`. */
function shapeOf(value: object): string {
  if (Array.isArray(value)) return `Array(${value.length})`
  const keys = Object.keys(value)
  return `{${keys.slice(0, 4).join(", ")}${keys.length > 4 ? ", …" : ""}}`
}

kernelHost()?.variables?.describe(describeVariable)
