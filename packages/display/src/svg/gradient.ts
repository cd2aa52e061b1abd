/** @file The gradient inspector as static SVG: verdict first, then the ladder as a table. */
import { clip, floatOf, formatFactor, formatNumber, formatPercent } from "../format.ts"
import { layoutGraph, prepare } from "../layout/fold.ts"
import type { Item, Text } from "../paint/primitives.ts"
import { LIGHT, type Theme } from "../paint/theme.ts"
import type { GradientDoc, GraphLike } from "../payload.ts"
import { findingsOf } from "../report/findings.ts"
import { type LadderRow, ladder, type Measures, type Verdict, verdictOf } from "../report/ladder.ts"
import { cutPicture } from "./cut-picture.ts"
import { historyPicture } from "./history.ts"
import { STRIP, stripSvg } from "./strip.ts"
import { byteLength, itemSvg, MAX_SVG_BYTES, svgDocument } from "./svg.ts"
import { wrap } from "./wrap.ts"

const WIDTH = 904
const ROW = 27
const COLUMN = {
  title: 14,
  value: 186,
  valueRms: 330,
  zeros: 392,
  gradient: 462,
  gradientRms: 606,
  gain: 668,
  bad: 776,
  check: 852,
} as const
/** Glyphs of an expression in its column. */
const TITLE_GLYPHS = 23

const text = (
  x: number,
  y: number,
  size: number,
  content: string,
  fill: Text["fill"] = "ink",
  more: Partial<Text> = {},
): Text => ({ kind: "text", role: "plain", x, y, size, text: content, fill, ...more })

/** Paints the inspector with at most so many rows as fit into 60 KB. */
export function gradientSvg(
  doc: GraphLike,
  options: { theme?: Theme; budget?: number } = {},
): string {
  const theme = options.theme ?? LIGHT
  for (let budget = options.budget ?? 40; ; budget = Math.floor(budget / 2)) {
    const rows = ladder(layoutGraph(prepare(doc, Math.max(8, budget)), { budget }))
    const svg = inspector(doc, rows.slice(0, Math.max(4, budget)), rows.length, theme)
    if (byteLength(svg) <= MAX_SVG_BYTES || budget < 4) return svg
  }
}

function inspector(doc: GraphLike, rows: readonly LadderRow[], all: number, theme: Theme): string {
  const out: string[] = []
  const add = (...items: Item[]) => out.push(...items.map((item) => itemSvg(item, theme)))
  const verdict = verdictOf(doc, rows)
  const below = drawVerdict(add, verdict)
  const way = cutPicture(doc, theme, WIDTH)
  if (way) out.push(`<g transform="translate(0 ${below + 8})">${way.body}</g>`)
  const { history } = doc as Partial<GradientDoc>
  const picture = history && historyPicture(history, theme, WIDTH)
  if (picture) out.push(`<g transform="translate(0 ${below + 8})">${picture.body}</g>`)
  const top = below + (way ? way.height + 16 : 0) + (picture ? picture.height + 16 : 0)
  // A history stands for steps that nobody looked at value by value.
  const first = history ? top : top + 42
  if (!history) drawHeads(add, top)
  const shownRows = history ? [] : rows
  shownRows.forEach((row, k) => {
    out.push(rowSvg(row, first + k * ROW, theme, isOrigin(doc, row)))
  })
  const bottom = drawHarms(add, doc as Partial<GradientDoc>, first + shownRows.length * ROW + 8)
  const shown = !history && all > rows.length ? `${rows.length} of ${all} rows. ` : ""
  return svgDocument(out.join(""), {
    width: WIDTH,
    height: bottom,
    title: `${doc.title ?? "gradient"}: ${verdict.title}`,
    caption: `${doc.title ?? "gradient"}: ${shown}Open in JupyterLab for the interactive view.`,
    theme,
  })
}

type Add = (...items: Item[]) => void

