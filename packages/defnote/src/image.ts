/** @file `image`: grey and colour images, one or a batch as a grid, as PNG. */
import {
  checkOptions,
  formatType,
  isConcrete,
  isTensor,
  OptionError,
  optionNames,
  type Tensor,
} from "@defnote/core"
import {
  bytesToBase64,
  floatValue,
  formatNumber,
  type ImageDoc,
  MIME,
  formatType as typeText,
  versionOf,
} from "@defnote/display"
import { valuesOf } from "@defnote/display/document"
import { type CaptionOptions, type Captions, captionsOf, captionText } from "./image-captions.ts"
import { type MimeBundle, Output } from "./output.ts"
import { encodePng, type Pixels } from "./png.ts"

/** The meaning of each axis: N images, H rows, W columns, C channels (1 grey, 3 RGB, 4 RGBA). */
export type ImageLayout = "HW" | "HWC" | "CHW" | "NHW" | "NHWC" | "NCHW"

/** Options of {@link image}. */
export interface ImageOptions extends CaptionOptions {
  /** Stands above the picture. */
  readonly title?: string
  /** Meaning of the axes; found from the shape where that leaves no choice. */
  readonly layout?: ImageLayout
  /** Values of black and of full brightness; 0 to 255 for integers, 0 to 1 for floats that lie there, else their range. */
  readonly range?: readonly [black: number, white: number]
  /** Images in one row of the grid; without it they wrap to the width of the notebook. */
  readonly columns?: number
}
const IMAGE = optionNames<ImageOptions>({
  title: true,
  layout: true,
  range: true,
  columns: true,
  captions: true,
  labels: true,
  predictions: true,
  classes: true,
})

/** Images of a grid, pixels of the whole picture, and the size up to which small images are enlarged. */
const MOST = 100
const PIXELS = 1_000_000
const WIDTH = 800
const SMALL = 280
/** Pixels between images, and their colour. NaN has the colour of warnings, as in every picture (VISUAL 6). */
const GAP = 2
const GAP_COLOUR = [0x80, 0x80, 0x80, 0] as const
const NAN_COLOUR = [0xff, 0xd6, 0x0a, 0xff] as const

/** Where the value of a channel of a pixel stands. */
interface Images {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: number
  offset(image: number, row: number, column: number, channel: number): number
}

/**
 * A tensor as an image, or a batch of images as a grid that wraps to the width of the notebook. Small images are enlarged
 * without smoothing; NaN is yellow. With labels and predictions the wrong images are marked.
 * @param x - `[height, width]`, with channels first or last, with or without a batch axis
 * @throws OptionError when the shape does not fit the layout or leaves several, and when labels, predictions or captions
 *   are not one for each image
 * @example image(digits.at(0))
 * @example image(photos, { layout: "NHWC" })
 * @example image(zeros([2, 28, 28]), { labels: [0, 1], predictions: [0, 0], classes: ["zero", "one"] })
 */
export function image(x: Tensor, options: ImageOptions = {}): Output {
  if (!isTensor(x) || !isConcrete(x))
    throw new OptionError("image: takes a tensor with values, as [height, width] or with channels")
  checkOptions("image", options, IMAGE)
  checkValues(options)
  const layout = options.layout ?? layoutOf(x)
  const images = imagesOf(x, layout)
  const captions = captionsOf(options, images.count)
  return new Output(() => imageBundle(x, layout, images, captions, options))
}

/** @throws OptionError for a range without extent, and a number of columns that is none */
function checkValues({ range, columns }: ImageOptions): void {
  const fits = range === undefined || (range.length === 2 && range.every(Number.isFinite))
  if (!fits || (range && range[0] === range[1]))
    throw new OptionError(
      `image: range is [${range}]; it must be two different numbers, of black and of white`,
    )
  if (columns !== undefined && !(Number.isSafeInteger(columns) && columns > 0))
    throw new OptionError(`image: columns is ${columns}; it must be a positive integer`)
}

function imageBundle(
  x: Tensor,
  layout: ImageLayout,
  images: Images,
  captions: Captions,
  options: ImageOptions,
): MimeBundle {
  const values = valuesOf(x)
  const range = options.range ?? rangeOf(x, values)
  const shown = Math.min(images.count, MOST)
  const columns = Math.min(shown, options.columns ?? Math.ceil(Math.sqrt(shown)))
  const scale = scaleFor(images, columns, shown)
  const pixels = draw(values, { ...images, count: shown }, range, columns, scale)
  const every = Math.round(1 / scale)
  const about = [
    `image ${typeText(x.dtype, x.shape, x.names)} ${layout}`,
    `black ${formatNumber(range[0])}, white ${formatNumber(range[1])}`,
    ...(shown < images.count ? [`${shown} of ${images.count} images`] : []),
    ...(every > 1 ? [`one pixel of ${every} × ${every}`] : []),
  ]
  const text = [options.title, about.join(", "), captionText(captions)].filter(Boolean).join("\n")
  const picture = { "image/png": bytesToBase64(encodePng(pixels)), "text/plain": text }
  if (images.count === 1 && !Object.keys(captions).length && !options.title) return picture
  const doc: ImageDoc = {
    schema: versionOf("image"),
    strings: [],
    sources: [],
    locs: [],
    ...(options.title ? { title: options.title } : {}),
    dtype: x.dtype,
    shape: x.shape,
    ...(x.names ? { names: x.names } : {}),
    layout,
    range: [floatValue(range[0]), floatValue(range[1])],
    count: images.count,
    shown,
    sheet: { columns, ...tileOf(images, scale), gap: GAP },
    ...(options.columns === undefined ? {} : { fixed: true }),
    ...firstOf(captions, shown),
    text,
  }
  return { [MIME.image]: doc, ...picture }
}

