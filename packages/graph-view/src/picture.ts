/** @file The stage of a graph: canvas, camera, theme and motion. Knows the layout, but not what is chosen. */
import type { DisplayList, Hit, Layout } from "@defnote/display"
import { Camera } from "./camera.ts"
import { context2d, element, Lifetime, sizeCanvas } from "./dom.ts"
import { isTall, MINIMAP, Minimap } from "./minimap.ts"
import { MOST_BOXES, type Motion, motionAt, type Track, track } from "./motion.ts"
import { paint, paintHeading } from "./painter.ts"
import { listenToPointer } from "./stage.ts"
import { type PageTheme, readTheme, reducedMotion, watchTheme } from "./theme.ts"

/** What the pointer found, and that the picture moved. */
export interface PictureEvents {
  point(hit: Hit | undefined): void
  click(hit: Hit | undefined): void
  doubleClick(hit: Hit | undefined): void
  /** After painting: the y of the picture under the column heads, with what is on the stage below it. */
  painted(layout: Layout, top: number): void
  /** Boxes that a search found, for the strip of the whole picture. */
  found(): ReadonlyMap<string, number> | undefined
}

/** A picture that is at most so much higher than its limit is shown whole: two rows are not worth scrolling. */
const SLACK = 1.3

/** Paints a layout in a focusable element. */
export class Picture {
  readonly stage = element("div", "dn-stage", { tabindex: 0 })
  readonly #canvas = element("canvas", "dn-canvas", { "aria-hidden": "true" })
  readonly #camera = new Camera()
  readonly #life = new Lifetime()
  readonly #events: PictureEvents
  readonly #minimap = new Minimap((y) => this.centre(y))
  #theme = readTheme(document.body)
  #layout: Layout | null = null
  #list: DisplayList | null = null
  #motion: Motion | null = null
  #frame = 0
  #fitted = false
  /** Height that the stage may grow to; 0 while it is the host's. The strip must not come and go with the height. */
  #limit = 0
  /** The user zoomed: the scale is no longer ours to choose. */
  #zoomed = false

  constructor(events: PictureEvents) {
    this.#events = events
    this.stage.append(this.#canvas, this.#minimap.node)
    this.#life.add(() => this.#minimap.dispose())
    this.#life.add(
      watchTheme(() => {
        this.#theme = readTheme(this.stage)
        this.repaint()
      }),
    )
    listenToPointer(this.stage, this.#life, {
      pan: (dx, dy) => {
        this.#camera.pan(dx, dy)
        this.#moved()
      },
      zoom: (x, y, factor) => {
        this.#zoomed = true
        this.#camera.zoomAt(x, y, factor)
        this.#moved()
      },
      point: (x, y) => this.#point(x, y),
      leave: () => events.point(undefined),
      click: (x, y) => events.click(this.#hit(x, y)),
      doubleClick: (x, y) => events.doubleClick(this.#hit(x, y)),
    })
  }

  /** Calls for the theme that holds where the stage is now. */
  attached(): void {
    this.#theme = readTheme(this.stage)
  }

  /**
   * Takes a new layout. With an anchor, the y that it finds in both layouts stays where it is on the
   * screen, and the rows travel there; without one nothing moves.
   */
  setLayout(layout: Layout, anchor?: (layout: Layout) => number | undefined): void {
    const before = this.#layout
    this.#layout = layout
    if (!before) return
    if (!anchor) {
      this.#settle(before, layout)
      this.#camera.clamp(layout, this.#size(), this.#list?.headingHeight ?? 0)
      return
    }
    const { scale, y } = this.#camera
    const [from, to] = [anchor(before), anchor(layout)]
    this.#settle(before, layout)
    if (from !== undefined && to !== undefined) {
      this.#camera.y = from * scale + y - to * this.#camera.scale
    }
    if (layout.boxes.length > MOST_BOXES || reducedMotion()) return
    const now = this.#camera
    this.#travel(
      layout,
      track(before, layout, (old) => (old * scale + y - now.y) / now.scale),
    )
  }

  /** Columns may get wider: fit again, unless the user chose the scale; then the spine stays. */
  #settle(before: Layout, after: Layout): void {
    const stage = this.#room()
    if (!this.#zoomed && stage.width) this.#camera.fitWidth(after, stage, this.#camera.y)
    else this.#camera.x += (before.columns.forward - after.columns.forward) * this.#camera.scale
  }

