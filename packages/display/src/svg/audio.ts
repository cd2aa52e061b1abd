/** @file A sound as static SVG: the waveform of each channel between −1 and 1, with its length. */
import { decodeFloats } from "../base64.ts"
import { clip } from "../format.ts"
import { LIGHT, type Theme } from "../paint/theme.ts"
import type { AudioDoc } from "../payload.ts"
import { duration } from "../training-text.ts"
import { newPen, PAD, round, text, WIDTH } from "./pen.ts"
import { svgDocument } from "./svg.ts"

const HEIGHT = 72

/** The outline of one channel in a box: there along the highs, back along the lows. */
export function waveformPath(
  low: ArrayLike<number>,
  high: ArrayLike<number>,
  x: (column: number) => number,
  y: (value: number) => number,
): string {
  const points: string[] = []
  for (let k = 0; k < high.length; k++) points.push(`${round(x(k))} ${round(y(high[k]) - 0.4)}`)
  for (let k = low.length - 1; k >= 0; k--) points.push(`${round(x(k))} ${round(y(low[k]) + 0.4)}`)
  return points.length ? `M${points.join("L")}z` : "M0 0"
}

/** The extremes of one channel. */
export function channelOf(
  doc: AudioDoc,
  channel: number,
): { readonly low: Float64Array; readonly high: Float64Array } {
  const part = (column: string) =>
    (decodeFloats(column, 4) ?? new Float64Array()).subarray(
      channel * doc.columns,
      (channel + 1) * doc.columns,
    )
  return { low: part(doc.low), high: part(doc.high) }
}

/** Paints a sound. */
export function audioSvg(doc: AudioDoc, options: { theme?: Theme } = {}): string {
  const theme = options.theme ?? LIGHT
  const pen = newPen(theme)
  const head = clip(doc.text.split("\n", 1)[0], 96)
  pen.add(text(PAD, 22, 11.5, head, "ink", { weight: 600 }))
  let top = 36
  for (let channel = 0; channel < doc.channels; channel++) {
    const { low, high } = channelOf(doc, channel)
    const middle = top + HEIGHT / 2
    const x = (k: number) => PAD + ((WIDTH - 2 * PAD) * k) / Math.max(1, doc.columns - 1)
    const y = (value: number) => middle - (value * HEIGHT) / 2
    pen.out.push(
      `<path d="M${PAD} ${middle}H${WIDTH - PAD}" stroke="${theme.colours.line}" stroke-width="1"/>`,
      `<path d="${waveformPath(low, high, x, y)}" fill="${theme.colours.ink2}"/>`,
    )
    top += HEIGHT + 8
  }
  const length = duration((1000 * doc.samples) / doc.sampleRate)
  pen.add(
    text(PAD, top + 8, 9.5, "0", "ink3"),
    text(WIDTH - PAD, top + 8, 9.5, length, "ink3", { anchor: "end" }),
  )
  return svgDocument(pen.out.join(""), { width: WIDTH, height: top + 18, title: head, theme })
}