/** What, why, fix. Returns where the table begins. */
function drawVerdict(add: Add, verdict: Verdict): number {
  // A picture has no face of its own for the code between backticks.
  const lines = wrap(verdict.text.replaceAll("`", ""), 126)
  const fix = verdict.fix ? verdict.fix.split("\n").slice(0, 4) : []
  const height = 34 + lines.length * 18 + (fix.length > 0 ? fix.length * 17 + 16 : 0) + 6
  add({
    kind: "rect",
    role: "plain",
    x: 0,
    y: 0,
    w: WIDTH,
    h: height,
    fill: verdict.ok ? "updTint" : "errorTint",
  })
  add(
    text(
      14,
      24,
      14,
      `${verdict.ok ? "✓" : "▲"} ${clip(verdict.title, 100)}`,
      verdict.ok ? "ok" : "error",
      { weight: 600 },
    ),
  )
  lines.forEach((line, i) => {
    add(text(14, 46 + i * 18, 12, line))
  })
  if (fix.length > 0) {
    const y = 40 + lines.length * 18
    const w = Math.max(...fix.map((line) => [...clip(line, 105)].length)) * 7.1 + 20
    add(text(14, y + 16, 12, "Fix", "ink2"))
    add({
      kind: "rect",
      role: "plain",
      x: 46.5,
      y: y + 0.5,
      w,
      h: fix.length * 17 + 8,
      radius: 4,
      fill: "paper",
      stroke: "line",
      width: 1,
    })
    fix.forEach((line, i) => {
      add(text(56, y + 17 + i * 17, 11.5, clip(line, 105), "ink", { mono: true }))
    })
  }
  return height
}

function drawHeads(add: Add, y: number): void {
  const head = (x: number, content: string, fill: Text["fill"] = "ink2", weight?: 600) =>
    add(text(x, y + 17, 11, content, fill, { weight }))
  head(COLUMN.title, "expression")
  head(COLUMN.value, "value ↓", "fwd", 600)
  head(COLUMN.valueRms, "rms")
  head(COLUMN.zeros, "zeros")
  head(COLUMN.gradient, "gradient ↑", "bwd", 600)
  head(COLUMN.gradientRms, "rms")
  head(COLUMN.gain, "gain (in / out)")
  head(COLUMN.check - 14, "rule check")
  for (const x of [COLUMN.value, COLUMN.gradient]) {
    const start = x + STRIP.zero + STRIP.gap
    const room = STRIP.width - 2 * (STRIP.zero + STRIP.gap)
    add(text(x + 1, y + 32, 9.5, "0", "ink3", { mono: true }))
    add(text(start + 2, y + 32, 9.5, "2⁻²⁶", "ink3", { mono: true }))
    add(text(start + (26 / 34) * room, y + 32, 9.5, "1", "ink3", { mono: true, anchor: "middle" }))
    add(text(start + room, y + 32, 9.5, "2⁸", "ink3", { mono: true, anchor: "end" }))
  }
  add({
    kind: "line",
    role: "plain",
    points: [
      [0, y + 40.5],
      [WIDTH, y + 40.5],
    ],
    stroke: "line",
    width: 1,
  })
}

const isOrigin = (doc: GraphLike, row: LadderRow): boolean => {
  const node = findingsOf(doc)[0]?.node ?? -1
  return node >= 0 && (row.node === node || row.node === doc.nodes.dual?.[node])
}

function rowSvg(row: LadderRow, y: number, theme: Theme, origin: boolean): string {
  const out: string[] = []
  const add = (...items: Item[]) => out.push(...items.map((item) => itemSvg(item, theme)))
  const base = y + ROW - 5
  const number = (x: number, content: string, fill: Text["fill"] = "ink2") =>
    content && add(text(x, base - 4, 10.5, content, fill, { mono: true }))
  if (origin) add({ kind: "rect", role: "plain", x: 0, y, w: WIDTH, h: ROW, fill: "errorTint" })
  add(
    text(COLUMN.title, base - 4, 11.5, clip(row.title, TITLE_GLYPHS), "ink", {
      mono: true,
      weight: 600,
    }),
  )
  if (row.value) {
    out.push(strip(row.value, COLUMN.value, base, "fwd", theme))
    number(COLUMN.valueRms, formatNumber(row.value.rms))
    number(
      COLUMN.zeros,
      row.value.zeros > 0 ? `${formatPercent(row.value.zeros, row.value.count)} 0` : "",
    )
  }
  if (row.gradient) {
    out.push(strip(row.gradient, COLUMN.gradient, base, "bwd", theme))
    number(COLUMN.gradientRms, formatNumber(row.gradient.rms))
  } else if (row.value) {
    const none = row.seed ? `${row.seed} (seed)` : "no gradient"
    add(text(COLUMN.gradient, base - 4, 10.5, none, "ink3"))
  }
  if (row.gain !== undefined) drawGain(add, row.gain, base)
  drawBad(add, row, base, origin)
  drawCheck(add, row, base)
  add({
    kind: "line",
    role: "plain",
    points: [
      [0, y + ROW - 0.5],
      [WIDTH, y + ROW - 0.5],
    ],
    stroke: "line",
    width: 0.5,
  })
  return out.join("")
}