  /** Takes a new display list of the layout and paints it. */
  setList(list: DisplayList): void {
    this.#list = list
    if (!this.#fitted) this.#fitNow()
    this.repaint()
  }

  /** Sets the height of the stage so that the picture fits, from `least` to about `limit`; Infinity fills the host. */
  setHeight(least: number, limit: number): void {
    if (!this.#layout) return
    const scale = Math.min(1, this.stage.clientWidth / this.#layout.width || 1)
    const wanted = Math.ceil(this.#layout.height * scale) + 30
    this.#limit = Number.isFinite(limit) ? limit : 0
    const height = Math.max(least, wanted <= limit * SLACK ? wanted : limit)
    this.stage.style.height = Number.isFinite(limit) ? `${height}px` : ""
    if (!this.#fitted) this.#fitNow()
    else this.#refit()
    this.repaint()
  }

  /** Fits the width of the picture. */
  fit(): void {
    this.#zoomed = false
    this.#fitNow()
    this.repaint()
  }

  /** Zooms around the middle of the stage. */
  zoom(factor: number): void {
    const { width, height } = this.#size()
    this.#zoomed = true
    this.#camera.zoomAt(width / 2, height / 2, factor)
    this.#moved()
  }

  /** What is painted, and with which colours; null before the first picture. */
  get shown(): { readonly list: DisplayList; readonly theme: PageTheme } | null {
    return this.#list && { list: this.#list, theme: this.#theme }
  }

  /** Brings a row into sight. */
  reveal(row: number): void {
    const target = this.#layout?.rows[row]
    if (!target) return
    const header = this.#list?.headingHeight ?? 0
    this.#camera.reveal(target.y, target.y + target.height, this.#size(), header)
    this.repaint()
  }

  /** A picture that fits on the stage as a whole is shown from its top. */
  showWhole(): void {
    const head = this.#list?.headingHeight ?? 0
    const height = (this.#layout?.height ?? 0) * this.#camera.scale
    if (head + height <= this.#size().height) this.#camera.y = head
    this.repaint()
  }

  /** Brings a y of the picture into the middle of the stage. */
  centre(y: number): void {
    this.#camera.y = this.#size().height / 2 - y * this.#camera.scale
    this.#moved()
  }

  /** Brings a y of the picture to the upper edge, under the column heads. */
  scrollTo(y: number): void {
    this.#camera.y = (this.#list?.headingHeight ?? 0) - y * this.#camera.scale
    this.#moved()
  }

  /** Paints with the next frame. */
  repaint(): void {
    if (this.#frame || this.#life.over) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#paint()
    })
  }

  /** Ends listening and frees the canvas. */
  dispose(): void {
    cancelAnimationFrame(this.#frame)
    this.#life.end()
    this.#canvas.width = 0
    this.#layout = null
    this.#list = null
  }

  #size() {
    return { width: this.stage.clientWidth, height: this.stage.clientHeight }
  }

  /** The stage without the strip at its right edge. */
  #room() {
    const { width, height } = this.#size()
    const tall =
      this.#layout !== null && isTall(this.#layout, { width, height: this.#limit || height })
    return { width: tall ? width - MINIMAP : width, height, tall }
  }

  #fitNow(): void {
    const stage = this.#room()
    if (!this.#layout || !stage.width) return
    this.#camera.fitWidth(this.#layout, stage, this.#list?.headingHeight ?? 30)
    this.#fitted = true
  }

  /** After the stage changed its width: the same fit as before, from the same upper edge. */
  #refit(): void {
    const stage = this.#room()
    if (this.#zoomed || !this.#layout || !stage.width) return
    this.#camera.refitWidth(this.#layout, stage, this.#list?.headingHeight ?? 0)
  }

  #moved(): void {
    if (!this.#layout) return
    this.#camera.clamp(this.#layout, this.#size(), this.#list?.headingHeight ?? 0)
    this.repaint()
  }

  #travel(after: Layout, path: Track): void {
    const start = performance.now()
    const step = () => {
      if (this.#life.over || this.#layout !== after) return
      this.#motion = motionAt(path, performance.now() - start)
      this.#paint()
      if (this.#motion) requestAnimationFrame(step)
    }
    this.#motion = motionAt(path, 0)
    requestAnimationFrame(step)
  }

  #paint(): void {
    const { width, height } = this.#size()
    if (!this.#list || !this.#layout || !width || !height) return
    const { scale, x, y } = this.#camera
    const place = { scale, x, y, width, height, ratio: sizeCanvas(this.#canvas, width, height) }
    const context = context2d(this.#canvas)
    paint(context, this.#list, this.#theme, place, this.#motion)
    if (this.#list.headingHeight) paintHeading(context, this.#list, this.#theme, place)
    const top = (this.#list.headingHeight - y) / scale
    const sight = { top, bottom: (height - y) / scale }
    this.#minimap.update(
      this.#layout,
      this.#events.found(),
      sight,
      height - this.#list.headingHeight,
      this.#theme,
      this.#room().tall,
    )
    this.#events.painted(this.#layout, top)
  }

  #point(x: number, y: number): void {
    const hit = this.#hit(x, y)
    this.stage.style.cursor = hit ? "pointer" : "grab"
    this.stage.title = hit?.title ?? ""
    this.#events.point(hit)
  }

  #hit(x: number, y: number): Hit | undefined {
    const list = this.#list
    if (!list || y < list.headingHeight) return undefined
    const [px, py] = this.#camera.toPicture(x, y)
    return list.hits.findLast((h) => px >= h.x && px <= h.x + h.w && py >= h.y && py <= h.y + h.h)
  }
}
