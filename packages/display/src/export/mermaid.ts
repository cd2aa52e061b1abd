/** @file A graph as a Mermaid flowchart, for Markdown that draws it. */
import { LIGHT } from "../paint/theme.ts"
import type { GraphLike } from "../payload.ts"
import { type OutlineNode, type OutlineScope, outlineOf } from "./outline.ts"

/** Mermaid reads HTML in labels: everything that could be such, or could end the label, is written as an entity. */
const quote = (text: string): string =>
  `"${text.replace(/[#&<>"`\\]/g, (c) => `#${c.charCodeAt(0)};`).replace(/\n/g, " ")}"`

const CLASS = { fwd: "fwd", recompute: "fwd", bwd: "bwd", jvp: "bwd", update: "upd" } as const

/** A flowchart from top to bottom with one subgraph for each scope. */
export function graphMermaid(doc: GraphLike): string {
  const { root, edges } = outlineOf(doc)
  const style = (name: "fwd" | "bwd" | "upd") =>
    `  classDef ${name} fill:#fff,stroke:${LIGHT.colours[name]},color:${LIGHT.colours.ink}`
  const lines = [
    "flowchart TD",
    ...scopeLines(root, "  "),
    ...edges.map(([from, to]) => `  ${from} --> ${to}`),
    style("fwd"),
    style("bwd"),
    style("upd"),
  ]
  return `${lines.join("\n")}\n`
}

function scopeLines({ nodes, scopes }: OutlineScope, indent: string): string[] {
  return [
    ...nodes.map((node) => indent + nodeLine(node)),
    ...scopes.flatMap((scope) => [
      `${indent}subgraph ${scope.id} [${quote(scope.name)}]`,
      ...scopeLines(scope, `${indent}  `),
      `${indent}end`,
    ]),
  ]
}

function nodeLine({ id, title, type, phase, leaf }: OutlineNode): string {
  const label = quote([title, type].filter(Boolean).join(" : "))
  return `${id}${leaf ? `([${label}])` : `[${label}]`}:::${CLASS[phase]}`
}
