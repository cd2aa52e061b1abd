import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { bytesToBase64, doublesToBase64, floatsToBase64 } from "./base64.ts"
import * as graphs from "./examples/graphs.ts"
import { MINOR, type PayloadKind, type TensorDoc, versionOf } from "./payload.ts"
import { readPayload } from "./read.ts"
import { SCHEMAS } from "./schema/schemas.ts"

const copy = <T>(value: T): { -readonly [K in keyof T]: T[K] } => JSON.parse(JSON.stringify(value))
// biome-ignore lint/suspicious/noExplicitAny: tests break payloads in ways that the types forbid
type Broken = any

const head = (kind: PayloadKind) => ({
  schema: versionOf(kind),
  strings: [],
  sources: [],
  locs: [],
})
const TENSOR = {
  ...head("tensor"),
  dtype: "f32",
  shape: [2, 2],
  bytes: 16,
  text: "f32[2, 2]",
  stats: { count: 4, zeros: 1, nan: 1, posInf: 0, negInf: 0, min: -1, max: 2, mean: "NaN", std: 1 },
  histogram: { first: 0, negative: [1, 0], positive: [0, 1] },
  pyramid: [
    {
      panels: 1,
      rows: 2,
      columns: 2,
      factor: [1, 1],
      mean: floatsToBase64([0, -1, 2, Number.NaN]),
      flags: bytesToBase64(Uint8Array.of(8, 0, 0, 1)),
    },
  ],
  values: doublesToBase64([0, -1, 2, Number.NaN]),
} as unknown as TensorDoc

describe("payload schemas (D8.3)", () => {
  it.each(Object.keys(SCHEMAS) as PayloadKind[])(
    "schema/%s.v1.json is what the reader checks",
    (kind) => {
      const file = new URL(`../schema/${kind}.v1.json`, import.meta.url)
      const printed = `${JSON.stringify(SCHEMAS[kind], null, 2)}\n`
      if (process.env.UPDATE) writeFileSync(file, printed)
      expect(existsSync(file) && readFileSync(file, "utf8")).toBe(printed)
    },
  )
})

/** Payloads as they were stored before fields were added; of the training run the first steps. */
const recorded = (kind: PayloadKind) =>
  JSON.parse(readFileSync(new URL(`../test/minor-0/${kind}.json`, import.meta.url), "utf8"))

describe("versions (D8.3)", () => {
  const kinds = Object.keys(SCHEMAS) as PayloadKind[]

  it.each(kinds)("%s: one that was stored at minor 0 is read", (kind) => {
    const doc = recorded(kind)
    expect(doc.schema).toEqual({ kind, major: 1, minor: 0 })
    expect(readPayload(kind, doc).problem).toBeUndefined()
  })

  it.each(kinds)("%s: a newer minor is read, what it adds is left alone", (kind) => {
    const doc = recorded(kind)
    doc.schema.minor = MINOR[kind] + 1
    doc.later = { a: [1] }
    if (doc.nodes) doc.nodes.later = doc.nodes.op.map(String)
    const read = readPayload(kind, doc)
    expect(read.problem).toBeUndefined()
    expect(read.doc).toEqual(doc)
  })

  it.each(kinds)("%s: a newer major is named, whatever else is in it", (kind) => {
    const doc = { schema: { kind, major: 2, minor: 4 }, other: 1 }
    expect(readPayload(kind, doc).problem).toBe(
      `${kind}: made by a newer version (format 2.4); this one reads 1.x`,
    )
  })

  it("what is written has the minor of its kind, which the schema names", () => {
    expect(graphs.tanhLoss().schema).toEqual({ kind: "graph", major: 1, minor: MINOR.graph })
    for (const kind of kinds) expect(SCHEMAS[kind].title).toContain(`version 1.${MINOR[kind]}`)
  })
})

