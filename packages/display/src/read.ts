/**
 * @file Reads payloads that nobody has checked (D8.4): version, shape, sizes, then every index. What it
 * returns is safe to lay out; it never throws.
 */
import { fromBase64 } from "./base64.ts"
import type {
  AudioDoc,
  Cut,
  GradientDoc,
  GraphLike,
  ImageDoc,
  Pass,
  PayloadHead,
  PayloadKind,
  PayloadOf,
  TableDoc,
  TensorDoc,
  TensorLevel,
  TensorPicture,
  TraceDoc,
  TrainingDoc,
  TrainingSeries,
} from "./payload.ts"
import { MAJOR } from "./payload.ts"
import { traceProblem } from "./read-trace.ts"
import { SCHEMAS } from "./schema/schemas.ts"
import { checkPlain, validate } from "./schema/validate.ts"

/** Either the document, or one sentence that says why it cannot be shown. */
export type ReadResult<K extends PayloadKind> =
  | { readonly doc: PayloadOf[K]; readonly problem?: undefined }
  | { readonly doc?: undefined; readonly problem: string }

/** Deepest nesting of scopes. */
const MAX_DEPTH = 200

/**
 * Reads a payload of one kind: parsed JSON, or its text. Any minor version of ours is accepted; a newer
 * major is refused with its number, so that the view can show the static picture and say so.
 */
