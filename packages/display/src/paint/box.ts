/** @file One box or chip: bar, two lines, badge, ring (VISUAL: node anatomy). */
import { clip } from "../format.ts"
import type { Box } from "../layout/boxes.ts"
import type { LeafChip } from "../layout/rows.ts"
import type { OverlayMark } from "../query/overlay.ts"
import { cutBetween, drawScissorsAtChip } from "./cuts.ts"
import { chipName, isAgain, isParameter, isUnstored, type Label, savedText } from "./labels.ts"
import type { Mark } from "./marks.ts"
import type { Canvas } from "./paint.ts"
import type { Item, Text } from "./primitives.ts"
import { ADVANCE, textWidth } from "./text-width.ts"
import { FAINT, STRONGEST_FILL, type Token } from "./theme.ts"

const HUE = { leaf: "ink3", forward: "fwd", backward: "bwd", update: "upd" } as const
const TINT = { leaf: "panel", forward: "fwdTint", backward: "bwdTint", update: "updTint" } as const

const fit = (text: string, room: number, size: number): string =>
  clip(text, Math.floor(room / (size * ADVANCE)))

const mono = (
  role: Text["role"],
  x: number,
  y: number,
  size: number,
  text: string,
  fill: Token,
): Text => ({ kind: "text", role, x, y, size, text, fill, mono: true })

/** A parameter or datum beside its consumer; dashed when it already stands at an earlier one. */
export function drawChip(canvas: Canvas, chip: LeafChip, forward: number): void {
  const { layout, labels, add, hit, lit } = canvas
  const box = layout.boxes[chip.box]
  const label = labels.of(box)
  const { x, y, w, h } = chip
  if (chip.again) drawReference(canvas, chip, forward, lit(chip.box) || lit(forward))
  add({
    kind: "rect",
    role: "box",
    x: x + 0.5,
    y: y + 0.5,
    w: w - 1,
    h: h - 1,
    radius: 8.5,
    fill: isParameter(layout.model, box.node) ? "panel" : "paper",
    stroke: lit(chip.box) ? "ink2" : "line",
    width: 1,
    dash: chip.again ? [2, 2] : undefined,
  })
  const name = chipName(label.title, Math.max(6, 15 - Math.min(8, label.second.length)))
  const room = w - 24 - textWidth(name, 10.5)
  const right = chip.again ? "again" : fit(label.second, room, 9.5)
  add({ ...mono("chip", x + 9, y + 12.8, 10.5, name, "ink"), weight: 600 })
  if (right.length > 1)
    add({ ...mono("chip", x + w - 8, y + 12.6, 9.5, right, "ink3"), anchor: "end" })
  hit({
    what: "chip",
    key: box.key,
    box: chip.box,
    x,
    y: y - 3,
    w,
    h: h + 6,
    title: `${label.title} ${label.second}`,
  })
}

/** The line from a chip "again" to its consumer; the edge itself ends at the first chip. */
function drawReference(
  { layout, add, selected, options }: Canvas,
  chip: LeafChip,
  user: number,
  near: boolean,
): void {
  const to = layout.boxes[user]
  const cut = cutBetween(layout, chip.box, user)
  const from = chip.y + chip.h / 2
  const end = Math.min(to.y + to.h - 9, Math.max(to.y + 9, from))
  const x = (chip.x + chip.w + to.x) / 2
  const points =
    Math.abs(from - end) < 1
      ? []
      : ([
          [x, from],
          [x, end],
        ] as const)
  const line = [[chip.x + chip.w, from], ...points, [to.x, end]] as const
  add({
    kind: "line",
    role: "edge",
    points: line,
    stroke: cut === undefined ? "ink3" : "error",
    width: near || cut !== undefined ? 1.9 : 1,
    radius: 6,
    opacity: (selected >= 0 || options.reach) && !near ? 0.35 : FAINT,
  })
  if (cut !== undefined) drawScissorsAtChip(line, add)
}

