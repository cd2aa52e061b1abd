/** @file Where the picture is on the stage: scale and offset in CSS px. Knows no drawing. */

/** Limits of zooming. */
export const SCALE = { min: 0.05, max: 2.5 } as const

/** A rectangle of the picture. */
export interface Extent {
  readonly width: number
  readonly height: number
}

/** Scale and offset. A point p of the picture is on the stage at `p * scale + (x, y)`. */
export class Camera {
  scale = 1
  x = 0
  y = 0
  /** Free px above and below the picture that panning may show. */
  readonly #margin: number

  constructor(margin = 24) {
    this.#margin = margin
  }

  /** Point of the stage to point of the picture. */
  toPicture(x: number, y: number): readonly [x: number, y: number] {
    return [(x - this.x) / this.scale, (y - this.y) / this.scale]
  }

  /** Moves by px of the stage. */
  pan(dx: number, dy: number): void {
    this.x += dx
    this.y += dy
  }

  /** Zooms by a factor; the point of the picture under (x, y) stays there. */
  zoomAt(x: number, y: number, factor: number): void {
    const next = Math.min(SCALE.max, Math.max(SCALE.min, this.scale * factor))
    this.x = x - ((x - this.x) * next) / this.scale
    this.y = y - ((y - this.y) * next) / this.scale
    this.scale = next
  }

  /** Fits the width, at most at 100 %, centred; the top of the picture is at `top`. */
  fitWidth(picture: Extent, stage: Extent, top: number): void {
    this.scale = Math.max(SCALE.min, Math.min(1, stage.width / picture.width))
    this.x = Math.max(0, (stage.width - picture.width * this.scale) / 2)
    this.y = top
  }

  /** Fits another width; what is at `top` of the stage stays there, and nothing is left free that was not. */
  refitWidth(picture: Extent, stage: Extent, top: number): void {
    const [, upper] = this.toPicture(0, top)
    this.fitWidth(picture, stage, top)
    this.y -= upper * this.scale
    this.clamp(picture, stage, top)
  }

  /** Keeps part of the picture on the stage: it never gets lost by panning. */
  clamp(picture: Extent, stage: Extent, top: number): void {
    const [w, h] = [picture.width * this.scale, picture.height * this.scale]
    const keep = 80
    this.x = Math.min(stage.width - keep, Math.max(keep - w, this.x))
    const room = stage.height - top
    const lowest = h + this.#margin <= room ? top - h / 2 : stage.height - h - this.#margin
    this.y = Math.min(h <= room ? Math.max(top, stage.height - h) : top, Math.max(lowest, this.y))
  }

  /** Moves as little as needed so that a vertical span of the picture is on the stage. */
  reveal(top: number, bottom: number, stage: Extent, header: number): void {
    const [from, to] = [top * this.scale + this.y, bottom * this.scale + this.y]
    const pad = 24
    if (from < header + pad) this.y += header + pad - from
    else if (to > stage.height - pad) this.y -= to - (stage.height - pad)
  }
}