describe("images", () => {
  it("have a picture of bounded size, and one caption each", () => {
    const image = recorded("image")
    const spoilt = (change: object) => readPayload("image", { ...image, ...change }).problem
    const sheet = { ...image.sheet, width: 8000, height: 8000 }
    expect(spoilt({ sheet })).toMatch(/^image: sheet: \d+ pixels; at most/)
    expect(spoilt({ predictions: ["a"] })).toBe("image: predictions: 1; 3 images are shown")
    expect(spoilt({ shown: 0 })).toMatch(/^image: .*shown/)
  })
})

describe("tables", () => {
  it("have as many values and places in each column as rows are stored", () => {
    const table = recorded("table")
    const [first, second] = table.columns
    const spoilt = (column: object) =>
      readPayload("table", { ...table, columns: [first, { ...second, ...column }] }).problem
    expect(spoilt({})).toBeUndefined()
    expect(spoilt({ values: ["a"] })).toBe("table: columns[1].values: 1; 2 rows are stored")
    expect(spoilt({ rank: [0, 2] })).toBe("table: columns[1].rank: no order of 2 rows")
  })
})

describe("sounds", () => {
  it("have the columns and samples that they name", () => {
    const audio = recorded("audio")
    const spoilt = (change: object) => readPayload("audio", { ...audio, ...change }).problem
    expect(spoilt({ columns: 5 })).toBe("audio: low: 16 bytes; 1 x 5 f32 are 20")
    expect(spoilt({ sound: "AAAA" })).toBe("audio: sound: 3 bytes; samples of 1 channels have 2")
    expect(spoilt({ sound: "" })).toMatch(/^audio: sound/)
    expect(spoilt({ playedRate: 0 })).toMatch(/^audio: .*playedRate/)
  })
})

