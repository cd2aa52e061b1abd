/** @file Kernels of loops, branches and blocks lead to the operations inside, of the right loop and the right call (K2, K5). */
import { MIME, type ProfileDoc, readPayload } from "@defnote/display"
import { profile, tensor, valueAndGrad } from "defnote"
import { describe, expect, test } from "vitest"
import { cell } from "./cell.ts"

const library = await import("@defnote/core/public")
type Made = { kernels(...args: unknown[]): Record<symbol, () => Record<string, unknown>> }
function documented(source: string, ...args: unknown[]): ProfileDoc {
  const both = valueAndGrad(cell(source, { ...library }) as never) as unknown as Made
  const shown = both.kernels(...args)[Symbol.for("Jupyter.display")]()
  const doc = shown[MIME.profile] as ProfileDoc
  expect(readPayload("profile", JSON.parse(JSON.stringify(doc))).problem).toBeUndefined()
  return doc
}
/** What is known of a row: its phase, its scopes, its expression. */
function rowsOf(doc: ProfileDoc) {
  const { scope, loc, phase, op } = doc.nodes
  const path = (n: number): string => {
    const names: string[] = []
    for (let s = scope[n]; s >= 0; s = doc.scopes[s].parent)
      names.unshift(`${doc.strings[doc.scopes[s].name]}${s}`)
    return names.join("/")
  }
  const text = (n: number): string => {
    const [source, from, to] = doc.locs[loc[n]] ?? []
    return source === undefined ? doc.strings[op[n]] : doc.sources[source].text.slice(from, to)
  }
  return { path, text, phase }
}
const x = tensor([0.5, -0.25])
const rows = tensor([
  [1, 2],
  [3, 4],
  [5, 6],
])

describe("operations inside have their kernel, their lines and their expression", () => {
  test("of a checkpointed block, in each of its calls", () => {
    const doc = documented(
      `const block = checkpoint(defn((v, w) => { const h = (v * w).tanh(); return h * v }))
const f = defn((w, v) => block(block(v, w), w).sum())`,
      x,
      tensor([3, 4]),
    )
    const { path, text, phase } = rowsOf(doc)
    const inside = doc.nodes.op.flatMap((_, n) =>
      phase[n] === "fwd" && /block/.test(path(n)) ? [n] : [],
    )
    const products = inside.filter((n) => text(n) === "(v * w).tanh()")
    expect(products.length).toBeGreaterThanOrEqual(2)
    const kernels = doc.kernels ?? []
    const own = products.slice(0, 2).map((n) => kernels.filter((k) => k.nodes.includes(n)))
    expect(own.map((k) => k.length)).toEqual([1, 1])
    products.slice(0, 2).forEach((n, i) => {
      expect(own[i][0].lineNodes.some(([, at]) => at === n)).toBe(true)
    })
    const again = doc.nodes.op.flatMap((_, n) => (phase[n] === "recompute" ? [n] : []))
    expect(again.some((n) => kernels.some((k) => k.nodes.includes(n)))).toBe(true)
  })

  test("of a called defn and of a scan, forward and backward", () => {
    const doc = documented(
      `const cellOf = defn((s, r, w) => (s * w + r).tanh(), { name: "cellOf" })
const f = defn((w, xs) => { let s = w * 0; for (const r of xs) s = cellOf(s, r, w); return s.sum() })`,
      x,
      rows,
    )
    const { path, text, phase } = rowsOf(doc)
    const kernels = doc.kernels ?? []
    const of = (p: string) =>
      kernels.flatMap((k) => k.nodes.filter((n) => phase[n] === p && /scan\d+\/body/.test(path(n))))
    expect(new Set(of("fwd").map(text))).toEqual(
      new Set(["s * w", "s * w + r", "(s * w + r).tanh()"]),
    )
    expect(of("recompute").map(text)).toEqual(
      expect.arrayContaining(["s * w", "s * w + r", "(s * w + r).tanh()"]),
    )
    expect(of("bwd").length).toBeGreaterThan(2)
    for (const k of kernels) for (const [, n] of k.lineNodes) expect(k.nodes, k.id).toContain(n)
  })

  test("of two equal loops each its own", () => {
    const doc = documented(
      `const f = defn((w, xs) => {
  let s = w * 0
  for (const r of xs) s = (s * w + r).tanh()
  let t = s * 2
  for (const r of xs) t = (t * w + r).tanh()
  return t.sum()
})`,
      x,
      rows,
    )
    const { path, phase } = rowsOf(doc)
    const scopes = (doc.kernels ?? []).map((k) => [
      ...new Set(
        k.nodes
          .filter((n) => phase[n] === "fwd" && /scan/.test(path(n)))
          .map((n) => /scan\d+/.exec(path(n))?.[0] ?? ""),
      ),
    ])
    const loops = scopes.filter((s) => s.length)
    expect(loops.every((s) => s.length === 1)).toBe(true)
    expect(new Set(loops.flat()).size).toBe(2)
    const lines = doc.nodes.op.flatMap((_, n) => {
      const [source, from] = doc.locs[doc.nodes.loc[n]] ?? []
      if (phase[n] !== "fwd" || !/scan\d+\/body/.test(path(n)) || from === undefined) return []
      return [doc.sources[source].text.slice(0, from).split("\n").length]
    })
    expect(new Set(lines)).toEqual(new Set([3, 5]))
  })

  test("of the turn of a while that goes back, and of branches", () => {
    const doc = documented(
      `const f = defn((w) => {
  let s = w * w
  while (s.sum() < 100) { if (s.sum() > 5) s = s * w * 2; else s = s.sin() + 3 }
  return s.sum()
})`,
      tensor([1.2, 2]),
    )
    const { path, text, phase } = rowsOf(doc)
    const kernels = doc.kernels ?? []
    const inside = kernels.flatMap((k) => k.nodes).filter((n) => /while\d+\/body/.test(path(n)))
    expect(inside.some((n) => phase[n] === "fwd" && text(n) === "s.sin()")).toBe(true)
    expect(inside.some((n) => phase[n] === "recompute")).toBe(true)
    expect(inside.filter((n) => phase[n] === "bwd").length).toBeGreaterThan(1)
  })
})

test("a measured profile names the same rows", () => {
  const f = cell(
    "const f = defn((w, xs) => { let s = w * 0; for (const r of xs) s = (s * w + r).tanh(); return s.sum() })",
    { ...library },
  )
  const shown = (
    profile(f as never, ...([x, rows] as never[])) as unknown as Record<
      symbol,
      () => Record<string, unknown>
    >
  )[Symbol.for("Jupyter.display")]()
  const doc = shown[MIME.profile] as ProfileDoc
  const { path, text } = rowsOf(doc)
  const inside = (doc.kernels ?? []).flatMap((k) => k.nodes).filter((n) => /body/.test(path(n)))
  expect(inside.map(text)).toContain("(s * w + r).tanh()")
})
