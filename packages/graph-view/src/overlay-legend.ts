/** @file The legend of an overlay: its scale in steps, its ends in words. */
import type { Overlay } from "@defnote/display"
import { element } from "./dom.ts"
import type { Translate } from "./view.ts"

const STEPS = [0, 0.25, 0.5, 0.75, 1]
/** The same strengths as in the picture. */
const strength = (share: number): number => 6 + 34 * share

/** A strip of swatches between the ends of the scale. */
export function legendOf({ scale, note, name }: Overlay, translate: Translate): HTMLElement {
  const swatch = (token: string, share: number) => {
    const node = element("i", "dn-swatch")
    const mixed = `color-mix(in srgb, var(--v-${token}) ${strength(share)}%, var(--v-paper))`
    node.style.background = mixed
    return node
  }
  const up = STEPS.map((share) => swatch("positive", share))
  const down =
    scale.middle === undefined ? [] : [...STEPS].reverse().map((s) => swatch("negative", s))
  const middle = scale.middle === undefined ? [] : [scale.middle]
  return element(
    "span",
    "dn-overlay-key",
    { role: "note", "aria-label": `${translate(name)}: ${scale.low} … ${scale.high}` },
    element("b", "", {}, translate(name)),
    scale.low,
    element("span", "dn-swatches", {}, ...down),
    ...middle,
    element("span", "dn-swatches", {}, ...up),
    scale.high,
    element("span", "dn-mute", {}, translate(note)),
  )
}
