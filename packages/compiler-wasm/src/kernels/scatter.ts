/** @file Sums of rows into zeros at computed indices: the adjoint of gather. Halves add in f32, each sum rounded. */
import { isHalf, read, sizeOf, type Tensor, type TypedArray, write } from "@defnote/core"
import type { Routine } from "../routine.ts"

interface ScatterAttrs {
  readonly inner: number
  readonly rows: number
  readonly outside: "clamp" | "drop"
}
/** indices `[lead..., m]`, updates `[lead..., m, inner...]` to `[lead..., rows, inner...]`. */
export const scatterAdd: Routine = (n, [indices, updates], [out]) => {
  if (!out) return
  const { inner, rows, outside } = n.attrs as unknown as ScatterAttrs
  const width = sizeOf(n.shape.slice(n.rank - inner))
  const count = n.inputs[0].shape[n.inputs[0].rank - 1]
  const zero = typeof out[0] === "bigint" ? 0n : 0
  out.fill(zero as never)
  const add = adderFor(n, out, updates)
  for (let k = 0; k < indices.length; k++) {
    const index = Number(indices[k])
    if (outside === "drop" && (index < 0 || index >= rows)) continue
    const row = Math.floor(k / count) * rows + Math.max(0, Math.min(rows - 1, index))
    for (let j = 0; j < width; j++) add(row * width + j, k * width + j)
  }
}
function adderFor(n: Tensor, out: TypedArray, x: TypedArray): (to: number, from: number) => void {
  if (isHalf(n.dtype)) {
    return (to, from) => {
      const sum = Number(read(n.dtype, out, to)) + Number(read(n.dtype, x, from))
      write(n.dtype, out, to, sum)
    }
  }
  const [a, b] = [out as Float64Array, x as Float64Array]
  return (to, from) => {
    a[to] += b[from]
  }
}
