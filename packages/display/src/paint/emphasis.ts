/** @file What search, rules and tracing add to boxes: outlines, letters, numbers of hops. Shape first, colour second. */
import type { Box } from "../layout/boxes.ts"
import type { Canvas } from "./paint.ts"
import type { Colour } from "./primitives.ts"
import { textWidth } from "./text-width.ts"

/** Colours of rule marks by place; the letter tells them apart without colour. */
export const RULE_COLOURS = ["negative", "positive", "focus", "res"] as const satisfies Colour[]

/** The letter of a styling rule: A, B, C. */
export const ruleLetter = (index: number): string => String.fromCharCode(65 + (index % 26))

export const ruleColour = (index: number): Colour => RULE_COLOURS[index % RULE_COLOURS.length]

/** Draws what `found`, `rules` and `reach` say of a box. */
export function drawEmphasis(canvas: Canvas, box: Box, at: Place = box): void {
  const { found, rules, reach } = canvas.options
  const count = found?.get(box.key)
  if (count) drawFound(canvas, box, at, count)
  rules?.get(box.key)?.forEach((rule, k) => drawLetter(canvas, at, rule, k))
  const hops = reach?.get(box.key)
  if (hops) drawHops(canvas, box, at, hops)
}

interface Place {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** An outline; a closed scope says how many matches it hides. */
function drawFound({ add, options }: Canvas, box: Box, { x, y, w, h }: Place, count: number): void {
  add({
    kind: "rect",
    role: "band",
    x: x - 3,
    y: y - 3,
    w: w + 6,
    h: h + 6,
    radius: 6,
    stroke: "focus",
    width: options.foundNow === box.key ? 2.5 : 1.25,
    dash: options.foundNow === box.key ? undefined : [4, 2],
  })
  if (box.kind !== "scope") return
  const text = `${count} found`
  const width = textWidth(text, 9.5) + 10
  const left = x + w - width - 8
  add(
    {
      kind: "rect",
      role: "badge",
      x: left,
      y: y + h - 5,
      w: width,
      h: 13,
      radius: 3,
      fill: "paper",
      stroke: "focus",
      width: 1,
    },
    {
      kind: "text",
      role: "badge",
      x: left + width / 2,
      y: y + h + 5,
      size: 9.5,
      text,
      fill: "ink",
      anchor: "middle",
      mono: true,
    },
  )
}

function drawLetter({ add }: Canvas, { x, y }: Place, rule: number, k: number): void {
  add(
    {
      kind: "rect",
      role: "bar",
      x: x + 4 + k * 15,
      y: y - 9,
      w: 13,
      h: 13,
      radius: 6.5,
      fill: ruleColour(rule),
      stroke: "paper",
      width: 1,
    },
    {
      kind: "text",
      role: "badge",
      x: x + 10.5 + k * 15,
      y: y + 1,
      size: 9.5,
      text: ruleLetter(rule),
      fill: "paper",
      weight: 700,
      anchor: "middle",
      mono: true,
    },
  )
}

/** Above the right end of a box; left of a chip, where another chip may stand above. */
function drawHops({ add }: Canvas, box: Box, { x, y, w, h }: Place, hops: number): void {
  const leaf = box.column === "leaf"
  add({
    kind: "text",
    role: "badge",
    x: leaf ? x - 4 : x + w - 4,
    y: leaf ? y + h / 2 + 3.3 : y - 2.5,
    size: 9.5,
    text: String(hops),
    fill: "ink2",
    anchor: "end",
    mono: true,
  })
}
