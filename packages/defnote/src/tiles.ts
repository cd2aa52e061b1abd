/** @file The large tensors that were shown last, kept so that a view can zoom into them; bounded in number and bytes. */
import { elementsOf, isConcrete, storageOf, type Tensor } from "@defnote/core"
import { TILES, type TileReply } from "@defnote/display"
import { levelOf, planesOf, type Region, valuesOf } from "@defnote/display/document"
import { answerQuestions, kernelHost } from "./host.ts"
import { Recent, type RecentLimits } from "./recent.ts"

/** Most cells of one answer. */
const CELLS = 20_000

/** Tensors by the hash of their contents, the least recently used given up first. */
export class TileStore {
  readonly #kept: Recent<Tensor>

  constructor(limits: RecentLimits = { count: 32, bytes: 256 * 2 ** 20 }) {
    this.#kept = new Recent(limits, bytesOf)
  }

  /** How many tensors are kept. */
  get size(): number {
    return this.#kept.size
  }

  /**
   * Keeps a tensor.
   * @returns its name, the same for the same contents, so that a notebook does not change when it runs again;
   *   undefined when it is larger than the bound
   */
  keep(x: Tensor): string | undefined {
    if (!this.#kept.fits(x)) return undefined
    const id = nameOf(x)
    this.#kept.keep(id, x)
    return id
  }

  /** Answers a question of a view; whatever it is, it never throws. */
  answer(question: Readonly<Record<string, unknown>>): TileReply {
    const request = Number(question.request)
    const x = this.#kept.use(String(question.id))
    if (!x || !isReadable(x)) return { request, problem: "not kept" }
    const order = orderOf(question.order, x.rank)
    const region =
      order &&
      regionOf(
        question,
        order.map((axis) => x.shape[axis]),
      )
    if (!region) return { request, problem: "not valid" }
    return { request, level: levelOf(valuesOf(x), x.shape, region, order) }
  }
}

const bytesOf = (x: Tensor): number => storageOf(x)?.byteLength ?? 0

/** A disposed tensor stays a tensor, but its elements are gone. */
function isReadable(x: Tensor): boolean {
  try {
    elementsOf(storageOf(x) as never, x.dtype)
    return true
  } catch {
    return false
  }
}

/** Type and contents in 64 bits: FNV-1a over two lanes of words. */
function nameOf(x: Tensor): string {
  const all = elementsOf(storageOf(x) as never, x.dtype)
  const words = new Int32Array(all.buffer, all.byteOffset, all.byteLength >> 2)
  let [a, b] = [0x811c9dc5, 0x01000193]
  const mix = (word: number) => {
    a = Math.imul(a ^ word, 0x01000193)
    b = Math.imul(b ^ (word >>> 16) ^ (word << 13), 0x85ebca6b)
  }
  for (let i = 0; i < words.length; i++) mix(words[i])
  for (let i = words.length * 4; i < all.byteLength; i++) mix(new Uint8Array(all.buffer)[i])
  for (const character of `${x.dtype}${x.shape}`) mix(character.charCodeAt(0))
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("")
}

/** Every axis once; the order of the tensor where the question names none. */
function orderOf(value: unknown, rank: number): number[] | undefined {
  const own = Array.from({ length: rank }, (_, axis) => axis)
  if (value === undefined) return own
  const order = integers(value, rank)
  return order?.length === rank && own.every((axis) => order.includes(axis)) ? order : undefined
}

/** The part that a question asks for, when it lies in the tensor and is not too large. */
function regionOf(
  question: Readonly<Record<string, unknown>>,
  shape: readonly number[],
): Region | undefined {
  const plane = planesOf(shape)
  const panels = integers(question.panels, 64)
  const rows = range(question.rows, plane.rows)
  const columns = range(question.columns, plane.columns)
  const factor = integers(question.factor, 2)
  if (!panels?.length || !rows || !columns || factor?.length !== 2) return undefined
  if (panels.some((p) => p >= plane.panels) || factor.some((f) => f < 1)) return undefined
  const [down, across] = factor
  const cells =
    Math.ceil((rows[1] - rows[0]) / down) * Math.ceil((columns[1] - columns[0]) / across)
  if (cells * panels.length > CELLS) return undefined
  return { panels, rows, columns, factor: [down, across] }
}

function integers(value: unknown, most: number): number[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined
  return value.every((n) => Number.isSafeInteger(n) && n >= 0) ? value : undefined
}

function range(value: unknown, end: number): [number, number] | undefined {
  const pair = integers(value, 2)
  return pair?.length === 2 && pair[0] < pair[1] && pair[1] <= end ? [pair[0], pair[1]] : undefined
}

let shared: TileStore | undefined

/** Keeps a shown tensor in the kernel's store; undefined where no kernel could answer. */
export function keepForTiles(x: Tensor): string | undefined {
  if (!kernelHost() || !isConcrete(x)) return undefined
  if (!shared) {
    const store = new TileStore()
    shared = store
    answerQuestions(TILES, (question) => store.answer(question))
  }
  return shared.keep(x)
}