export function drawBox(canvas: Canvas, i: number): void {
  const { layout, labels, add, hit } = canvas
  const box = layout.boxes[i]
  if (box.column === "leaf") return
  const label = labels.of(box)
  const title = [label.title, label.second, savedText(label)].filter(Boolean).join(", ")
  hit({
    what: "box",
    key: box.key,
    box: i,
    x: box.x,
    y: box.y - (box.h < 24 ? 3 : 0),
    w: box.w,
    h: Math.max(24, box.h),
    title,
  })
  if (label.times > 1) for (const k of [2, 1]) add(sheet(box, k))
  const mark = canvas.marks.get(box.key)
  add(frame(canvas, i, mark))
  if (box.column === "update") {
    drawUpdate(canvas, box, label)
    return
  }
  const overlay = canvas.options.overlay?.get(box.key)
  if (overlay) drawOverlay(canvas, box, overlay)
  add({
    kind: "rect",
    role: "bar",
    x: box.x,
    y: box.y + 4,
    w: 3,
    h: box.h - 8,
    radius: 1.5,
    fill: HUE[isAgain(layout.model, box) ? "forward" : box.column],
  })
  drawLines(canvas, i, label, mark)
}

/** A gradient or an update: its name, and its shape where there is room for the whole of it. */
function drawUpdate({ add }: Canvas, box: Box, { title, second }: Label): void {
  const text = fit(title, box.w - 16, 10.5)
  add({ ...mono("chip", box.x + 9, box.y + 12.8, 10.5, text, "upd"), weight: 600 })
  const room = box.w - 24 - textWidth(text, 10.5)
  if (second && textWidth(second, 9.5) <= room)
    add({
      ...mono("chip", box.x + box.w - 8, box.y + 12.6, 9.5, second, "ink3"),
      anchor: "end",
    })
}

/** The fill says how much by strength, the bar at the lower edge by length: grey print keeps the number. */
function drawOverlay({ add }: Canvas, box: Box, { tone, share }: OverlayMark): void {
  const inner = { kind: "rect", role: "band", x: box.x + 1, radius: 3.5, fill: tone } as const
  add(
    {
      ...inner,
      y: box.y + 1,
      w: box.w - 2,
      h: box.h - 2,
      opacity: 0.06 + (STRONGEST_FILL - 0.06) * share,
    },
    { ...inner, y: box.y + box.h - 4, w: Math.max(3, (box.w - 2) * share), h: 3, radius: 1.5 },
  )
}

const sheet = (box: Box, k: number): Item => ({
  kind: "rect",
  role: "box",
  x: box.x + k * 3 + 0.5,
  y: box.y + k * 3 + 0.5,
  w: box.w - 1,
  h: box.h - 1,
  radius: 4,
  fill: "paper",
  stroke: "line",
  width: 1,
})

function frame({ layout, selected, lit }: Canvas, i: number, mark: Mark | undefined): Item {
  const box = layout.boxes[i]
  const chosen = lit(i)
  const wrong = mark?.tone === "error"
  const apart = isUnstored(box)
  return {
    kind: "rect",
    role: "box",
    x: box.x + 0.5,
    y: box.y + 0.5,
    w: box.w - 1,
    h: box.h - 1,
    radius: box.column === "update" ? 8.5 : 4,
    fill: chosen ? TINT[box.column] : wrong ? "errorTint" : "paper",
    stroke: wrong ? "error" : chosen ? HUE[box.column] : apart ? "ink3" : "line",
    width: i === selected ? 2 : chosen ? 1.5 : 1,
    ...(apart ? { dash: [4, 3] } : {}),
  }
}

