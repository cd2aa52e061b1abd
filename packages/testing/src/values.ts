/** @file Values of tensors in tests: at the edges of a dtype, and moved in and out of storages. */
import {
  allocate,
  CpuStorage,
  type DType,
  elementsOf,
  intRange,
  isFloat,
  isWide,
  read,
  roundFloat,
  type Storage,
  sizeOf,
  type TensorType,
  type Value,
  type Values,
  write,
} from "@defnote/core"

const FLOAT_EDGES = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3,
  100.25,
  -77.125,
  1e-3,
  1e5,
  -1e5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
]
/** Largest, smallest normal and smallest subnormal, as powers of two where that is enough. */
const FLOAT_LIMITS = {
  f16: [65504, 2 ** -14, 2 ** -24],
  bf16: [2 ** 127 * (2 - 2 ** -7), 2 ** -126, 2 ** -133],
  f32: [2 ** 127 * (2 - 2 ** -23), 2 ** -126, 2 ** -149],
  f64: [Number.MAX_VALUE, 2 ** -1022, Number.MIN_VALUE],
} as const
/** The values at which definitions break first. */
export function edgeValues(d: DType): Value[] {
  if (d === "bool") return [0, 1]
  if (isFloat(d))
    return [...FLOAT_EDGES, ...FLOAT_LIMITS[d].flatMap((x) => [x, -x])].map((x) => roundFloat(d, x))
  const [low, high] = intRange(d)
  const all = [low, low + 1n, -3n, -1n, 0n, 1n, 2n, 3n, 7n, 8n, 31n, 63n, 64n, high - 1n, high]
  const fitting = [...new Set(all)].filter((x) => x >= low && x <= high)
  return isWide(d) ? fitting : fitting.map(Number)
}

/** Values as the memory of a tensor. */
export function toStorage(t: TensorType, x: Values): Storage {
  const out = allocate(t.dtype, sizeOf(t.shape))
  for (let i = 0; i < out.length; i++) write(t.dtype, out, i, x[i])
  return new CpuStorage(out.buffer as ArrayBuffer)
}
/** The memory of a tensor as values: halves as numbers, 64-bit integers as bigint. */
export function fromStorage(t: TensorType, storage: Storage): Value[] {
  const elements = elementsOf(storage, t.dtype)
  return Array.from({ length: sizeOf(t.shape) }, (_, i) => read(t.dtype, elements, i))
}
