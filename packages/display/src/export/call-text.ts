/** @file The template of an op's call, filled with names, attributes and shapes. Knows no op. */
import type { GraphLike } from "../payload.ts"

/** What a template may ask of a node. */
export interface CallFacts {
  readonly inputs: readonly string[]
  readonly attrs: Readonly<Record<string, unknown>>
  readonly dtype: string
  readonly shape: readonly (number | string)[]
  readonly names: readonly (string | null)[]
  /** Shape of the first input; empty without one. */
  readonly from: readonly (number | string)[]
}

/** Facts of one node. */
export function factsOf(doc: GraphLike, node: number, inputs: readonly string[]): CallFacts {
  const out = doc.nodes.outs[node][0]
  const first = doc.nodes.inputs[node][0]
  const from =
    first === undefined ? undefined : doc.nodes.outs[first][doc.nodes.ports?.[node][0] ?? 0]
  const shape = out?.shape ?? []
  return {
    inputs,
    attrs: (doc.nodes.attrs?.[node] ?? {}) as Record<string, unknown>,
    dtype: doc.strings[out?.dtype] ?? "",
    shape,
    names: shape.map((_, i) => doc.strings[out?.names?.[i] ?? -1] ?? null),
    from: from?.shape ?? [],
  }
}

/** Fills a template; undefined when it asks for something that the document does not have. */
export function callText(template: string, facts: CallFacts): string | undefined {
  let known = true
  const text = template.replace(/\{(\w+)(?:\|(\w+))?\}/g, (_, slot: string, fill?: string) => {
    const value = slotText(slot, fill, facts)
    if (value === undefined) known = false
    return value ?? ""
  })
  return known ? text : undefined
}

function slotText(slot: string, fill: string | undefined, facts: CallFacts): string | undefined {
  const { inputs, attrs, dtype, shape, names, from } = facts
  if (/^\d+$/.test(slot)) return inputs[Number(slot)]
  switch (slot) {
    case "all":
      return inputs.join(", ")
    case "shape":
      return JSON.stringify(shape)
    case "names":
      return JSON.stringify(names)
    case "dtype":
      return JSON.stringify(dtype)
    case "ones":
      return JSON.stringify(withOnes(facts))
    case "permutation":
      return JSON.stringify(permutation(attrs.order, from.length))
    case "attrs":
      return objectText(attrs)
  }
  if (!Object.hasOwn(attrs, slot)) return undefined
  return fill === undefined ? valueText(attrs[slot], dtype) : filledText(attrs[slot], fill, from)
}

/** A leading axis that is kept, then an axis of size 1 for each new one, then the last axes. */
function withOnes({ attrs, shape, from }: CallFacts): (number | string)[] {
  const lead = from.length - Number(attrs.last)
  const ones = Array.from({ length: shape.length - from.length }, () => 1)
  return [...from.slice(0, lead), ...ones, ...from.slice(lead)]
}

/** An order of the last axes, counted from the end, as an order of all. */
function permutation(order: unknown, rank: number): number[] {
  const last = (Array.isArray(order) ? order : []) as number[]
  const lead = Array.from({ length: rank - last.length }, (_, i) => i)
  return [...lead, ...last.map((axis) => axis + rank)]
}

function filledText(value: unknown, fill: string, from: readonly (number | string)[]): string {
  const last = (Array.isArray(value) ? value : []) as number[]
  const missing = from.slice(0, from.length - last.length)
  return JSON.stringify([
    ...missing.map((size) => (fill === "size" ? size : Number(fill))),
    ...last,
  ])
}

const objectText = (attrs: Readonly<Record<string, unknown>>): string =>
  `{ ${Object.entries(attrs)
    .map(([name, value]) => `${name}: ${valueText(value, "")}`)
    .join(", ")} }`

/** A float that JSON cannot say stands in the document as text; wide integers do, too. */
function valueText(value: unknown, dtype: string): string {
  if (value === "-0") return "-0"
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return value
  if (typeof value === "string" && /^[iu]64$/.test(dtype) && /^-?\d+$/.test(value))
    return `${value}n`
  if (typeof value === "number" && /^[iu]64$/.test(dtype)) return `${value}n`
  return JSON.stringify(value)
}
