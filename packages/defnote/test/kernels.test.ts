/** @file What the kernels of a function show (K2, K5, D8.1): code, reasons, places, and the text and picture beside. */
import {
  MIME,
  memoryReport,
  type ProfileDoc,
  passReports,
  prepare,
  readPayload,
  savedReport,
  stageOf,
} from "@defnote/display"
import { profile, random, type Tensor, tensor, valueAndGrad } from "defnote"
import { describe, expect, test } from "vitest"
import { cell } from "./cell.ts"

const SOURCE = `const f = defn(({ w, b }, x, y) => {
  const h = (x.matmul(w) + b).tanh()
  return ((h - y) ** 2).mean()
}, { name: "loss" })`
const [kx, ky, kw] = random.split(random.key(0), 3)
const x = random.normal(kx, [32, 4])
const y = random.normal(ky, [32, 2])
const params = { w: random.normal(kw, [4, 2]), b: tensor([0, 0]) }
const { defn } = await import("@defnote/core/public")
type Loss = (p: typeof params, x: Tensor, y: Tensor) => Tensor

function bundle(): { doc: ProfileDoc; svg: string; text: string } {
  const both = valueAndGrad(cell<Loss>(SOURCE, { defn }) as never) as unknown as {
    kernels(...args: unknown[]): Record<symbol, () => Record<string, unknown>>
  }
  const shown = both.kernels(params, x, y)[Symbol.for("Jupyter.display")]()
  return {
    doc: shown[MIME.profile] as ProfileDoc,
    svg: shown["image/svg+xml"] as string,
    text: shown["text/plain"] as string,
  }
}

