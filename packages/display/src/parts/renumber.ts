/** @file What refers to nodes beside the columns (outputs, runs, checks, kernels), in a document that was renumbered. */
import { decodeFloats, doublesToBase64 } from "../base64.ts"
import type {
  Cut,
  Finding,
  GradientDoc,
  GraphBody,
  GraphLike,
  Kernel,
  Run,
  StatTable,
} from "../payload.ts"
import type { Segment } from "./segments.ts"

/**
 * The parts of a document that name nodes, apart from its columns. What was known of a node that is left out is left
 * out, too, unless it says where something happened: then it names the summary.
 */
export function renumbered(
  doc: GraphLike,
  placeOf: Int32Array,
  items: readonly (number | Segment)[],
): Partial<GraphBody> & object {
  const at = (n: number) => placeOf[n]
  const all = (list: readonly number[]) => [...new Set(list.map(at))]
  const stays = (n: number) => typeof items[placeOf[n]] === "number"
  const { harms } = doc as Partial<GradientDoc>
  const outputs = outputsOf(doc, placeOf)
  return {
    ...doc,
    ...(outputs ?? {}),
    ...(doc.kernels ? { kernels: doc.kernels.map((kernel) => kernelOf(kernel, at, all)) } : {}),
    ...(doc.runs ? { runs: doc.runs.map((run) => runOf(run, at, all, stays)) } : {}),
    ...(doc.checks
      ? { checks: doc.checks.filter((c) => stays(c.node)).map((c) => ({ ...c, node: at(c.node) })) }
      : {}),
    ...(doc.memory
      ? { memory: doc.memory.map((v) => ({ ...v, node: v.node < 0 ? -1 : at(v.node) })) }
      : {}),
    ...(harms ? { harms: harms.map((harm) => ({ ...harm, node: at(harm.node) })) } : {}),
  }
}

/** Several results of one summary are one. */
function outputsOf(
  doc: GraphLike,
  placeOf: Int32Array,
): Pick<GraphBody, "outputs" | "outputPorts"> | undefined {
  if (!doc.outputs) return undefined
  const all = doc.outputs.map((n, i) => ({ node: placeOf[n], port: doc.outputPorts?.[i] ?? 0 }))
  const kept = [...new Map(all.map((o) => [`${o.node} ${o.port}`, o])).values()]
  return {
    outputs: kept.map((o) => o.node),
    ...(doc.outputPorts ? { outputPorts: kept.map((o) => o.port) } : {}),
  }
}

function kernelOf(
  kernel: Kernel,
  at: (n: number) => number,
  all: (list: readonly number[]) => number[],
): Kernel {
  const { buffers } = kernel
  return {
    ...kernel,
    nodes: all(kernel.nodes),
    lineNodes: kernel.lineNodes.map(([line, n]) => [line, at(n)] as const),
    ...(buffers
      ? { buffers: buffers.map((b) => ({ ...b, node: b.node < 0 ? -1 : at(b.node) })) }
      : {}),
  }
}

function runOf(
  run: Run,
  at: (n: number) => number,
  all: (list: readonly number[]) => number[],
  stays: (n: number) => boolean,
): Run {
  const { stats, values, first, trouble } = run
  return {
    ...run,
    ...(stats ? { stats: statsOf(stats, at, stays) } : {}),
    ...(values
      ? { values: values.filter((v) => stays(v.node)).map((v) => ({ ...v, node: at(v.node) })) }
      : {}),
    ...(first ? { first: first.map((f) => findingOf(f, at, all)) } : {}),
    ...(trouble
      ? { trouble: trouble.map((t) => ({ ...t, node: at(t.node), chain: all(t.chain) })) }
      : {}),
  }
}

function statsOf(
  table: StatTable,
  at: (n: number) => number,
  stays: (n: number) => boolean,
): StatTable {
  const width = table.cols.length
  const data = decodeFloats(table.data, 8) ?? new Float64Array(table.node.length * width)
  const rows = table.node.flatMap((n, row) => (stays(n) ? [row] : []))
  const kept = rows.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)])
  return {
    node: rows.map((row) => at(table.node[row])),
    cols: table.cols,
    data: doublesToBase64(kept),
  }
}

function findingOf(
  finding: Finding,
  at: (n: number) => number,
  all: (list: readonly number[]) => number[],
): Finding {
  const cuts = finding.cuts
    ?.map((cut): Cut => ({ ...cut, from: at(cut.from), to: at(cut.to) }))
    .filter((cut) => cut.from !== cut.to || cut.kind === "unused")
  return {
    ...finding,
    node: at(finding.node),
    chain: all(finding.chain),
    ...(cuts ? { cuts } : {}),
  }
}