/** Captions of the images that are shown. */
const firstOf = (captions: Captions, shown: number): Captions =>
  Object.fromEntries(Object.entries(captions).map(([name, words]) => [name, words.slice(0, shown)]))

/** Pixels of one image on the picture. */
const tileOf = ({ height, width }: Images, scale: number) => ({
  width: Math.max(1, Math.ceil(width * scale)),
  height: Math.max(1, Math.ceil(height * scale)),
})

const isChannels = (size: number) => size === 1 || size === 3 || size === 4

/** @throws OptionError unless exactly one layout fits */
function layoutOf(x: Tensor): ImageLayout {
  const { shape } = x
  const fitting: ImageLayout[] = []
  if (shape.length === 2) fitting.push("HW")
  if (shape.length === 3) {
    if (isChannels(shape[2])) fitting.push("HWC")
    if (isChannels(shape[0])) fitting.push("CHW")
    if (!fitting.length) fitting.push("NHW")
  }
  if (shape.length === 4) {
    if (isChannels(shape[3])) fitting.push("NHWC")
    if (isChannels(shape[1])) fitting.push("NCHW")
  }
  if (fitting.length === 1) return fitting[0]
  const found = fitting.length ? `can be ${fitting.join(" or ")}` : "is no image or batch of images"
  throw new OptionError(
    `image: ${formatType(x.type)} ${found}; pass {layout}, one of HW HWC CHW NHW NHWC NCHW`,
  )
}

/** @throws OptionError when the shape does not fit the layout */
function imagesOf(x: Tensor, layout: ImageLayout): Images {
  const axis = (letter: string) => layout.indexOf(letter)
  const sizeOf = (letter: string) => (axis(letter) < 0 ? 1 : x.shape[axis(letter)])
  const channels = sizeOf("C")
  if (layout.length !== x.shape.length || !isChannels(channels) || x.size === 0)
    throw new OptionError(
      `image: ${formatType(x.type)} is not ${layout}; it must have ${layout.length} axes, 1, 3 or 4 channels, and elements`,
    )
  const stride = (letter: string) =>
    axis(letter) < 0 ? 0 : x.shape.slice(axis(letter) + 1).reduce((a, b) => a * b, 1)
  const [n, h, w, c] = ["N", "H", "W", "C"].map(stride)
  return {
    count: sizeOf("N"),
    height: sizeOf("H"),
    width: sizeOf("W"),
    channels,
    offset: (image, row, column, channel) => image * n + row * h + column * w + channel * c,
  }
}

/** What is black and what is white. */
function rangeOf(x: Tensor, values: ArrayLike<number>): readonly [number, number] {
  if (x.dtype === "u8") return [0, 255]
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue
    low = Math.min(low, values[i])
    high = Math.max(high, values[i])
  }
  if (low >= 0 && high <= 1) return [0, 1]
  if (!/^b?f/.test(x.dtype) && low >= 0 && high <= 255) return [0, 255]
  return low < high ? [low, high] : [low - 1, low]
}

/** Pixels of the picture for one of the tensor: a whole number, or one over it. */
function scaleFor({ height, width }: Images, columns: number, count: number): number {
  const rows = Math.ceil(count / columns)
  const across = columns * (width + GAP)
  const area = rows * (height + GAP) * across
  const target = columns > 1 ? WIDTH : SMALL
  const grow = Math.floor(Math.min(target / across, target / (rows * (height + GAP)), 16))
  if (grow >= 1) return grow
  return area <= PIXELS ? 1 : 1 / Math.ceil(Math.sqrt(area / PIXELS))
}

function draw(
  values: ArrayLike<number>,
  images: Images,
  range: readonly [number, number],
  columns: number,
  scale: number,
): Pixels {
  const across = Math.min(columns, images.count)
  const { height: h, width: w } = tileOf(images, scale)
  const width = across * (w + GAP) - GAP
  const height = Math.ceil(images.count / across) * (h + GAP) - GAP
  const rgba = new Uint8Array(4 * width * height)
  for (let i = 0; i < rgba.length; i += 4) rgba.set(GAP_COLOUR, i)
  for (let k = 0; k < images.count; k++) {
    const [top, left] = [Math.floor(k / across) * (h + GAP), (k % across) * (w + GAP)]
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const [row, column] = [Math.floor(y / scale), Math.floor(x / scale)]
        const colour = colourOf(values, images, range, k, row, column)
        rgba.set(colour, 4 * ((top + y) * width + left + x))
      }
    }
  }
  return { width, height, rgba }
}

function colourOf(
  values: ArrayLike<number>,
  { channels, offset }: Images,
  [black, white]: readonly [number, number],
  image: number,
  row: number,
  column: number,
): readonly number[] {
  const levels = [0, 1, 2, 3].slice(0, channels).map((channel) => {
    const value = values[offset(image, row, column, channel)]
    return Math.max(0, Math.min(255, Math.round((255 * (value - black)) / (white - black))))
  })
  if (levels.some(Number.isNaN)) return NAN_COLOUR
  if (channels === 1) return [levels[0], levels[0], levels[0], 255]
  return channels === 3 ? [...levels, 255] : levels
}