describe("readPayload", () => {
  it("accepts every example graph, as JSON and as text", () => {
    const {
      tanhLoss,
      mlpStep,
      transformerStep,
      distanceLoss,
      loopAndCondition,
      secondOrder,
      empty,
      identity,
    } = graphs
    for (const make of [
      tanhLoss,
      mlpStep,
      transformerStep,
      distanceLoss,
      loopAndCondition,
      secondOrder,
      empty,
      identity,
    ]) {
      expect(readPayload("graph", make()).problem).toBeUndefined()
      expect(readPayload("graph", JSON.stringify(make())).problem).toBeUndefined()
    }
  })

  it("accepts a tensor, a gradient, a profile and a training payload", () => {
    const graph = graphs.tanhLoss()
    const as = (kind: PayloadKind, more: object = {}) => ({
      ...graph,
      schema: versionOf(kind),
      ...more,
    })
    expect(readPayload("tensor", TENSOR).problem).toBeUndefined()
    expect(
      readPayload("gradient", as("gradient", { verdict: { ok: true, title: "fine" } })).problem,
    ).toBeUndefined()
    expect(readPayload("profile", as("profile")).problem).toBeUndefined()
    const series = [
      { name: "loss", role: "loss", step: doublesToBase64([1]), value: doublesToBase64([2]) },
    ]
    const training = {
      ...head("training"),
      state: "running",
      step: 1,
      elapsedMs: 3,
      series,
      events: [],
    }
    expect(readPayload("training", training).problem).toBeUndefined()
    expect(
      readPayload("training", {
        ...training,
        series: [{ ...series[0], value: doublesToBase64([1, 2]) }],
      }).problem,
    ).toContain("loss")
  })

  it("names the version of an older major, and asks for one where there is none (D8.3)", () => {
    const old = { ...graphs.tanhLoss(), schema: { kind: "graph", major: 0, minor: 3 } }
    expect(readPayload("graph", old).problem).toBe(
      "graph: made by an old version (format 0); this one reads 1.x",
    )
    const none = { ...graphs.tanhLoss(), schema: { kind: "graph" } }
    expect(readPayload("graph", none).problem).toContain("schema.major is required")
  })

  const BROKEN: [string, (doc: Broken) => void, string][] = [
    [
      "an input that is not earlier",
      (d) => {
        d.nodes.inputs[6][0] = 9
      },
      "earlier node",
    ],
    [
      "a negative input",
      (d) => {
        d.nodes.inputs[6][0] = -1
      },
      "must be 0",
    ],
    [
      "a column of another length",
      (d) => {
        d.nodes.loc.pop()
      },
      "nodes.loc",
    ],
    [
      "an op without a string",
      (d) => {
        d.nodes.op[2] = 999
      },
      "nodes.op",
    ],
    [
      "a dual out of range",
      (d) => {
        d.nodes.dual[2] = 999
      },
      "nodes.dual",
    ],
    [
      "a gradient out of range",
      (d) => {
        d.nodes.grad[2] = 999
      },
      "nodes.grad",
    ],
    [
      "a rule out of range",
      (d) => {
        d.nodes.rule[2] = 999
      },
      "nodes.rule",
    ],
    [
      "a scope that is its own parent",
      (d) => {
        d.scopes.push({ name: 0, parent: 0, kind: "fn", loc: -1 })
      },
      "earlier scopes",
    ],
    [
      "an unknown phase",
      (d) => {
        d.nodes.phase[0] = "sideways"
      },
      "sideways",
    ],
    [
      "a range outside its source",
      (d) => {
        d.locs[0][2] = 1e6
      },
      "not in its source",
    ],
    [
      "an output out of range",
      (d) => {
        d.outputs = [1e5]
      },
      "outputs",
    ],
    [
      "a residual out of range",
      (d) => {
        d.residuals[0].users = [1e5]
      },
      "residuals",
    ],
    [
      "a dtype without a string",
      (d) => {
        d.nodes.outs[0][0].dtype = 999
      },
      "nodes.outs[0]",
    ],
    [
      "a fractional size",
      (d) => {
        d.nodes.outs[0][0].shape = [1.5]
      },
      "shape",
    ],
    [
      "statistics of the wrong length",
      (d) => {
        d.runs = [{ id: "r", device: "cpu", stats: { node: [0], cols: ["n"], data: "" } }]
      },
      "stats",
    ],
    [
      "trouble at a node that is not there",
      (d) => {
        const trouble = [{ kind: "vanishing", node: 999_999, reason: "", chain: [] }]
        d.runs = [{ id: "r", device: "cpu", trouble }]
      },
      "runs.trouble",
    ],
    [
      "no nodes",
      (d) => {
        delete d.nodes
      },
      "nodes",
    ],
    [
      "another kind",
      (d) => {
        d.schema.kind = "tensor"
      },
      "kind",
    ],
    [
      "no version",
      (d) => {
        delete d.schema
      },
      "version",
    ],
    [
      "too deep attributes",
      (d) => {
        let at = (d.nodes.attrs[0] = {}) as Broken
        for (let i = 0; i < 99; i++) at = at.x = {}
      },
      "deeper",
    ],
  ]
  it.each(BROKEN)("refuses %s", (_, spoil, words) => {
    const doc = copy(graphs.tanhLoss())
    spoil(doc)
    expect(readPayload("graph", doc).problem).toContain(words)
  })

  it("refuses __proto__ wherever it hides", () => {
    const text = JSON.stringify(graphs.tanhLoss()).replace(
      '"value":',
      '"__proto__":{"x":1},"value":',
    )
    expect(text).toContain("__proto__")
    expect(readPayload("graph", text).problem).toContain("__proto__")
  })

  it("refuses what is not JSON, or no object", () => {
    for (const value of ["{", "null", null, 3, [], undefined])
      expect(readPayload("graph", value).problem).toBeTruthy()
  })

  it("refuses tensors whose columns are too short", () => {
    const doc = copy(TENSOR) as Broken
    doc.pyramid[0].rows = 100_000
    expect(readPayload("tensor", doc).problem).toContain("pyramid[0].factor: 100000 x 2 blocks")
    doc.pyramid[0].rows = 2
    doc.pyramid[0].panels = 100_000
    expect(readPayload("tensor", doc).problem).toContain("pyramid[0].mean")
    expect(readPayload("tensor", { ...TENSOR, values: "AAAA" }).problem).toContain("values")
    expect(readPayload("tensor", { ...TENSOR, names: ["a"] }).problem).toContain("names")
  })
})
