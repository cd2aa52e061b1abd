/** @file Graphs as text, and the compiler that only shows the graph: for teaching and tests (D6.5). */
import type { Compiler, Executable } from "./compiler.ts"
import { CompileError } from "./errors.ts"
import { type Graph, isGraph, postorder } from "./graph.ts"
import { isConstant, isElement, isParam } from "./ops/source.ts"
import { optimize } from "./passes.ts"
import { formatNumber } from "./print.ts"
import { formatType } from "./shape.ts"
import type { Tensor } from "./tensor.ts"

const isShown = (key: string, v: unknown): boolean => key !== "serial" && v !== undefined
function attribute(key: string, v: unknown): string {
  if (isGraph(v)) return `${key}: (${v.inputs.length} in, ${v.outputs.length} out)`
  return `${key}: ${typeof v === "bigint" ? `${v}n` : JSON.stringify(v)}`
}
function attributes(n: Tensor): string {
  const shown = Object.entries(n.attrs).filter(([k, v]) => isShown(k, v))
  return shown.length ? ` {${shown.map(([k, v]) => attribute(k, v)).join(", ")}}` : ""
}

/**
 * One line per node: `%3: f32[2] = multiply(%1, 2)`; graphs of control flow are indented below their node. Numbers of
 * nodes count from 0 in each listing.
 */
export function graphText(graph: Graph, indent = ""): string {
  const names = new Map<Tensor, string>()
  const lines: string[] = []
  const name = (n: Tensor): string => {
    if (isParam(n)) return `p${n.attrs.index}`
    if (isConstant(n) && n.rank === 0) return formatNumber(n.dtype, n.attrs.value as number)
    return names.get(n) ?? `%${n.id}`
  }
  const roots = [...graph.effects, ...graph.outputs]
  for (const n of postorder(roots)) {
    if (isParam(n) || (isConstant(n) && n.rank === 0)) continue
    names.set(n, isElement(n) ? `${name(n.inputs[0])}.${n.attrs.i}` : `%${names.size}`)
    if (isElement(n)) continue
    lines.push(
      `${indent}${name(n)}: ${n.types.map(formatType).join(", ")} = ${n.op.name}(${n.inputs.map(name).join(", ")})${attributes(n)}`,
    )
    for (const [key, v] of Object.entries(n.attrs)) {
      if (isGraph(v)) lines.push(`${indent}  ${key}:`, graphText(v, `${indent}    `))
    }
  }
  const inputs = graph.inputs.map((p) => `${name(p)}: ${formatType(p.type)}`)
  return [
    `${indent}(${inputs.join(", ")}) =>`,
    ...lines,
    `${indent}return ${graph.outputs.map(name).join(", ")}`,
  ].join("\n")
}

/** Runs nothing: `f.using("debug").kernels(x)` shows the graph as text. */
export const debug: Compiler = {
  name: "debug",
  devices: ["cpu"],
  available: () => true,
  compile(given, options): Executable {
    const { graph, steps } = optimize(given, options)
    const nodes = postorder([...given.effects, ...given.outputs])
    const source = graphText(graph)
    return {
      run() {
        throw new CompileError(
          "debug: this compiler runs nothing; read .graph(...) or .kernels(...), or use another compiler",
        )
      },
      kernels: [
        {
          id: "graph",
          form: "graph",
          nodes,
          why: "the whole program, after the passes",
          language: "text",
          source,
          lineNodes: [],
          bytes: 0,
          flops: 0,
          buffers: [],
        },
      ],
      memory: { peakBytes: 0, values: [] },
      steps,
      dispose() {},
    }
  },
}