describe("K5 the profile of a program", () => {
  const { doc, svg, text } = bundle()
  const kernels = doc.kernels ?? []
  const textOf = (node: number): string => {
    const [source, from, to] = doc.locs[doc.nodes.loc[node]]
    return doc.sources[source].text.slice(from, to)
  }
  test("is a payload that the reader accepts", () => {
    expect(readPayload("profile", JSON.parse(JSON.stringify(doc))).problem).toBeUndefined()
  })
  test("the value of valueAndGrad(loss) is called loss", () => {
    const [value, ...gradients] = doc.outputs ?? []
    expect(doc.strings[doc.nodes.name?.[value] ?? -1]).toBe("loss")
    for (const g of gradients) expect(doc.nodes.phase[g]).toBe("bwd")
  })
  test("K2 the product, the bias and the activation are one kernel with the place of each line", () => {
    const first = kernels.find((k) => k.form === "contract")
    expect(first?.nodes.map(textOf)).toEqual(
      expect.arrayContaining(["x.matmul(w)", "x.matmul(w) + b", "(x.matmul(w) + b).tanh()"]),
    )
    const lines = new Map(first?.lineNodes.map(([line, node]) => [node, line]))
    const [product, activation] = ["x.matmul(w)", "(x.matmul(w) + b).tanh()"].map(
      (at) => lines.get([...lines.keys()].find((n) => textOf(n) === at) as number) as number,
    )
    expect(product).toBeLessThan(activation)
  })
  test("K2 buffers name the values that are read and written, with their bytes", () => {
    const buffers = kernels.find((k) => k.form === "contract")?.buffers ?? []
    const named = (use: string) =>
      buffers
        .filter((b) => b.use === use)
        .map((b) => [doc.strings[doc.nodes.name![b.node]], b.bytes])
    expect(named("read")).toEqual([
      ["x", 512],
      ["w", 32],
      ["b", 8],
    ])
    expect(named("write")).toEqual([["h", 256]])
  })
  test("every kernel computes nodes of the graph and says why it is one", () => {
    expect(kernels.length).toBeGreaterThan(3)
    for (const kernel of kernels) {
      expect(kernel.nodes.length).toBeGreaterThan(0)
      expect(kernel.why).not.toBe("")
      expect(kernel.lineNodes.length).toBeGreaterThan(0)
    }
  })
  test("D8.2 the text has the code and what is not stored; the picture has a tag for each kernel", () => {
    expect(text).toMatch(/^valueAndGrad\(loss\)\.kernels: \d+ ops in \d kernels of wasm/)
    expect(text).toContain("not stored: t₁, t₂ (1 KiB less traffic)")
    expect(text).toMatch(/\d {2}h {3,}y2\[/)
    kernels.forEach((_, k) => void expect(svg).toContain(`>K${k + 1}<`))
    expect(svg).not.toMatch(/<style|url\(#|<script|foreignObject/)
    expect(Buffer.byteLength(svg)).toBeLessThan(60_000)
  })
})

describe("D3.9 passes in the profile", () => {
  const text = `const f = defn((x) => {
    const twice = -(-x) * 2
    return (twice.reshape([4]).reshape([2, 2]) * 1 + twice).exp().sum()
  }, { name: "tidy" })`
  const f = cell(text, { defn }) as unknown as {
    kernels(x: Tensor): Record<symbol, () => Record<string, unknown>>
  }
  const shown = f
    .kernels(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    )
    [Symbol.for("Jupyter.display")]()
  const doc = shown[MIME.profile] as ProfileDoc
  const ops = (passes: number): string[] => {
    const stage = stageOf(doc, passes).doc
    return stage.nodes.op.map((op) => stage.strings[op])
  }
  const last = doc.passes?.length ?? 0

  test("the document is valid, with the nodes of every stage", () => {
    expect(readPayload("profile", JSON.parse(JSON.stringify(doc))).problem).toBeUndefined()
    expect(last).toBeGreaterThan(2)
  })
  test("a stage is the program after so many passes", () => {
    expect(ops(0).filter((op) => op === "negate")).toHaveLength(2)
    expect(ops(0).filter((op) => op === "reshape")).toHaveLength(2)
    expect(ops(last).filter((op) => op === "negate" || op === "reshape")).toEqual([])
    expect(ops(last).filter((op) => op === "exp")).toHaveLength(1)
  })
  test("every stage is a document that can be laid out: inputs first, one output", () => {
    for (let passes = 0; passes <= last; passes++) {
      const { doc: stage } = stageOf(doc, passes)
      const json = { ...stage, schema: { ...doc.schema, kind: "profile" } }
      expect(readPayload("profile", JSON.parse(JSON.stringify(json))).problem).toBeUndefined()
      expect(stage.outputs).toHaveLength(1)
    }
  })
  test("a rule is told with the formula before and after it", () => {
    const algebra = passReports(doc).find((pass) => pass.name === "algebra")
    expect(algebra?.matches.map((m) => [m.rule, m.text])).toContainEqual(["--x → x", "−−x → x"])
    expect(shown["text/plain"]).toMatch(/pass algebra: \d rules fired, \d nodes fewer/)
  })
  test("a node that a pass made stands for the expression that it came from", () => {
    const { doc: stage, whole } = stageOf(doc, last)
    const exp = stage.nodes.op.findIndex((op) => stage.strings[op] === "exp")
    const [source, from, to] = stage.locs[stage.nodes.loc[exp]]
    expect(stage.sources[source].text.slice(from, to)).toMatch(/\.exp\(\)$/)
    expect(doc.passes?.some((pass) => pass.added.includes(whole[exp]))).toBe(true)
  })
})

describe("memory and what is saved", () => {
  const text = `const layer = defn((x, w) => x.matmul(w).tanh())
  const f = defn((ws, x) => {
    let h = x
    for (const w of ws) h = layer(h, w)
    return h.sum()
  }, { name: "deep" })`
  const ws = [1, 2, 3].map((seed) => random.normal(random.key(seed), [4, 4]))
  const both = valueAndGrad(cell(text, { defn }) as never) as unknown as {
    kernels(...args: unknown[]): Record<symbol, () => Record<string, unknown>>
  }
  const doc = both.kernels(ws, x)[Symbol.for("Jupyter.display")]()[MIME.profile] as ProfileDoc
  const { model } = prepare(stageOf(doc, 0).doc)

  test("D4.4 at every moment the values alive are those between their making and their last use", () => {
    const memory = memoryReport(model.doc)
    if (!memory) throw new Error("the document says nothing of memory")
    for (let t = 0; t < memory.moments; t++) {
      const there = memory.values.filter((v) => v.from <= t && t <= v.to)
      expect(memory.alive[t]).toBe(there.reduce((sum, v) => sum + v.bytes, 0))
    }
    expect(memory.peak.bytes).toBe(Math.max(...memory.alive))
    const names = model.nodes.map((n) => n.name)
    expect(names).toEqual(expect.arrayContaining(["ws[0]", "ws[1]", "ws[2]", "x"]))
    const hidden = memory.values.find((v) => v.readers.length > 1)
    expect(hidden?.maker).toMatch(/^K\d+$/)
  })
  test("the ledger: one activation a layer, and a checkpoint keeps what comes into it", () => {
    const saved = savedReport(model)
    expect(saved.values.map((v) => v.bytes)).toEqual([512, 512, 512])
    expect(saved.bytes).toBe(1536)
    const layers = saved.scopes.filter((s) => s.name === "layer")
    expect(layers.map((s) => s.operations)).toEqual([2, 2, 2])
    // The first layer's input is an argument; its result is read by the second layer's derivative.
    expect(layers.map((s) => [s.bytes, s.after]).sort()).toEqual([
      [512, 0],
      [512, 512],
      [512, 512],
    ])
    expect(saved.scopes.find((s) => s.name === "deep")).toMatchObject({ bytes: 1536, after: 0 })
  })
})

describe("profile", () => {
  const f = valueAndGrad(cell<Loss>(SOURCE, { defn }) as never) as never as (
    ...x: unknown[]
  ) => unknown
  const shown = profile(f, params, x, y).bundle
  const doc = shown[MIME.profile] as ProfileDoc

  test("K5 measures every kernel several times, and says the median and its share", () => {
    const samples = doc.runs?.[0].kernelNs ?? []
    expect(samples).toHaveLength(doc.kernels?.length as number)
    for (const of of samples) {
      expect(of.length).toBeGreaterThanOrEqual(7)
      expect(of.some((ns) => ns > 0)).toBe(true)
    }
    expect(shown["text/plain"]).toMatch(/time: .+ (ns|µs|ms), (<?\d+) %, p10 .+, p90 /)
    expect(readPayload("profile", JSON.parse(JSON.stringify(doc))).problem).toBeUndefined()
  })
  test("D6.1 a compiler that does not measure says so", () => {
    const g = (f as unknown as { using(c: string): (...x: unknown[]) => unknown }).using(
      "reference",
    )
    expect(() => profile(g, params, x, y)).toThrow(/reference does not measure.*using\("wasm"\)/)
  })
})
