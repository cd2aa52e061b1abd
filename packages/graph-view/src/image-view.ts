/** @file A batch of images that wraps to the width, each with its caption; wrong predictions have a mark. */
import {
  floatOf,
  formatCount,
  formatNumber,
  formatType,
  fromBase64,
  type ImageDoc,
} from "@defnote/display"
import { button, context2d, element, Lifetime } from "./dom.ts"
import { english, type Translate, type View, type ViewOptions } from "./view.ts"

/** Images are enlarged in whole steps until they are so wide, so that a caption has room, in px. */
const LEAST = 56
/** A column is no wider than this for its captions, whose characters have this width, in px. */
const WIDEST = 150
const CHARACTER = 6.8
/** Bytes of a picture. */
const BYTES = 16_000_000

/** Shows `image` payloads; the picture comes beside them. */
export class ImageView implements View<ImageDoc> {
  readonly #translate: Translate
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-images")
  readonly #bar = element("div", "dn-bar")
  readonly #grid = element("div", "dn-image-grid", { role: "list" })
  #doc: ImageDoc | null = null
  #wrongOnly = false
  /** Rises with every picture: one that is decoded late is not drawn. */
  #turn = 0

  constructor(host: HTMLElement, options: ViewOptions = {}) {
    this.#translate = options.translate ?? english
    this.#root.append(this.#bar, this.#grid)
    host.append(this.#root)
    this.#life.add(() => this.#root.remove())
  }

  /** @param png base64 of the picture, as it stands in the output */
  setDocument(doc: ImageDoc, png?: unknown): void {
    const bytes = typeof png === "string" && png.length < BYTES ? fromBase64(png.trim()) : undefined
    const problem = pictureProblem(doc, bytes)
    if (problem || !bytes) throw new Error(problem ?? "image: the output has no picture")
    this.#doc = doc
    this.#build()
    void this.#draw(new Blob([bytes as BlobPart], { type: "image/png" }))
  }

  resize(): void {}

  dispose(): void {
    this.#turn++
    this.#life.end()
  }

  #build(): void {
    const doc = this.#doc
    if (!doc) return
    this.#bar.replaceChildren(...this.#barOf(doc))
    const { sheet, shown, fixed } = doc
    const times = Math.max(1, Math.ceil(LEAST / sheet.width))
    const texts = Array.from({ length: shown }, (_, i) => [...this.#caption(doc, i)].length)
    const caption = Math.min(WIDEST, Math.ceil(Math.max(...texts) * CHARACTER))
    this.#grid.style.setProperty("--dn-image-width", `${Math.max(sheet.width * times, caption)}px`)
    this.#grid.style.gridTemplateColumns = fixed
      ? `repeat(${sheet.columns}, max-content)`
      : "repeat(auto-fill, calc(var(--dn-image-width) + 8px))"
    const figures = Array.from({ length: shown }, (_, i) => this.#figure(doc, i, times))
    this.#grid.replaceChildren(...figures)
  }

  #barOf(doc: ImageDoc): HTMLElement[] {
    const type = formatType(doc.dtype, doc.shape, doc.names)
    const [black, white] = doc.range.map((end) => formatNumber(floatOf(end)))
    const facts = [
      doc.title ? type : "",
      doc.layout,
      this.#translate("black %1, white %2", black, white),
      doc.shown < doc.count
        ? this.#translate("%1 of %2 images", doc.shown, formatCount(doc.count))
        : "",
    ]
    const about = facts.filter(Boolean).join("  ")
    const bar = [
      element("strong", "dn-title", {}, doc.title || type),
      element("span", "dn-mute dn-code dn-about", { title: about }, about),
      element("span", "dn-fill"),
    ]
    const wrong = wrongOf(doc)
    if (!wrong) return bar
    const text = this.#translate("%1 of %2 wrong", wrong.size, doc.shown)
    bar.push(element("span", "dn-number", {}, text))
    if (wrong.size === 0 || wrong.size === doc.shown) return bar
    const only = button(
      this.#translate("Only wrong"),
      this.#translate("Show only the images whose prediction is not their label"),
      () => {
        this.#wrongOnly = !this.#wrongOnly
        only.setAttribute("aria-pressed", String(this.#wrongOnly))
        this.#grid.classList.toggle("dn-mod-wrong-only", this.#wrongOnly)
      },
    )
    only.setAttribute("aria-pressed", String(this.#wrongOnly))
    return [...bar, only]
  }

  #figure(doc: ImageDoc, i: number, times: number): HTMLElement {
    const { width, height } = doc.sheet
    const wrong = wrongOf(doc)?.has(i) ?? false
    const label = this.#label(doc, i)
    const canvas = element("canvas", "", { width, height, role: "img", "aria-label": label })
    canvas.style.width = `${width * times}px`
    canvas.style.height = `${height * times}px`
    const box = element("figure", `dn-image${wrong ? " dn-mod-wrong" : ""}`, {
      role: "listitem",
      title: label,
    })
    box.append(canvas)
    const caption = this.#caption(doc, i)
    if (caption) box.append(element("figcaption", "dn-image-caption", {}, caption))
    return box
  }

  /** `7`; with a prediction `✓ 7`, or `✗ 3, is 7`: told apart without colour. */
  #caption({ captions, labels, predictions }: ImageDoc, i: number): string {
    if (captions) return captions[i]
    if (!labels || !predictions) return (labels ?? predictions)?.[i] ?? ""
    return predictions[i] === labels[i]
      ? this.#translate("✓ %1", predictions[i])
      : this.#translate("✗ %1, is %2", predictions[i], labels[i])
  }

  #label({ captions, labels, predictions }: ImageDoc, i: number): string {
    const parts = [this.#translate("image %1", i)]
    if (captions) parts.push(captions[i])
    if (predictions) parts.push(this.#translate("predicted %1", predictions[i]))
    if (labels) parts.push(this.#translate("label %1", labels[i]))
    if (labels && predictions && labels[i] !== predictions[i]) parts.push(this.#translate("wrong"))
    return parts.join(", ")
  }

  async #draw(blob: Blob): Promise<void> {
    const turn = ++this.#turn
    let picture: ImageBitmap
    try {
      picture = await createImageBitmap(blob)
    } catch (error) {
      console.error("defnote: the picture of a batch of images could not be decoded", error)
      return
    }
    const doc = this.#doc
    if (doc && turn === this.#turn && !this.#life.over)
      for (const [i, canvas] of [...this.#grid.querySelectorAll("canvas")].entries())
        context2d(canvas).drawImage(picture, ...placeOf(doc, i), 0, 0, canvas.width, canvas.height)
    picture.close()
  }
}

/** Where an image stands on the picture. */
function placeOf({ sheet }: ImageDoc, i: number): [x: number, y: number, w: number, h: number] {
  const { columns, width, height, gap } = sheet
  const [row, column] = [Math.floor(i / columns), i % columns]
  return [column * (width + gap), row * (height + gap), width, height]
}

/** Images whose prediction is not their label; undefined where nobody knows. */
function wrongOf({ labels, predictions }: ImageDoc): ReadonlySet<number> | undefined {
  if (!labels || !predictions) return undefined
  return new Set([...labels.keys()].filter((i) => labels[i] !== predictions[i]))
}

/** The size of a PNG, which stands in its first chunk, must be that of the sheet: nothing larger is decoded. */
function pictureProblem(
  { sheet, shown }: ImageDoc,
  png: Uint8Array | undefined,
): string | undefined {
  if (!png || png.length < 24 || png[0] !== 0x89 || png[1] !== 0x50)
    return "image: the output has no picture"
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const size = [view.getUint32(16), view.getUint32(20)]
  const { columns, width, height, gap } = sheet
  const across = Math.min(columns, shown) * (width + gap) - gap
  const down = Math.ceil(shown / columns) * (height + gap) - gap
  return size[0] === across && size[1] === down
    ? undefined
    : `image: the picture has ${size.join(" × ")} pixels; ${across} × ${down} were expected`
}
