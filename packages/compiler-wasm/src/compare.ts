/** @file For tests: random inputs, and a compiled graph against the reference compiler. */
import {
  allocate,
  type CompileOptions,
  CpuStorage,
  type DType,
  type Graph,
  isFloat,
  read,
  reference,
  type Storage,
  sizeOf,
  type TensorType,
  view,
  write,
} from "@defnote/core"
import { hasRelaxedSimd } from "./features.ts"
import { wasm } from "./index.ts"

export function randomStorage(
  t: TensorType,
  range: readonly [number, number],
  random: () => number,
): Storage {
  const n = sizeOf(t.shape)
  const a = allocate(t.dtype, n)
  for (let i = 0; i < n; i++) {
    const x = range[0] + (range[1] - range[0]) * random()
    const int = Math.round(x)
    if (isFloat(t.dtype)) write(t.dtype, a, i, x)
    else if (t.dtype === "bool") write("bool", a, i, random() < 0.5 ? 0 : 1)
    else
      write(
        t.dtype,
        a,
        i,
        t.dtype.endsWith("64")
          ? BigInt(t.dtype === "u64" ? Math.abs(int) : int)
          : t.dtype.startsWith("u")
            ? Math.abs(int)
            : int,
      )
  }
  return new CpuStorage(a.buffer as ArrayBuffer)
}
/** How far results may differ: the compiler sums in another order, and fuses or not (C13). */
export const tolerance: Record<DType, number> = {
  f64: 1e-12,
  f32: 2e-5,
  f16: 2e-3,
  bf16: 2e-2,
  bool: 0,
  u8: 0,
  u16: 0,
  u32: 0,
  u64: 0,
  i8: 0,
  i16: 0,
  i32: 0,
  i64: 0,
}
/** With fused multiply-add where this engine has it, and without. */
export function expectEqual(graph: Graph, inputs: Storage[], name: string, scale = 1): void {
  const want = reference.compile(graph, {}).run(inputs)
  const variants = hasRelaxedSimd() ? [{}, { strict: true }] : [{}]
  for (const options of variants) {
    const variant = "strict" in options ? `${name}, strict` : name
    compare(graph, want, runNamed(graph, options, inputs, variant), variant, scale)
  }
}
function compare(graph: Graph, want: Storage[], got: Storage[], name: string, scale: number): void {
  graph.outputs.forEach((y, k) => {
    const [a, b] = [want, got].map((s) => view(y.dtype, s[k].readSync?.() as ArrayBuffer))
    if (a.length !== b.length)
      throw new Error(`${name}: output ${k} has ${b.length} elements, not ${a.length}`)
    for (let i = 0; i < a.length; i++) {
      const [p, q] = [read(y.dtype, a, i), read(y.dtype, b, i)]
      if (p === q || (Number.isNaN(p) && Number.isNaN(q))) continue
      const d = Math.abs(Number(p) - Number(q))
      const bound = tolerance[y.dtype as DType] * scale * Math.max(1, Math.abs(Number(p)))
      if (!(d <= bound)) throw new Error(`${name}: output ${k} element ${i}: ${q} for ${p}`)
    }
  })
}
function runNamed(
  graph: Graph,
  options: CompileOptions,
  inputs: Storage[],
  name: string,
): Storage[] {
  try {
    return wasm.compile(graph, options).run(inputs)
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}
