/** @file The whole picture as a strip: where boxes stand, what is found, which part is on the stage. Pointer only. */
import { FAINT, type Layout } from "@defnote/display"
import type { Extent } from "./camera.ts"
import { context2d, element, Lifetime, sizeCanvas } from "./dom.ts"
import type { PageTheme } from "./theme.ts"

/** Width of the strip in CSS px. */
export const MINIMAP = 58
const WIDTH = MINIMAP
const PAD = 4

/** What of the picture is in sight, in its own px. */
export interface Sight {
  readonly top: number
  readonly bottom: number
}

/** Whether a picture that is fitted to the width of its stage is more than twice as tall as that. */
export function isTall(picture: Extent, stage: Extent): boolean {
  const scale = Math.min(1, stage.width / picture.width)
  return picture.height * scale > 2 * stage.height
}

/** A strip at the right edge of the stage for pictures much taller than it. */
export class Minimap {
  readonly node = element("canvas", "dn-minimap", { "aria-hidden": "true", hidden: true })
  readonly #life = new Lifetime()
  readonly #go: (y: number) => void
  #layout: Layout | null = null
  #scale = 1
  #drawn = ""
  /** The boxes without the sight, so that panning draws one image. */
  readonly #boxes = element("canvas")

  /** `go` centres a y of the picture. */
  constructor(go: (y: number) => void) {
    this.#go = go
    this.#life.listen(this.node, "pointerdown", (event) => {
      event.stopPropagation()
      this.node.setPointerCapture(event.pointerId)
      this.#point(event)
    })
    this.#life.listen(this.node, "pointermove", (event) => {
      event.stopPropagation()
      if (event.buttons & 1) this.#point(event)
    })
    for (const type of ["pointerup", "dblclick"] as const)
      this.#life.listen(this.node, type, (event) => event.stopPropagation())
  }

  /** Draws the strip, or hides it. */
  update(
    layout: Layout,
    found: ReadonlyMap<string, number> | undefined,
    sight: Sight,
    height: number,
    theme: PageTheme,
    shown: boolean,
  ): void {
    this.#layout = layout
    this.node.hidden = !shown
    if (!shown) return
    this.#scale = Math.min((WIDTH - 2 * PAD) / layout.width, (height - 2 * PAD) / layout.height)
    const ratio = sizeCanvas(this.node, WIDTH, height)
    const context = context2d(this.node)
    const wanted = [layout.boxes.length, layout.height, height, ratio, theme.colours.paper]
    const drawn = [...wanted, found?.size ?? 0].join()
    if (this.#drawn !== drawn) {
      this.#drawn = drawn
      sizeCanvas(this.#boxes, WIDTH, height)
      const boxes = context2d(this.#boxes)
      boxes.setTransform(ratio, 0, 0, ratio, 0, 0)
      this.#drawBoxes(boxes, layout, found, theme, height)
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.drawImage(this.#boxes, 0, 0, WIDTH, height)
    this.#drawSight(context, sight, theme)
  }

  dispose(): void {
    this.#life.end()
    this.node.width = 0
    this.#boxes.width = 0
  }

  #drawBoxes(
    context: CanvasRenderingContext2D,
    layout: Layout,
    found: ReadonlyMap<string, number> | undefined,
    { colours }: PageTheme,
    height: number,
  ): void {
    const hue = {
      leaf: colours.ink3,
      forward: colours.fwd,
      backward: colours.bwd,
      update: colours.upd,
    }
    context.globalAlpha = 1
    context.fillStyle = colours.paper
    context.fillRect(0, 0, WIDTH, height)
    const across = (WIDTH - 2 * PAD) / layout.width
    for (const box of layout.boxes) {
      context.fillStyle = hue[box.column]
      context.globalAlpha = box.kind === "scope" ? 1 : FAINT
      const h = Math.max(0.8, box.h * this.#scale)
      context.fillRect(PAD + box.x * across, PAD + box.y * this.#scale, box.w * across, h)
    }
    context.globalAlpha = 1
    context.fillStyle = colours.focus
    for (const box of layout.boxes)
      if (found?.has(box.key)) context.fillRect(0, PAD + box.y * this.#scale - 1, PAD - 1, 3)
  }

  #drawSight(context: CanvasRenderingContext2D, sight: Sight, theme: PageTheme): void {
    const top = PAD + sight.top * this.#scale
    const h = Math.max(6, (sight.bottom - sight.top) * this.#scale)
    context.globalAlpha = 0.12
    context.fillStyle = theme.colours.ink
    context.fillRect(0, top, WIDTH, h)
    context.globalAlpha = 1
    context.strokeStyle = theme.colours.ink2
    context.lineWidth = 1.5
    context.strokeRect(0.75, top, WIDTH - 1.5, h)
  }

  #point(event: PointerEvent): void {
    const y = event.clientY - this.node.getBoundingClientRect().top
    if (this.#layout) this.#go((y - PAD) / this.#scale)
  }
}
