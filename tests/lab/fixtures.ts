/** @file Notebooks with saved outputs, made of payloads; they need no kernel and no trust. */
import {
  bytesToBase64,
  doublesToBase64,
  floatsToBase64,
} from "../../packages/display/src/base64.ts"
import {
  distanceLoss,
  mlpStep,
  TANH_SOURCE,
  tanhLoss,
  transformerStep,
} from "../../packages/display/src/examples/graphs.ts"
import {
  type GradientDoc,
  type GraphDoc,
  HISTOGRAM_BINS,
  type TensorDoc,
  type TrainingDoc,
} from "../../packages/display/src/payload.ts"
import { graphSvg } from "../../packages/display/src/svg/graph.ts"

export { mlpStep, TANH_SOURCE, tanhLoss, transformerStep }

/** The type of a payload's representation in a bundle. */
export const mimeOf = (kind: string) => `application/vnd.defnote.${kind}.v1+json`

/** A cell with its text, its id and one saved bundle. */
export interface SavedCell {
  readonly id: string
  readonly source: string
  readonly data: Record<string, unknown>
}

/** A notebook as nbformat 4.5. */
export function notebook(cells: readonly SavedCell[]): object {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: "defnote", display_name: "defnote (TypeScript)", language: "typescript" },
    },
    cells: cells.map(({ id, source, data }, i) => ({
      cell_type: "code",
      id,
      source,
      metadata: {},
      execution_count: i + 1,
      outputs: [{ output_type: "execute_result", execution_count: i + 1, data, metadata: {} }],
    })),
  }
}

/** The bundle that the kernel sends for a graph. */
export function graphBundle(doc: GraphDoc): Record<string, unknown> {
  return {
    [mimeOf("graph")]: doc,
    "image/svg+xml": graphSvg(doc),
    "text/plain": doc.title ?? "graph",
  }
}

/** The cell of the first page with its graph; the payload points into the cell's text. */
export function tanhCell(id = "cell-3"): SavedCell {
  const doc = tanhLoss()
  const sources = doc.sources.map((source) => ({ ...source, cellId: id }))
  return { id, source: TANH_SOURCE, data: graphBundle({ ...doc, sources }) }
}

/** Numbers between 0 and 1 that are the same in every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Normally distributed numbers. */
function normals(count: number, seed: number): number[] {
  const next = random(seed)
  return Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(next() + 1e-9))
    return radius * Math.cos(2 * Math.PI * next())
  })
}

/** Attention weights of 8 x 4 heads of 14 x 14, causal, with one NaN: facets, a slider, all marks. */
export function attention(): TensorDoc {
  const [batch, heads, n] = [8, 4, 14]
  const draws = normals(batch * heads * n * n, 7)
  const values: number[] = []
  for (let panel = 0; panel < batch * heads; panel++) {
    for (let row = 0; row < n; row++) {
      const scores = Array.from({ length: n }, (_, c) =>
        c <= row ? Math.exp(draws[(panel * n + row) * n + c] * 1.5) : 0,
      )
      const sum = scores.reduce((a, b) => a + b)
      values.push(...scores.map((score) => score / sum))
    }
  }
  values[(2 * n + 5) * n + 3] = Number.NaN
  return tensorDoc("weights", values, [batch, heads, n, n], ["batch", "head", "query", "key"])
}

/** A weight matrix with both signs and one large entry. */
export function weights(): TensorDoc {
  const values = normals(32 * 48, 3).map((v) => v * 0.2)
  values[100] = 9
  return tensorDoc("dense2.w", values, [32, 48], ["in", "out"])
}

function tensorDoc(
  title: string,
  values: readonly number[],
  shape: readonly number[],
  names: readonly string[],
): TensorDoc {
  const finite = values.filter(Number.isFinite)
  const mean = finite.reduce((a, b) => a + b) / finite.length
  const variance = finite.reduce((a, b) => a + (b - mean) ** 2, 0) / finite.length
  const [rows, columns] = shape.slice(-2)
  const bin = (v: number) => Math.floor(Math.log2(Math.abs(v))) + 26
  const count = (sign: number) => {
    const bins = Array.from({ length: HISTOGRAM_BINS }, () => 0)
    for (const v of finite)
      if (Math.sign(v) === sign) bins[Math.max(0, Math.min(HISTOGRAM_BINS - 1, bin(v)))]++
    return bins
  }
  const level = {
    panels: values.length / rows / columns,
    rows,
    columns,
    factor: [1, 1] as const,
    mean: floatsToBase64(values),
    flags: bytesToBase64(Uint8Array.from(values, (v) => (Number.isNaN(v) ? 1 : v === 0 ? 8 : 0))),
  }
  return {
    schema: { kind: "tensor", major: 1, minor: 0 },
    strings: [],
    sources: [],
    locs: [],
    title,
    dtype: "f32",
    shape,
    names,
    device: "cpu",
    bytes: values.length * 4,
    text: `f32[${shape}]`,
    stats: {
      count: values.length,
      zeros: finite.filter((v) => v === 0).length,
      nan: values.filter(Number.isNaN).length,
      posInf: 0,
      negInf: 0,
      min: Math.min(...finite),
      max: Math.max(...finite),
      mean,
      std: Math.sqrt(variance),
    },
    histogram: { first: -26, negative: count(-1), positive: count(1) },
    pyramid: [level],
  }
}