/** Line 1 with what stands right of it, then line 2 with what stands right of that. */
function drawLines(canvas: Canvas, i: number, label: Label, mark: Mark | undefined): void {
  const { layout, add } = canvas
  const box = layout.boxes[i]
  const [left, end] = [box.x + 11, box.x + box.w - 9]
  const saved = savedText(label)
  const shown = box.kind === "scope" ? `${isUnstored(box) ? "▹" : "▸"} ${label.title}` : label.title
  const right = firstRight(box, label, shown, saved)
  const taken = mark
    ? textWidth(mark.text, 10) + 18
    : right
      ? textWidth(right.text, right.size) + 10
      : 0
  const text = fit(shown, box.w - 20 - taken, 11.5)
  add({
    ...mono("title", left, box.y + 15.5, 11.5, text, "ink"),
    weight: 600,
    room: [box.x + 8, box.y + box.h / 2, box.w - 14],
  })
  if (mark) drawBadge(canvas, box.x + box.w - 7, box.y + 4, mark)
  else if (right) add({ ...right, x: end, y: box.y + 15.5 })
  const note = saved && right?.text !== saved ? saved : isOutput(canvas, box) ? "output" : ""
  const line = canvas.options.overlay?.get(box.key)?.text ?? label.second
  const filled = canvas.options.overlay?.has(box.key)
  const roomy = textWidth(line, 10) + textWidth(note, 9.5) + 8 <= box.w - 20
  if (note && roomy)
    add({
      ...mono(
        "second",
        end,
        box.y + 29,
        9.5,
        note,
        filled ? "ink" : note === saved ? "res" : "ink3",
      ),
      anchor: "end",
    })
  const second = fit(line, box.w - 20, 10)
  const ink = line !== label.second || label.formula ? "ink" : "ink3"
  if (second) add(mono("second", left, box.y + 29, 10, second, ink))
  if (saved) drawRing(canvas, i)
}

/** Right of line 1: repeats, the number of uses, or what a closed scope saves. */
function firstRight(box: Box, label: Label, shown: string, saved: string): Text | undefined {
  const hue = HUE[box.column]
  if (label.times > 1)
    return { ...mono("badge", 0, 0, 11.5, `×${label.times}`, hue), weight: 700, anchor: "end" }
  if (label.uses > 1)
    return { ...mono("badge", 0, 0, 10, `Σ ${label.uses} uses`, hue), weight: 600, anchor: "end" }
  const roomy = textWidth(shown, 11.5) + textWidth(saved, 9.5) + 12 <= box.w - 20
  return box.kind === "scope" && saved && roomy
    ? { ...mono("second", 0, 0, 9.5, saved, "res"), anchor: "end" }
    : undefined
}

function isOutput({ layout }: Canvas, box: Box): boolean {
  const { outputs, nodes } = layout.model
  const several = outputs.filter((n) => nodes[n].phase === "fwd").length > 1
  return several && box.kind === "op" && outputs.includes(box.node)
}

function drawRing({ layout, options, lit, add }: Canvas, i: number): void {
  const box = layout.boxes[i]
  const filled = options.residuals === "all" || lit(i)
  add({
    kind: "rect",
    role: "ring",
    x: box.x + box.w - 3,
    y: box.y + box.h / 2 - 3,
    w: 6,
    h: 6,
    radius: 3,
    fill: filled ? "res" : "paper",
    stroke: "res",
    width: 1.25,
  })
}

function drawBadge({ add }: Canvas, right: number, y: number, mark: Mark): void {
  const w = textWidth(mark.text, 10) + 10
  const warn = mark.tone === "warn"
  const fill: Token = warn ? "warn" : mark.tone === "error" ? "error" : "panel"
  const ink: Token = warn ? "warnInk" : mark.tone === "error" ? "paper" : "ink2"
  const stroke: Token = warn ? "warnInk" : mark.tone === "error" ? "error" : "line"
  add(
    { kind: "rect", role: "badge", x: right - w, y, w, h: 14, radius: 3, fill, stroke, width: 1 },
    {
      ...mono("badge", right - w / 2, y + 10.5, 10, mark.text, ink),
      weight: 700,
      anchor: "middle",
    },
  )
}
