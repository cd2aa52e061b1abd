/** @file JSON Schema of every kind of payload, with the caps on size; `schema/*.json` is printed from here. */
import { MAJOR, MIME, MINOR, type PayloadKind } from "../payload.ts"
import type { Schema } from "./validate.ts"

/** Most nodes in one document. */
export const MAX_NODES = 200_000
const MANY = 1_000_000
const TEXT = 200_000

const object = (
  required: Record<string, Schema>,
  optional: Record<string, Schema> = {},
): Schema => ({
  type: "object",
  required: Object.keys(required),
  properties: { ...required, ...optional },
})
const list = (items: Schema, maxItems = MAX_NODES): Schema => ({ type: "array", items, maxItems })
const tuple = (...prefixItems: Schema[]): Schema => ({
  type: "array",
  prefixItems,
  minItems: prefixItems.length,
  maxItems: prefixItems.length,
})
const oneOf = (...values: string[]): Schema => ({ type: "string", enum: values })
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` })

const text: Schema = { type: "string", maxLength: TEXT }
const word: Schema = { type: "string", maxLength: 1000 }
const count: Schema = { type: "integer", minimum: 0 }
const real: Schema = { type: "number" }
/** An index, checked against what it points into by the reader. */
const index: Schema = { type: "integer", minimum: 0 }
/** An index or -1 for none. */
const maybe: Schema = { type: "integer", minimum: -1 }
const float: Schema = { anyOf: [real, oneOf("NaN", "Infinity", "-Infinity", "-0")] }
const base64: Schema = { type: "string", maxLength: 8_000_000 }
const phase = oneOf("fwd", "bwd", "update", "recompute", "jvp")
const dimension: Schema = { anyOf: [count, word] }

const head = (kind: PayloadKind): Record<string, Schema> => ({
  schema: object({
    kind: oneOf(kind),
    major: { type: "integer", minimum: MAJOR, maximum: MAJOR },
    minor: count,
  }),
  strings: list(text),
  sources: list(
    object(
      { hash: word, text: { type: "string", maxLength: 1_000_000 } },
      { cellId: word, path: text, executionCount: count },
    ),
    10_000,
  ),
  locs: list(tuple(index, count, count, maybe), MANY),
})

const node = object(
  {
    op: list(index),
    scope: list(maybe),
    loc: list(maybe),
    phase: list(phase),
    inputs: list(list(index, 10_000)),
    outs: list(
      list(object({ shape: list(dimension, 64), dtype: index }, { names: list(maybe, 64) }), 64),
    ),
  },
  {
    name: list(maybe),
    id: list(count),
    ports: list(list(count, 10_000)),
    dual: list(maybe),
    grad: list(maybe),
    rule: list(maybe),
    attrs: list({ anyOf: [{ type: "null" }, { type: "object" }] }),
    flops: list(real),
    bytesIn: list(real),
    bytesOut: list(real),
  },
)

const nodes = list(index, MAX_NODES)
const cut = object({
  from: index,
  to: index,
  kind: oneOf("stop", "integer", "comparison", "step", "unused", "dead", "zero"),
  reason: text,
})
const finding = object(
  { kind: oneOf("nan", "inf", "zero-grad", "overflow"), node: index, reason: text, chain: nodes },
  { fix: text, pattern: word, expression: text, cuts: list(cut, 10_000) },
)
const trouble = object(
  { kind: oneOf("wrong-rule", "vanishing", "exploding"), node: index, reason: text, chain: nodes },
  { fix: text, pattern: word, expression: text },
)
const stats = object({ node: nodes, cols: list(word, 200), data: base64 })
const run = object(
  { id: word, device: word },
  {
    step: count,
    kernelNs: list(list(real)),
    stats,
    values: list(object({ node: index, data: base64 })),
    first: list(finding, 1000),
    trouble: list(trouble, 1000),
  },
)
const pass = object(
  {
    name: word,
    ms: real,
    added: nodes,
    removed: nodes,
    from: list(tuple(index, nodes)),
    matches: list(object({ rule: word, out: nodes, in: nodes })),
  },
  { outputs: nodes, passing: nodes },
)

const DEFS: Record<string, Schema> = { node, run, pass }

const body = {
  required: {
    scopes: list(
      object(
        {
          name: index,
          parent: maybe,
          kind: oneOf("fn", "named", "loop", "cond", "layer"),
          loc: maybe,
        },
        { repeatOf: maybe, turns: count },
      ),
      50_000,
    ),
    nodes: ref("node"),
    residuals: list(
      object(
        {
          node: index,
          port: count,
          users: nodes,
          bytes: { type: "number", minimum: 0 },
          policy: oneOf("saved", "recomputed"),
        },
        { turns: count },
      ),
    ),
    rules: list(object({ id: word, latex: text, text }, { input: count }), 10_000),
  } as Record<string, Schema>,
  optional: {
    title: text,
    ops: list(
      object(
        { op: index },
        {
          fold: oneOf("view", "constant"),
          leaf: { type: "boolean" },
          sum: { type: "boolean" },
          text: word,
          code: word,
          role: oneOf("carry", "slice", "loop", "cond", "call"),
        },
      ),
      10_000,
    ),
    outputs: nodes,
    outputPorts: nodes,
    kernels: list(
      object(
        {
          id: word,
          compiler: word,
          nodes,
          why: text,
          source: { type: "string", maxLength: 1_000_000 },
          lineNodes: list(tuple(count, index)),
        },
        {
          whyNotNext: text,
          form: word,
          language: word,
          bytes: real,
          flops: real,
          buffers: list(
            object({
              name: word,
              use: oneOf("read", "write", "scratch"),
              bytes: real,
              node: maybe,
            }),
            10_000,
          ),
        },
      ),
      10_000,
    ),
    runs: list(ref("run"), 1000),
    checks: list(
      object({
        node: index,
        kind: oneOf("vjp-local", "e2e"),
        verdict: oneOf("ok", "kink", "wrong"),
        rel: float,
        eps: real,
      }),
    ),
    passes: list(ref("pass"), 1000),
    memory: list(object({ node: maybe, bytes: real, from: count, to: count }), 100_000),
    view: object(
      {},
      {
        open: list(word),
        selected: word,
        overlay: word,
        saved: { type: "boolean" },
        marks: list(word, 100),
        detail: count,
        tab: word,
      },
    ),
    whole: object({ nodes: count, scopes: count }, { id: word, passes: count }),
    summaries: list(
      object(
        { node: index, scope: count, nodes: count, ops: count, parameters: real },
        { gradients: count },
      ),
    ),
    error: object({ message: text, node: index, loc: maybe }),
  } as Record<string, Schema>,
}

const RULE =
  "A minor version only adds optional fields: a reader accepts every minor of its major, newer and older, and leaves out what it does not know. A newer major has a MIME type of its own."

function payload(
  kind: PayloadKind,
  required: Record<string, Schema>,
  optional: Record<string, Schema> = {},
  defs?: Record<string, Schema>,
): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: MIME[kind],
    title: `defnote ${kind} payload, version ${MAJOR}.${MINOR[kind]}`,
    description: RULE,
    ...object({ ...head(kind), ...required }, optional),
    ...(defs ? { $defs: defs } : {}),
  }
}

const graph = (
  kind: PayloadKind,
  required: Record<string, Schema> = {},
  optional: Record<string, Schema> = {},
): Schema =>
  payload(kind, { ...body.required, ...required }, { ...body.optional, ...optional }, DEFS)

const level = object(
  {
    panels: count,
    rows: count,
    columns: count,
    factor: tuple(count, count),
    mean: base64,
    flags: base64,
  },
  { min: base64, max: base64 },
)
const counts = list(count, 4096)

const jacobian = object(
  { kind: oneOf("diagonal", "contraction", "entries", "unknown") },
  { value: index, spec: word, row: base64, column: base64, data: base64, why: text },
)
const back = object(
  {
    of: index,
    input: count,
    upstream: index,
    output: index,
    jacobian,
    use: count,
    uses: count,
    terms: list(index, 10_000),
    sum: index,
  },
  {
    differences: index,
    kinks: object({ entries: list(count, 1024), left: base64, right: base64 }, { node: count }),
  },
)
const step = object(
  {
    node: index,
    phase,
    label: word,
    text,
    value: index,
    operands: list(index, 10_000),
    names: list(word, 10_000),
  },
  {
    latex: text,
    index: text,
    elementwise: { type: "boolean" },
    entry: word,
    written: text,
    parts: list(count, 8),
    spec: word,
    inside: text,
    turns: list(tuple(count, count), 64),
    back,
  },
)
const labels = list(word, 4096)

/** Samples per second. */
const rate: Schema = { type: "number", minimum: 1, maximum: 384_000 }

/** Pixels of one side of an image. */
const side: Schema = { type: "integer", minimum: 1, maximum: 8192 }

/** One tensor of an output. */
const picture = {
  required: {
    dtype: word,
    bytes: count,
    stats: object({
      count,
      zeros: count,
      nan: count,
      posInf: count,
      negInf: count,
      min: float,
      max: float,
      mean: float,
      std: float,
    }),
    histogram: object({
      first: { type: "integer", minimum: -2000, maximum: 2000 },
      negative: counts,
      positive: counts,
    }),
    pyramid: list(level, 32),
  } as Record<string, Schema>,
  optional: {
    label: word,
    role: oneOf("value", "gradient", "update"),
    values: base64,
    spread: list(count, 64),
    limit: float,
    tiles: object({ id: word }),
  } as Record<string, Schema>,
}

const curves = list(
  object({
    name: word,
    role: oneOf("loss", "metric", "gradient", "update", "rate"),
    step: base64,
    value: base64,
  }),
  1000,
)

/** The schema of each kind. */
export const SCHEMAS: Readonly<Record<PayloadKind, Schema>> = {
  graph: graph("graph"),
  gradient: graph(
    "gradient",
    {},
    {
      verdict: object({ ok: { type: "boolean" }, title: text }, { text, fix: text }),
      harms: list(object({ label: word, node: index, measure: text }, { remedy: text }), 100),
      cost: object({ plainMs: real, lookMs: real }, { compileMs: real, checkMs: real }),
      history: object(
        {
          step: count,
          series: curves,
          events: list(object({ step: count, text }), 10_000),
          every: count,
        },
        { lastGood: count, overhead: real, overheadMs: real, budget: real, compileMs: real },
      ),
    },
  ),
  trace: graph(
    "trace",
    {
      values: list(
        object(
          { node: index, shape: list(count, 64) },
          { data: base64, width: count, summary: text },
        ),
      ),
      steps: list(step, 10_000),
      leaves: list(object({ node: index, name: word, value: index, gradient: maybe }), 1000),
      loss: index,
      cost: object({
        inputs: real,
        outputs: real,
        value: real,
        reverse: real,
        tangent: real,
        counted: { type: "boolean" },
      }),
      tolerance: real,
    },
    {
      eps: base64,
      sweeps: list(
        object({
          node: index,
          entry: count,
          curves: list(object({ dtype: word, error: base64 }), 4),
        }),
        1000,
      ),
      tangents: list(object({ node: index, entry: count, values: list(index) }), 1000),
      exercise: { type: "boolean" },
      task: object({ text }, { hint: text }),
      live: word,
    },
  ),
  profile: graph("profile"),
  tensor: payload(
    "tensor",
    { ...picture.required, shape: list(count, 64), text },
    {
      ...picture.optional,
      title: text,
      names: list({ anyOf: [{ type: "null" }, word] }, 64),
      device: word,
      labels: object({}, { rows: labels, columns: labels }),
      linked: list(object(picture.required, picture.optional), 8),
      ratio: float,
    },
  ),
  image: payload(
    "image",
    {
      dtype: word,
      shape: list(count, 64),
      layout: word,
      range: tuple(float, float),
      count,
      shown: { type: "integer", minimum: 1, maximum: 1000 },
      sheet: object({
        columns: { type: "integer", minimum: 1, maximum: 1000 },
        width: side,
        height: side,
        gap: { type: "integer", minimum: 0, maximum: 100 },
      }),
      text,
    },
    {
      title: text,
      names: list({ anyOf: [{ type: "null" }, word] }, 64),
      fixed: { type: "boolean" },
      captions: list(word, 1000),
      labels: list(word, 1000),
      predictions: list(word, 1000),
    },
  ),
  table: payload(
    "table",
    {
      count,
      hidden: count,
      rows: list(count, 1000),
      columns: list(
        object(
          {
            name: word,
            type: word,
            about: text,
            missing: count,
            values: list({ anyOf: [{ type: "null" }, word] }, 1000),
          },
          { rank: list(count, 1000) },
        ),
        100,
      ),
      text,
    },
    {
      title: text,
      order: object({ column: word, descending: { type: "boolean" } }),
      live: object({ id: word }),
    },
  ),
  audio: payload(
    "audio",
    {
      dtype: word,
      shape: list(count, 2),
      sampleRate: rate,
      samples: { type: "integer", minimum: 1 },
      channels: { type: "integer", minimum: 1, maximum: 2 },
      columns: { type: "integer", minimum: 1, maximum: 4096 },
      low: base64,
      high: base64,
      sound: base64,
      playedRate: rate,
      notes: list(text, 10),
      text,
    },
    { title: text },
  ),
  training: payload(
    "training",
    {
      state: oneOf("running", "done", "stopped", "failed"),
      step: count,
      elapsedMs: real,
      series: curves,
      events: list(
        object({ step: count, kind: word, text }, { inspect: { type: "boolean" } }),
        10_000,
      ),
    },
    {
      title: text,
      reason: text,
      steps: count,
      items: count,
      badSteps: count,
      lastGood: count,
      panel: word,
    },
  ),
}
