/** @file What the painter leaves out: what is off the stage, and what would be too small to read. */

import { LIGHT, layoutGraph, paintGraph } from "@defnote/display"
import { describe, expect, it } from "vitest"
import { mlpStep } from "../../display/src/examples/graphs.ts"
import { paint } from "./painter.ts"

/** Records what a canvas would draw; unknown methods count as calls, properties keep their values. */
function recorder() {
  const texts: { text: string; font: string }[] = []
  const counts: Record<string, number> = {}
  const state: Record<string, unknown> = {
    fillText: (text: string) => texts.push({ text, font: String(state.font) }),
  }
  const context = new Proxy(state, {
    get: (target, name: string) => target[name] ?? (() => (counts[name] = (counts[name] ?? 0) + 1)),
    set: (target, name: string, value) => {
      target[name] = value
      return true
    },
  })
  return { context: context as unknown as CanvasRenderingContext2D, texts, counts }
}

const layout = layoutGraph(mlpStep(), { budget: 400 })
const list = paintGraph(layout)
const theme = { ...LIGHT, codeFont: "code", uiFont: "ui" }

function drawn(scale: number, height = 10_000, y = 0) {
  const record = recorder()
  paint(record.context, list, theme, { scale, x: 0, y, width: 2000, height, ratio: 1 })
  return record
}

describe("paint (VISUAL 7)", () => {
  it("draws everything at 100 %", () => {
    const { texts } = drawn(1)
    expect(texts).toHaveLength(list.items.filter((item) => item.kind === "text").length)
  })

  it("draws titles at 9 px on the screen, and no second lines, at 50 %", () => {
    const { texts } = drawn(0.5)
    const titles = texts.filter(({ font }) => font.startsWith("600 18px"))
    expect(titles.length).toBe(list.items.filter((item) => item.role === "title").length)
    expect(texts.some(({ text }) => text.startsWith("f32["))).toBe(false)
  })

  it("draws neither text nor arrow heads at 15 %", () => {
    const { texts, counts } = drawn(0.15)
    expect(texts).toHaveLength(0)
    const rects = list.items.filter(
      (item) => item.kind === "rect" && item.fill && item.role !== "ring" && item.role !== "badge",
    )
    expect(counts.fill).toBe(rects.length)
  })

  it("leaves out what is above and below the stage", () => {
    const whole = drawn(1)
    const part = drawn(1, 200, -300)
    expect(part.texts.length).toBeGreaterThan(0)
    expect(part.texts.length).toBeLessThan(whole.texts.length / 2)
    expect(part.counts.stroke).toBeLessThan(whole.counts.stroke)
  })
})
