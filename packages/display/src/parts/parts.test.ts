import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { doublesToBase64 } from "../base64.ts"
import * as graphs from "../examples/graphs.ts"
import { Tracer } from "../examples/tracer.ts"
import { layoutGraph, prepare } from "../layout/fold.ts"
import { scopesBelow } from "../layout/scopes.ts"
import { Labels } from "../paint/labels.ts"
import { readStats } from "../paint/marks.ts"
import type { GradientDoc, GraphDoc, GraphLike, ProfileDoc } from "../payload.ts"
import { readPayload } from "../read.ts"
import { stageOf } from "../report/stages.ts"
import { limitOf, MOST_STORED, partWith, type Stored, stored } from "./parts.ts"
import { placed } from "./places.ts"

const characters = (doc: object) => JSON.stringify(doc).length

/** Boxes and edges by key, as a person sees them; where something is stored is told beside. */
function pictureOf(doc: GraphLike, open: ReadonlySet<string>) {
  const layout = layoutGraph(doc, { open })
  const labels = new Labels(layout.model, layout.tree)
  const texts = layout.boxes.map((box) => {
    const { title, second } = labels.of(box)
    return `${box.key}: ${title} | ${second.replace(", not stored", "")}`
  })
  const edges = layout.edges.map(
    ({ from, to, kind }) => `${layout.boxes[from].key} ${kind} ${layout.boxes[to].key}`,
  )
  const forward = layout.rows.map((row) => layout.boxes[row.forward]?.key)
  return { texts: texts.sort(), edges: [...new Set(edges)].sort(), forward }
}

const unstored = (doc: GraphLike) =>
  scopesBelow(prepare(doc).tree.root).filter((scope) => scope.unstored !== undefined)

/** Everything open that can be. */
function openKeys(doc: GraphLike): Set<string> {
  const keys = new Set<string>()
  for (const scope of prepare(doc).tree.scopes) {
    if (scope.unstored === undefined) keys.add(scope.key)
    if (scope.run) keys.add(scope.run.key).add(`${scope.run.key}#rest`)
  }
  return keys
}

/** As a kernel would answer with everything: values have no numbers, which would change with what is stored. */
const asPart = <D extends GraphLike>(whole: D): D => ({
  ...whole,
  whole: { nodes: whole.nodes.op.length, scopes: 0 },
})

/** The gradients of parameters that stand in blocks, as a function returns them. */
function blockGradients(blocks: number): GraphDoc {
  const t = new Tracer()
  let h = t.data("x", [4, 8])
  for (let i = 0; i < blocks; i++) {
    const [w, b] = [t.param(`w${i}`, [8, 8]), t.param(`b${i}`, [8])]
    const x = h
    h = t.scope(`block${i}`, () => t.unary("tanh", t.add(t.matmul(x, w), b)))
  }
  const loss = t.named("loss", t.reduce("mean", h))
  return t.doc("gradients", [loss, ...t.backward(loss).values()])
}

/** A part of a graph that had to be cut. */
function cut<D extends GraphLike>(doc: D, limit: number): Required<Stored<D>> {
  const { doc: part, whole } = stored(doc, limit)
  if (!whole) throw new Error(`nothing was left out of ${characters(doc)} characters`)
  return { doc: part, whole }
}

