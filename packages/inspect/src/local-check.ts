/**
 * @file Is the derivative of one operation right? Along random directions, the slope by differences is compared with the
 * slope by the operation's own rule, in f64 and with the values that the operation really had.
 */
import {
  type Compiler,
  CpuStorage,
  type Graph,
  graphOf,
  InternTable,
  isFloat,
  make,
  pullback,
  sizeOf,
  type Tensor,
  type TensorType,
  withTable,
} from "@defnote/core"

export interface LocalCheck {
  readonly verdict: "ok" | "kink" | "wrong"
  /** Worst relative error of the directions. */
  readonly rel: number
  readonly eps: number
}

/** Elements of all operands together, beyond which an operation is not checked. */
const LIMIT = 4096
const DIRECTIONS = 3
/** A central difference in f64 with step h errs by about h^2 and 1e-16 / h: both near 1e-9 here. */
const STEP = 1e-5
const TOLERANCE = 1e-4

/** A repeatable stream of numbers in [-1, 1). @source G. Marsaglia, Xorshift RNGs, 2003 */
function stream(seed: number): () => number {
  let s = seed | 1
  return () => {
    s ^= s << 13
    s ^= s >>> 17
    s ^= s << 5
    return (s >>> 0) / 2 ** 31 - 1
  }
}
const wide = (t: TensorType): TensorType => (isFloat(t.dtype) ? { ...t, dtype: "f64" } : t)

interface Local {
  readonly forward: Graph
  readonly backward: Graph
}
/** The operation alone, and its rule, over f64 inputs. */
function alone(n: Tensor): Local {
  const types = n.inputs.map((x) => wide(x.type))
  const attrs =
    n.attrs.dtype !== undefined && isFloat(n.dtype) ? { ...n.attrs, dtype: "f64" } : n.attrs
  return withTable(new InternTable(), () => {
    const forward = graphOf(types, (...x) => [make(n.op, x, attrs)])
    const backward = graphOf([...types, forward.outputs[0].type], (...x) => {
      const inputs = x.slice(0, types.length)
      const y = make(n.op, inputs, attrs)
      const wrt = inputs.filter((v) => isFloat(v.dtype))
      return pullback([y], [x[types.length]], wrt).map((g, i) => g ?? wrt[i].zerosLike())
    })
    return { forward, backward }
  })
}

/**
 * Checks the rule of `n` at the values of its inputs; undefined when the operation has no rule, is too large, or its
 * values are not finite. Kinks are points where the slopes from both sides differ: no rule can match both.
 */
export function localCheck(
  n: Tensor,
  inputs: readonly Float64Array[],
  reference: Compiler,
): LocalCheck | undefined {
  const total = inputs.reduce((sum, x) => sum + x.length, 0)
  if ("flat" in n.op.vjp || !n.inputs.length || total > LIMIT || sizeOf(n.shape) > LIMIT)
    return undefined
  if (!isFloat(n.dtype) || !n.inputs.some((x) => isFloat(x.dtype))) return undefined
  if (inputs.some((x) => x.some((v) => !Number.isFinite(v)))) return undefined
  const { forward, backward } = alone(n)
  const [f, b] = [forward, backward].map((g) => reference.compile(g, {}))
  const float = n.inputs.map((x) => isFloat(x.dtype))
  const store = (x: readonly Float64Array[]) =>
    x.map((v, i) => new CpuStorage(float[i] ? v.slice().buffer : intBuffer(v, n.inputs[i])))
  const run = (x: readonly Float64Array[]): Float64Array =>
    new Float64Array((f.run(store(x))[0] as CpuStorage).readSync())
  const next = stream(n.id * 2654435761 + 1)
  const random = (k: number): Float64Array => Float64Array.from({ length: k }, next)
  const results = Array.from({ length: DIRECTIONS }, () =>
    direction(
      inputs,
      float,
      run,
      (g) =>
        b
          .run([...store(inputs), new CpuStorage(g.slice().buffer as ArrayBuffer)])
          .map((s) => new Float64Array((s as CpuStorage).readSync())),
      random,
      sizeOf(n.shape),
    ),
  )
  const worst = results.reduce((a, r) => (r.rel > a.rel || Number.isNaN(r.rel) ? r : a))
  if (Number.isNaN(worst.rel)) return undefined
  const verdict = worst.rel < TOLERANCE ? "ok" : results.some((r) => r.kink) ? "kink" : "wrong"
  return { verdict, rel: worst.rel, eps: STEP }
}
function intBuffer(values: Float64Array, x: Tensor): ArrayBuffer {
  const source =
    x.dtype === "bool" || x.dtype === "u8"
      ? Uint8Array.from(values)
      : x.dtype === "i32"
        ? Int32Array.from(values)
        : Uint32Array.from(values)
  return source.buffer as ArrayBuffer
}

type Run = (x: readonly Float64Array[]) => Float64Array
/** One random direction: slope by the rule against slopes by differences from both sides. */
function direction(
  x: readonly Float64Array[],
  float: readonly boolean[],
  run: Run,
  back: (g: Float64Array) => Float64Array[],
  random: (n: number) => Float64Array,
  outputs: number,
): { rel: number; kink: boolean } {
  const scale = (v: Float64Array): number =>
    Math.max(
      1,
      v.reduce((m, y) => Math.max(m, Math.abs(y)), 0),
    )
  const steps = x.map((v, i) => random(v.length).map((d) => (float[i] ? d * scale(v) : 0)))
  const g = random(outputs)
  const at = (h: number): number =>
    run(x.map((v, i) => v.map((y, k) => y + h * steps[i][k]))).reduce(
      (sum, y, k) => sum + g[k] * y,
      0,
    )
  const [low, mid, high] = [at(-STEP), at(0), at(STEP)]
  const bars = back(g)
  let slope = 0
  let k = 0
  steps.forEach((d, i) => {
    if (float[i]) slope += bars[k++].reduce((sum, b, j) => sum + b * d[j], 0)
  })
  const central = (high - low) / (2 * STEP)
  const size = Math.max(Math.abs(slope), Math.abs(central), 1e-6)
  const oneSided = Math.abs((high - mid) / STEP - (mid - low) / STEP) / size
  return { rel: Math.abs(slope - central) / size, kink: oneSided > 1e-2 }
}
