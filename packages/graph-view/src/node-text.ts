/** @file What a node of a document is called: name, operation, type, expression. Text only. */
import type { GraphLike } from "@defnote/display"
import { formatNumber, formatType, locationText } from "@defnote/display"

/** `h`, or the op's name. */
export function nodeName(doc: GraphLike, node: number): string {
  return doc.strings[doc.nodes.name?.[node] ?? -1] || opName(doc, node)
}

/** Name of the operation of a node. */
export const opName = (doc: GraphLike, node: number): string =>
  doc.strings[doc.nodes.op[node]] ?? "?"

/** Types of all outputs: `f32[batch 8, time 64]`. */
export function nodeType(doc: GraphLike, node: number): string {
  const types = (doc.nodes.outs[node] ?? []).map((out) => {
    const names = out.names?.map((name) => doc.strings[name] ?? null)
    return formatType(doc.strings[out.dtype] ?? "?", out.shape, names)
  })
  return types.join(", ")
}

/** The source text of a node, or "". Offsets outside the stored text give "". */
export function expressionText(doc: GraphLike, node: number): string {
  return locationText(doc, doc.nodes.loc[node])
}

/** One line of an expression, at most `limit` characters. */
export function oneLine(text: string, limit = 72): string {
  const line = text.replace(/\s+/g, " ").trim()
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line
}

/** `axes [0], keepAxes true`: attributes as the user would read them; "" for none. */
export function attributeText(doc: GraphLike, node: number): string {
  const attributes = doc.nodes.attrs?.[node]
  if (!attributes) return ""
  return Object.entries(attributes)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(", ")
}

function valueText(value: unknown): string {
  if (typeof value === "number") return formatNumber(value, 6)
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`
  return typeof value === "string" ? value : JSON.stringify(value)
}

/** The scopes around a node, outermost first. */
export function scopePath(doc: GraphLike, node: number): readonly string[] {
  const path: string[] = []
  for (let s = doc.nodes.scope[node]; s >= 0 && path.length < 64; s = doc.scopes[s].parent) {
    path.unshift(doc.strings[doc.scopes[s].name] ?? "")
  }
  return path
}