/** Statistics that look like those of a small network: the nodes before `root` have NaN gradients. */
function nanStatistics(graph: GraphDoc, root: number) {
  const next = random(5)
  const cols = ["n", "zeros", "nan", "posInf", "negInf", "min", "max", "rms", "gain"]
  const bins = Array.from({ length: HISTOGRAM_BINS }, (_, i) => `h${i}`)
  const nodes = graph.nodes.op.map((_, node) => node)
  const rows = nodes.flatMap((node) => {
    const backward = graph.nodes.phase[node] === "bwd"
    const n = 24 * 8
    const zeros = next() > 0.6 ? Math.floor(next() * n * 0.5) : 0
    const nan = backward && (graph.nodes.dual?.[node] ?? root) < root ? 24 : 0
    const rms = backward ? 0.015 * (0.5 + next()) : 0.5 + 2 * next()
    const gain = backward ? Number.NaN : 0.3 + 3 * next()
    const middle = Math.log2(rms) + 26
    const counts = bins.map((_, i) =>
      Math.round((n - zeros - nan) * 0.4 * Math.exp(-((i - middle) ** 2) / 4)),
    )
    return [n, zeros, nan, 0, 0, -rms * 3, rms * 3, rms, gain, ...counts]
  })
  return { node: nodes, cols: [...cols, ...bins], data: doublesToBase64(rows) }
}

/** A loss whose gradient is NaN because a square root has no slope at 0. */
export function nanGradient(): GradientDoc {
  const graph = distanceLoss()
  const ops = graph.nodes.op.map((op) => graph.strings[op])
  const root = ops.indexOf("sqrt")
  const reason = "the slope of sqrt at 0 is infinite"
  const stats = nanStatistics(graph, root)
  const forward = stats.node.filter((node) => graph.nodes.phase[node] === "fwd")
  return {
    ...graph,
    schema: { kind: "gradient", major: 1, minor: 0 },
    runs: [
      {
        id: "1",
        device: "cpu",
        stats,
        first: [{ kind: "nan", node: root, reason, chain: [root] }],
      },
    ],
    checks: forward.map((node) => ({
      node,
      kind: "vjp-local",
      verdict: node === root ? "wrong" : "ok",
      rel: node === root ? "Infinity" : 4e-11,
      eps: 1e-5,
    })),
    verdict: {
      ok: false,
      title: "All of ∂w1 and ∂w2 are NaN. It starts at s.sqrt(), backward.",
      text: "The value is fine, the derivative is not: s is 0 in 3 of 24 rows. There where() sends ∂p = 0, and 0 / (2·√0) = 0 / 0 = NaN. The choice hides a bad value, but not a bad slope.",
      fix: "const r = s > 0 ? s.sqrt() : 0",
    },
    harms: [
      {
        label: "NaN",
        node: root,
        measure: "0/0 in 3 of 24 rows, reaches both parameters",
        remedy: "Use ?: instead of where()",
      },
      {
        label: "is zero",
        node: ops.indexOf("relu"),
        measure: "49 % of outputs are 0; no unit is dead",
      },
    ],
  }
}

/** A training run at step 160 of 400 with one broken step. */
export function training(): TrainingDoc {
  const next = random(9)
  const steps = Array.from({ length: 160 }, (_, i) => i + 1)
  const step = doublesToBase64(steps)
  const loss = steps.map(
    (s) => 3.4 * Math.exp(-s / 60) + 0.35 + 0.3 * (next() - 0.5) * Math.exp(-s / 200),
  )
  const names = ["dense1.w", "dense1.b", "dense2.w", "dense2.b"]
  const norm = (i: number) =>
    steps.map((s) => (s === 118 ? Number.NaN : (i % 2 ? 0.12 : 1.2) * (0.6 + 0.8 * next())))
  return {
    schema: { kind: "training", major: 1, minor: 0 },
    strings: [],
    sources: [],
    locs: [],
    title: "epoch 2 of 5",
    state: "running",
    step: 160,
    steps: 400,
    elapsedMs: 304,
    series: [
      { name: "loss", role: "loss", step, value: doublesToBase64(loss) },
      ...names.map((name, i) => ({
        name,
        role: "gradient" as const,
        step,
        value: doublesToBase64(norm(i)),
      })),
      ...names.map((name) => ({
        name,
        role: "update" as const,
        step,
        value: doublesToBase64(steps.map(() => 0.01 + 0.03 * next())),
      })),
    ],
    events: [
      {
        step: 118,
        kind: "nan",
        text: "was skipped: ∂dense1.w was NaN. Origin: the data, 2 infinite values in x.",
      },
    ],
  }
}

/** A cell with a payload and its text. */
export const payloadCell = (id: string, source: string, kind: string, doc: unknown): SavedCell => ({
  id,
  source,
  data: { [mimeOf(kind)]: doc, "text/plain": `${kind} as text` },
})