export function readPayload<K extends PayloadKind>(kind: K, json: unknown): ReadResult<K> {
  const value = typeof json === "string" ? parse(json) : json
  if (value === undefined) return { problem: `${kind}: the payload is not JSON` }
  const problem =
    checkPlain(value) ??
    versionProblem(value) ??
    validate(value, SCHEMAS[kind]) ??
    contentProblem(kind, value as PayloadHead)
  return problem ? { problem: `${kind}: ${problem}` } : { doc: value as PayloadOf[K] }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function versionProblem(value: unknown): string | undefined {
  const schema = (value as { schema?: { major?: unknown; minor?: unknown } } | null)?.schema
  const major = schema?.major
  if (typeof major !== "number") return "no version; schema.major is required"
  if (major > MAJOR)
    return `made by a newer version (format ${major}.${String(schema?.minor)}); this one reads ${MAJOR}.x`
  if (major < MAJOR) return `made by an old version (format ${major}); this one reads ${MAJOR}.x`
  return undefined
}

function contentProblem(kind: PayloadKind, doc: PayloadHead): string | undefined {
  const head = headProblem(doc)
  if (head) return head
  if (kind === "tensor") return tensorProblem(doc as TensorDoc)
  if (kind === "image") return imageProblem(doc as ImageDoc)
  if (kind === "table") return tableProblem(doc as TableDoc)
  if (kind === "audio") return audioProblem(doc as AudioDoc)
  const { history } = doc as Partial<GradientDoc>
  const curves = kind === "gradient" && history ? seriesProblem(history.series) : undefined
  if (curves) return curves
  if (kind === "training") return seriesProblem((doc as TrainingDoc).series)
  const graph = graphProblem(doc as GraphLike)
  return graph ?? (kind === "trace" ? traceProblem(doc as TraceDoc) : undefined)
}

/** The first index of a list that is not below a bound. */
function outside(
  what: string,
  list: Iterable<number> | undefined,
  bound: number,
): string | undefined {
  if (list)
    for (const i of list) if (i >= bound) return `${what}: index ${i}; must be below ${bound}`
  return undefined
}

function headProblem({ locs, sources }: PayloadHead): string | undefined {
  for (let i = 0; i < locs.length; i++) {
    const [source, start, end, parent] = locs[i]
    if (source >= sources.length)
      return `locs[${i}]: source ${source}; must be below ${sources.length}`
    if (start > end || end > sources[source].text.length)
      return `locs[${i}]: range ${start} to ${end} is not in its source`
    if (parent >= i) return `locs[${i}]: parent ${parent}; must be an earlier loc`
  }
  return undefined
}

function graphProblem(doc: GraphLike): string | undefined {
  return scopeProblem(doc) ?? columnProblem(doc) ?? inputProblem(doc) ?? referenceProblem(doc)
}

function scopeProblem({ scopes, strings, locs }: GraphLike): string | undefined {
  const depth: number[] = []
  for (let i = 0; i < scopes.length; i++) {
    const { name, parent, loc, repeatOf } = scopes[i]
    if (name >= strings.length || loc >= locs.length)
      return `scopes[${i}]: an index is out of range`
    if (parent >= i || (repeatOf ?? -1) >= i) return `scopes[${i}]: must refer to earlier scopes`
    depth.push(parent < 0 ? 1 : depth[parent] + 1)
    if (depth[i] > MAX_DEPTH) return `scopes[${i}]: nested deeper than ${MAX_DEPTH}`
  }
  return undefined
}

function columnProblem({ nodes, strings, scopes, locs, rules }: GraphLike): string | undefined {
  const count = nodes.op.length
  for (const [name, column] of Object.entries(nodes)) {
    if (Array.isArray(column) && column.length !== count)
      return `nodes.${name}: ${column.length} entries; there are ${count} nodes`
  }
  return (
    outside("nodes.op", nodes.op, strings.length) ??
    outside("nodes.name", nodes.name, strings.length) ??
    outside("nodes.scope", nodes.scope, scopes.length) ??
    outside("nodes.loc", nodes.loc, locs.length) ??
    outside("nodes.dual", nodes.dual, count) ??
    outside("nodes.grad", nodes.grad, count) ??
    outside("nodes.rule", nodes.rule, rules.length)
  )
}

function inputProblem({ nodes, strings }: GraphLike): string | undefined {
  for (let n = 0; n < nodes.op.length; n++) {
    for (const i of nodes.inputs[n])
      if (i >= n) return `nodes.inputs[${n}]: ${i}; an input must be an earlier node`
    for (const { dtype, names } of nodes.outs[n]) {
      const problem = outside(`nodes.outs[${n}]`, [dtype, ...(names ?? [])], strings.length)
      if (problem) return problem
    }
  }
  return undefined
}

const cutsOf = (doc: GraphLike): readonly Cut[] =>
  doc.runs?.flatMap((r) => r.first?.flatMap((f) => f.cuts ?? []) ?? []) ?? []

function referenceProblem(doc: GraphLike): string | undefined {
  const count = doc.nodes.op.length
  const runs = doc.runs ?? []
  const lists: [string, Iterable<number> | undefined][] = [
    ["outputs", doc.outputs],
    ["residuals", doc.residuals.flatMap((r) => [r.node, ...r.users])],
    ["kernels", doc.kernels?.flatMap((k) => [...k.nodes, ...k.lineNodes.map(([, n]) => n)])],
    ["kernels.buffers", doc.kernels?.flatMap((k) => k.buffers?.map((b) => b.node) ?? [])],
    ["memory", doc.memory?.map((v) => v.node)],
    ["passes", doc.passes?.flatMap(passNodes)],
    ["checks", doc.checks?.map((c) => c.node)],
    ["runs.stats", runs.flatMap((r) => [...(r.stats?.node ?? [])])],
    ["runs.first", runs.flatMap((r) => r.first?.flatMap((f) => [f.node, ...f.chain]) ?? [])],
    ["runs.trouble", runs.flatMap((r) => r.trouble?.flatMap((f) => [f.node, ...f.chain]) ?? [])],
    ["runs.first.cuts", cutsOf(doc).flatMap((cut) => [cut.from, cut.to])],
    ["runs.values", runs.flatMap((r) => r.values?.map((v) => v.node) ?? [])],
    ["summaries", doc.summaries?.map((s) => s.node)],
    ["error", doc.error ? [doc.error.node] : undefined],
    ["harms", (doc as { harms?: { node: number }[] }).harms?.map((h) => h.node)],
  ]
  for (const [what, list] of lists) {
    const problem = outside(what, list, count)
    if (problem) return problem
  }
  const ops = outside(
    "ops",
    doc.ops?.map((info) => info.op),
    doc.strings.length,
  )
  return ops ?? runs.map(({ stats }) => stats && statsProblem(stats)).find((p) => p)
}

function passNodes({ added, removed, from, matches, outputs = [], passing = [] }: Pass): number[] {
  return [
    ...added,
    ...removed,
    ...from.flatMap(([n, olds]) => [n, ...olds]),
    ...matches.flatMap((m) => [...m.out, ...m.in]),
    ...outputs,
    ...passing,
  ]
}

function statsProblem({
  node,
  cols,
  data,
}: {
  node: readonly number[]
  cols: readonly string[]
  data: string
}): string | undefined {
  const length = fromBase64(data)?.length
  const wanted = node.length * cols.length * 8
  return length === wanted
    ? undefined
    : `runs.stats.data: ${length ?? "no"} bytes; ${node.length} x ${cols.length} f64 are ${wanted}`
}

function tensorProblem({ shape, names, linked, ...doc }: TensorDoc): string | undefined {
  if (names && names.length !== shape.length)
    return `names: ${names.length}; the tensor has ${shape.length} axes`
  const own = pictureProblem(doc, shape)
  if (own) return own
  for (const [k, part] of (linked ?? []).entries()) {
    const problem = pictureProblem(part, shape)
    if (problem) return `linked[${k}].${problem}`
  }
  return undefined
}

function pictureProblem(
  { pyramid, values }: TensorPicture,
  shape: readonly number[],
): string | undefined {
  for (const [i, level] of pyramid.entries()) {
    const problem = levelProblem(level, shape.at(-2) ?? 1, shape.at(-1) ?? 1)
    if (problem) return `pyramid[${i}].${problem}`
  }
  const size = shape.reduce((a, b) => a * b, 1)
  const length = values === undefined ? size * 8 : fromBase64(values)?.length
  return length === size * 8
    ? undefined
    : `values: ${length ?? "no"} bytes; ${size} f64 are ${size * 8}`
}

/** Why a level does not fit rows x columns of elements, in its counts or in its columns; undefined when it does. */
export function levelProblem(
  level: TensorLevel,
  rows: number,
  columns: number,
): string | undefined {
  const [down, across] = level.factor
  const fits =
    level.rows === Math.ceil(rows / down) && level.columns === Math.ceil(columns / across)
  if (!fits)
    return `factor: ${level.rows} x ${level.columns} blocks of ${down} x ${across}; the tensor has ${rows} x ${columns} elements`
  const cells = level.panels * level.rows * level.columns
  const data: [string, string | undefined, number][] = [
    ["mean", level.mean, 4],
    ["min", level.min, 4],
    ["max", level.max, 4],
    ["flags", level.flags, 1],
  ]
  for (const [name, column, width] of data) {
    const length = column === undefined ? cells * width : fromBase64(column)?.length
    if (length !== cells * width)
      return `${name}: ${length ?? "no"} bytes; ${cells} cells are ${cells * width}`
  }
  return undefined
}

function audioProblem({ low, high, sound, channels, columns }: AudioDoc): string | undefined {
  for (const [name, column] of Object.entries({ low, high })) {
    const length = fromBase64(column)?.length
    if (length !== channels * columns * 4)
      return `${name}: ${length ?? "no"} bytes; ${channels} x ${columns} f32 are ${channels * columns * 4}`
  }
  const length = fromBase64(sound)?.length
  return length && length % (2 * channels) === 0
    ? undefined
    : `sound: ${length ?? "no"} bytes; samples of ${channels} channels have ${2 * channels}`
}

function tableProblem({ rows, columns }: TableDoc): string | undefined {
  for (const [k, { values, rank }] of columns.entries()) {
    if (values.length !== rows.length)
      return `columns[${k}].values: ${values.length}; ${rows.length} rows are stored`
    if (rank && (rank.length !== rows.length || rank.some((place) => place >= rows.length)))
      return `columns[${k}].rank: no order of ${rows.length} rows`
  }
  return undefined
}

/** Most pixels of the picture of a batch. */
const PIXELS = 4_000_000

function imageProblem({ shown, sheet, ...doc }: ImageDoc): string | undefined {
  const { columns, width, height, gap } = sheet
  const pixels = columns * (width + gap) * Math.ceil(shown / columns) * (height + gap)
  if (pixels > PIXELS) return `sheet: ${pixels} pixels; at most ${PIXELS}`
  for (const column of ["captions", "labels", "predictions"] as const) {
    const length = doc[column]?.length ?? shown
    if (length !== shown) return `${column}: ${length}; ${shown} images are shown`
  }
  return undefined
}

function seriesProblem(series: readonly TrainingSeries[]): string | undefined {
  for (const { name, step, value } of series) {
    const [a, b] = [fromBase64(step)?.length, fromBase64(value)?.length]
    if (a === undefined || a !== b || a % 8 !== 0)
      return `series ${name}: steps and values differ in length`
  }
  return undefined
}