describe("what of a large graph is stored (D8.3)", () => {
  it("a graph that is small enough stays as it is", () => {
    const doc = graphs.transformerStep()
    expect(characters(doc)).toBeLessThan(limitOf(doc))
    expect(stored(doc)).toEqual({ doc })
  })

  it.each([
    ["a transformer of 48 blocks", () => graphs.transformerStep({ layers: 48 })],
    ["a chain without scopes", () => graphs.flatChain(20_500)],
  ])("%s takes at most 1 MB, and as much as fits", (_, make) => {
    const doc = make()
    expect(characters(doc)).toBeGreaterThan(MOST_STORED)
    const { doc: part } = cut(doc, limitOf(doc))
    expect(characters(part)).toBeLessThanOrEqual(MOST_STORED)
    expect(characters(part)).toBeGreaterThan(0.9 * MOST_STORED)
    expect(part.whole?.nodes).toBe(doc.nodes.op.length)
    expect(readPayload("graph", part).problem).toBeUndefined()
  })

  it("a graph may have 100 characters a node, and those of a thousand nodes", () => {
    const small = graphs.tanhLoss()
    expect(limitOf(small)).toBe(100_000)
    expect(limitOf(graphs.flatChain(2_999))).toBe(300_000)
    expect(limitOf({ ...small, schema: { ...small.schema, kind: "gradient" } } as never)).toBe(
      MOST_STORED,
    )
  })

  it.each([
    ["transformer", () => graphs.transformerStep({ layers: 3 }), 60_000],
    ["classifier", () => graphs.mlpStep(), 6_000],
    ["flat", () => graphs.flatChain(500), 20_000],
    ["distance", () => graphs.distanceLoss(), 2_000],
    ["gradients of blocks", () => blockGradients(4), 4_000],
  ])("the picture of the %s is the same while what is left out is closed", (_, make, limit) => {
    const { doc: part, whole } = cut<GraphDoc>(make(), limit)
    expect(unstored(part).length).toBeGreaterThan(0)
    expect(readPayload("graph", part).problem).toBeUndefined()
    expect(pictureOf(part, openKeys(part))).toEqual(pictureOf(asPart(whole), openKeys(part)))
  })

  it("scopes that read each other keep their boxes and edges; a summary stands behind what it reads", () => {
    const { doc: part, whole } = cut<GraphDoc>(graphs.interleavedScopes(), 1)
    expect(readPayload("graph", part).problem).toBeUndefined()
    const [a, b] = [part, asPart(whole)].map((doc) => pictureOf(doc, openKeys(part)))
    expect({ ...a, forward: 0 }).toEqual({ ...b, forward: 0 })
  })

  it("what is not stored stays closed, whatever a saved view says", () => {
    const { doc: part, whole } = cut(graphs.transformerStep({ layers: 3 }), 60_000)
    expect(pictureOf(part, openKeys(whole))).toEqual(pictureOf(part, openKeys(part)))
  })

  it("leaves the deepest out first, and of repeats the later", () => {
    const doc = graphs.transformerStep({ layers: 3 })
    const least = unstored(cut(doc, characters(doc) - 1_000).doc)
    expect(new Set(least.map((s) => s.depth))).toEqual(new Set([3]))
    expect(least.map((s) => s.key)).toContain("block2/mlp/down")
    expect(least.map((s) => s.key).join()).not.toContain("block0")
    const most = unstored(cut(doc, 50_000).doc).map((s) => s.key)
    expect(most).toContain("block2/mlp")
    expect(most).not.toContain("block0")
  })

  it("with a scope more it is the picture of the whole with that scope open, by the same keys", () => {
    const { doc: part, whole } = cut(graphs.transformerStep({ layers: 3 }), 60_000)
    const [scope] = unstored(part)
    const more = partWith(whole, [scope.unstored as number, 1e6], 60_000)
    expect(readPayload("graph", more).problem).toBeUndefined()
    const open = openKeys(part).add(scope.key)
    expect(pictureOf(more, open)).toEqual(pictureOf(whole, open))
    expect(more.whole?.scopes).toBe((part.whole?.scopes as number) - 1)
  })

  it("one that is too large itself comes without what is deepest in it", () => {
    const { doc: part, whole } = cut(graphs.transformerStep({ layers: 4 }), 25_000)
    const scope = unstored(part).find((s) => s.key === "block1")
    const more = partWith(whole, [scope?.unstored as number], 25_000)
    expect(unstored(more).map((s) => s.key)).toContain("block1/mlp")
    expect(characters(more) - characters(part)).toBeLessThan(25_000)
    const inner = unstored(more).find((s) => s.key === "block1/mlp")
    const both = [scope?.unstored, inner?.unstored] as number[]
    const all = partWith(whole, both, 25_000)
    expect(unstored(all).map((s) => s.key)).not.toContain("block1/mlp")
  })

  it("the scopes of a whole keep their numbers", () => {
    const { whole } = cut(graphs.flatChain(500), 20_000)
    expect(placed(whole).doc).toEqual(whole)
  })

  it("what is said of nodes stays or goes with them; findings stay (D8)", () => {
    const troubled = graphs.troubled()
    const runs = troubled.runs?.map((run) => {
      const node = run.first?.[0].node as number
      return { ...run, trouble: [{ kind: "exploding", node, reason: "", chain: [node] }] }
    })
    const doc = { ...troubled, runs, schema: { kind: "gradient", major: 1, minor: 1 } }
    const { doc: part, whole } = cut(doc as unknown as GradientDoc, 5_000)
    expect(readPayload("gradient", part).problem).toBeUndefined()
    const name = (of: GraphLike, n: number) => of.strings[of.nodes.name?.[n] ?? -1]
    expect(name(part, part.runs?.[0].first?.[0].node as number)).toBe("m")
    const trouble = part.runs?.[0].trouble?.[0]
    expect([trouble?.node, ...(trouble?.chain ?? [])].map((n) => name(part, n as number))).toEqual([
      "m",
      "m",
    ])
    expect(unstored(part).map((s) => s.key)).toEqual(["embed", "embed~2"])
    expect(part.checks).toEqual([])
    const stats = part.runs?.[0].stats
    if (!stats) throw new Error("no statistics")
    const at = stats.node.findIndex((n) => name(part, n) === "p")
    expect(readStats(stats)(at, "n")).toBe(24)
    const back = partWith(
      whole,
      unstored(part).map((s) => s.unstored as number),
      5_000,
    )
    expect(name(back, back.checks?.[0].node as number)).toBe("hₐ")
    expect(back.runs?.[0].stats?.data).toBe(doublesToBase64([24, 0, 24, 3]))
  })

  it("a compiled program is stored as it was traced, when its passes are too much (K5)", () => {
    const file = new URL("../../test/minor-0/profile.json", import.meta.url)
    const doc = JSON.parse(readFileSync(file, "utf8")) as ProfileDoc
    const traced = stageOf(doc, 0)
    const { doc: part, whole } = stored(doc, characters(traced.doc) + 60)
    expect(whole).toBeUndefined()
    expect(part.whole).toEqual({
      nodes: traced.whole.length,
      scopes: 0,
      passes: doc.passes?.length,
    })
    expect(readPayload("profile", part).problem).toBeUndefined()
    expect(stageOf(part, 0).doc.nodes).toEqual(traced.doc.nodes)
    expect(part.kernels?.map((k) => k.id)).toEqual(doc.kernels?.map((k) => k.id))
  })
})
