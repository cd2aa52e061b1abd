/** @file `image`: grey and colour images, one or a batch as a grid, as PNG. */
import { formatType, isConcrete, isTensor, OptionError, type Tensor } from "@defnote/core"
import { bytesToBase64, formatNumber, formatType as typeText } from "@defnote/display"
import { valuesOf } from "@defnote/display/document"
import { Output } from "./output.ts"
import { encodePng, type Pixels } from "./png.ts"

/** The meaning of each axis: N images, H rows, W columns, C channels (1 grey, 3 RGB, 4 RGBA). */
export type ImageLayout = "HW" | "HWC" | "CHW" | "NHW" | "NHWC" | "NCHW"

/** Options of {@link image}. */
export interface ImageOptions {
  /** Meaning of the axes; found from the shape where that leaves no choice. */
  readonly layout?: ImageLayout
  /** Values of black and of full brightness; 0 to 255 for integers, 0 to 1 for floats that lie there, else their range. */
  readonly range?: readonly [black: number, white: number]
  /** Images in one row of the grid. */
  readonly columns?: number
}

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
 * A tensor as an image, or a batch of images as a grid. Small images are enlarged without smoothing; NaN is yellow.
 * @param x - `[height, width]`, with channels first or last, with or without a batch axis
 * @throws OptionError when the shape does not fit the layout or leaves several
 * @example image(digits.at(0))
 * @example image(photos, { layout: "NHWC" })
 */
export function image(x: Tensor, options: ImageOptions = {}): Output {
  if (!isTensor(x) || !isConcrete(x))
    throw new OptionError("image: takes a tensor with values, as [height, width] or with channels")
  const layout = options.layout ?? layoutOf(x)
  const images = imagesOf(x, layout)
  return new Output(() => {
    const values = valuesOf(x)
    const range = options.range ?? rangeOf(x, values)
    const shown = Math.min(images.count, MOST)
    const columns = options.columns ?? Math.ceil(Math.sqrt(shown))
    const scale = scaleFor(images, columns, shown)
    const pixels = draw(values, { ...images, count: shown }, range, columns, scale)
    const about = [
      `image ${typeText(x.dtype, x.shape, x.names)} ${layout}`,
      `black ${formatNumber(range[0])}, white ${formatNumber(range[1])}`,
      ...(shown < images.count ? [`${shown} of ${images.count} images`] : []),
      ...(scale < 1 ? [`every ${Math.round(1 / scale)}th pixel`] : []),
    ]
    return { "image/png": bytesToBase64(encodePng(pixels)), "text/plain": about.join(", ") }
  })
}

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
  const [h, w] = [images.height, images.width].map((n) => Math.max(1, Math.ceil(n * scale)))
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