function strip(
  measures: Measures,
  x: number,
  base: number,
  hue: "fwd" | "bwd",
  theme: Theme,
): string {
  const { zeros, histogram, nan, infinite } = measures
  return stripSvg({ zeros, bins: histogram, bad: nan + infinite }, x, base, hue, theme)
}

/** A bar on log₂ from the middle, ± 5 octaves, with its number. */
function drawGain(add: Add, gain: number, base: number): void {
  const middle = COLUMN.gain + 24
  const octaves = Math.max(-5, Math.min(5, Math.log2(gain)))
  const w = Math.abs(octaves) * 4.6
  if (w >= 0.5) {
    add({
      kind: "rect",
      role: "plain",
      x: octaves < 0 ? middle - w : middle,
      y: base - 11,
      w,
      h: 7,
      fill: "bwd",
    })
  }
  add({
    kind: "line",
    role: "plain",
    points: [
      [middle, base - 14],
      [middle, base - 1],
    ],
    stroke: "ink3",
    width: 0.75,
  })
  add(text(COLUMN.gain + 56, base - 4, 10.5, formatFactor(gain), "ink2", { mono: true }))
}

function drawBad(add: Add, { value, gradient }: LadderRow, base: number, origin: boolean): void {
  const worst = gradient && gradient.nan + gradient.infinite > 0 ? gradient : value
  const none = !worst || worst.nan + worst.infinite === 0
  if (none && origin)
    add(text(COLUMN.bad - 16, base - 4, 11, "▲ starts here", "error", { weight: 600 }))
  if (none) return
  const content =
    worst.nan > 0 ? `NaN ${worst.nan}/${worst.count}` : `Inf ${worst.infinite}/${worst.count}`
  const shown = clip(content, 11)
  const w = [...shown].length * 6.1 + 8
  add({
    kind: "rect",
    role: "plain",
    x: COLUMN.bad - 8,
    y: base - 16,
    w,
    h: 16,
    radius: 3,
    fill: "warn",
    stroke: "warnInk",
    width: 1,
  })
  add(text(COLUMN.bad - 4, base - 4.5, 10, shown, "warnInk", { mono: true, weight: 700 }))
}

function drawCheck(add: Add, { check }: LadderRow, base: number): void {
  if (!check) return
  const mark = { ok: "✓", kink: "◇", wrong: "✗" }[check.verdict]
  const fill = check.verdict === "wrong" ? "error" : check.verdict === "ok" ? "ok" : "ink2"
  add(text(COLUMN.check, base - 4, 11, mark, fill, { weight: 700 }))
  const rel = floatOf(check.rel)
  const shown =
    rel === 0 || !Number.isFinite(rel)
      ? formatNumber(rel)
      : rel.toExponential(0).replace("e-", "e−").replace("e+", "e")
  add(
    text(
      COLUMN.check + 14,
      base - 4,
      10.5,
      check.verdict === "kink" ? "kink" : shown,
      fill === "error" ? "error" : "ink2",
      { mono: true },
    ),
  )
}

/** What harms this gradient, worst first. Returns the lower edge. */
function drawHarms(add: Add, doc: Partial<GradientDoc>, y: number): number {
  const harms = doc.harms?.slice(0, 5) ?? []
  if (harms.length === 0) return y
  add(text(14, y + 16, 12, "What harms this gradient, worst first", "ink", { weight: 600 }))
  harms.forEach((harm, k) => {
    const base = y + 38 + k * 20
    add(text(14, base, 11, String(k + 1), "ink3"))
    add(text(32, base, 11.5, clip(harm.label, 16), "ink", { weight: 600 }))
    add(
      text(
        150,
        base,
        11.5,
        clip([harm.measure, harm.remedy].filter(Boolean).join(" "), 110),
        "ink2",
      ),
    )
  })
  return y + 32 + harms.length * 20
}
