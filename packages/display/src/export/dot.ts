/** @file A graph as DOT, for Graphviz and whatever reads it. */
import { LIGHT } from "../paint/theme.ts"
import type { GraphLike, Phase } from "../payload.ts"
import { type OutlineNode, type OutlineScope, outlineOf } from "./outline.ts"

const COLOUR: Record<Phase, string> = {
  fwd: LIGHT.colours.fwd,
  recompute: LIGHT.colours.fwd,
  bwd: LIGHT.colours.bwd,
  jvp: LIGHT.colours.bwd,
  update: LIGHT.colours.upd,
}
const quote = (text: string): string =>
  `"${text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`

/** A digraph with one cluster for each scope; forward blue, backward orange, arguments rounded. */
export function graphDot(doc: GraphLike): string {
  const { title, root, edges } = outlineOf(doc)
  const lines = [
    `digraph ${quote(title)} {`,
    '  node [shape=box, fontname="monospace", fontsize=10]',
    ...scopeLines(root, "  "),
    ...edges.map(([from, to]) => `  ${from} -> ${to}`),
    "}",
  ]
  return `${lines.join("\n")}\n`
}

function scopeLines({ nodes, scopes }: OutlineScope, indent: string): string[] {
  return [
    ...nodes.map((node) => indent + nodeLine(node)),
    ...scopes.flatMap((scope) => [
      `${indent}subgraph cluster_${scope.id} {`,
      `${indent}  label=${quote(scope.name)}`,
      ...scopeLines(scope, `${indent}  `),
      `${indent}}`,
    ]),
  ]
}

function nodeLine({ id, title, type, phase, leaf, output }: OutlineNode): string {
  const style = [leaf ? "rounded" : "", output ? "bold" : ""].filter(Boolean).join(",")
  const label = [title, type].filter(Boolean).join("\n")
  const attributes = [`label=${quote(label)}`, `color="${COLOUR[phase]}"`]
  if (style) attributes.push(`style="${style}"`)
  return `${id} [${attributes.join(", ")}]`
}
