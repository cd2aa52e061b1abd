/**
 * @file The scan node: inputs [...carries, ...xs, ...fixed]; outputs [...carries, ...ys, ...the carries before each turn],
 * of which only those that somebody reads are kept (C6, C9). The axis that is scanned comes first.
 */
import { ShapeError } from "../errors.ts"
import { type Graph, graphOf, traceGraph, typesOf } from "../graph.ts"
import { make } from "../make.ts"
import type { Batched, Grad, InnerRun, Op, Reversed, RunGraph } from "../op.ts"
import { axesOf, formatType, range, sameType, sizeOf, type TensorType } from "../shape.ts"
import { CpuStorage, elementsOf, type Storage } from "../storage.ts"
import type { Tensor } from "../tensor.ts"
import { inlinePure, vjpGraph } from "../transforms/grad.ts"
import { jvpGraph } from "../transforms/jvp.ts"
import { batchGraph, batchType, lead } from "../transforms/vmap.ts"
import { add } from "./arithmetic.ts"
import { filled, floats, keepEffects, perInput } from "./control-shared.ts"
import { reshapeTo } from "./move.ts"
import { concatenateOp } from "./move-join.ts"
import { permute } from "./move-order.ts"
import { sliceAlong } from "./move-part.ts"
import { differentiable, elements, zerosOf } from "./source.ts"

interface ScanAttrs {
  readonly body: Graph
  readonly carries: number
  readonly xs: number
  readonly length: number
  readonly reverse: boolean
}
const attrsOf = (n: Tensor): ScanAttrs => n.attrs as unknown as ScanAttrs
/** The type of one slice of a scanned operand. */
const sliceType = ({ dtype, shape, names }: TensorType): TensorType => ({
  dtype,
  shape: shape.slice(1),
  ...(names?.slice(1).some((x) => x) ? { names: names.slice(1) } : {}),
})

export const scanOp: Op = {
  name: "scan",
  family: "syntax",
  type: (_, attrs) => {
    const { body, carries, length } = attrs as unknown as ScanAttrs
    const out = typesOf(body.outputs)
    const state = out.slice(0, carries)
    return [...state, ...[...out.slice(carries), ...state].map((t) => batchType(t, length))]
  },
  turns: (n, inputs, run) => scanTurns(n, inputs, run),
  vjp: (g, n) => reverseScan(g, n),
  jvp: (n, inputs, tangents) => forwardScan(n, inputs, tangents),
  batch: (n, inputs, batched, size) => batchScan(n, inputs, batched, size),
  reversed: (n, d) => reversedScan(n, d),
  nested: (n) => {
    const { body, carries, xs, length } = attrsOf(n)
    const as = (of: number) => (of < carries ? "carry" : of < carries + xs ? "slice" : "same")
    const inputs = n.inputs.map((_, of) => ({ of, as: as(of) }) as const)
    return {
      kind: "loop",
      name: "scan",
      turns: length,
      regions: [{ name: "body", graph: body, inputs }],
    }
  },
}

function* scanTurns(n: Tensor, inputs: readonly Storage[], run: RunGraph): Iterable<InnerRun> {
  const { body, carries, xs, length, reverse } = attrsOf(n)
  const fixed = inputs.slice(carries + xs)
  let state = inputs.slice(0, carries)
  for (let turn = 0; turn < length; turn++) {
    const at = reverse ? length - 1 - turn : turn
    const part = inputs
      .slice(carries, carries + xs)
      .map((x, i) => sliceOf(x, n.inputs[carries + i].type, at))
    const all = [...state, ...part, ...fixed]
    yield { graph: body, inputs: all, label: `in turn ${at + 1} of ${length}` }
    state = run(body, all).slice(0, carries)
  }
}
/** Slice `at` of the first axis, copied. */
function sliceOf(x: Storage, type: TensorType, at: number): Storage {
  const width = sizeOf(type.shape) / type.shape[0]
  const all = elementsOf(x, type.dtype)
  return new CpuStorage(all.slice(at * width, (at + 1) * width).buffer as ArrayBuffer)
}

interface Loop {
  readonly carries: readonly Tensor[]
  readonly xs: readonly Tensor[]
  readonly fixed: readonly Tensor[]
}
export function makeScan(
  { carries, xs, fixed }: Loop,
  body: Graph,
  length: number,
  reverse: boolean,
): Tensor[] {
  carries.forEach((c, i) => {
    const y = body.outputs[i]
    if (y && sameType(y.type, c.type)) return
    throw new ShapeError(
      `scan: carry ${i} enters as ${formatType(c.type)} and leaves as ${y ? formatType(y.type) : "nothing"}; they must be equal`,
      { op: "scan" },
    )
  })
  const attrs = { body, carries: carries.length, xs: xs.length, length, reverse }
  const outputs = elements(make(scanOp, [...carries, ...xs, ...fixed], attrs))
  keepEffects(outputs, [body])
  return outputs
}
/** Operands by what they are. */
function groups(n: Tensor, all: readonly Tensor[] = n.inputs): Loop {
  const { carries: k, xs: m } = attrsOf(n)
  return { carries: all.slice(0, k), xs: all.slice(k, k + m), fixed: all.slice(k + m) }
}
/** Takes groups of given sizes off a list, in order. */
function partition<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  let at = 0
  return sizes.map((n) => list.slice(at, (at += n)))
}

/** A scan the other way: carries the cotangents of the carries and of the fixed operands; gives those of the xs (C9). */
function reverseScan(g: readonly Grad[], n: Tensor): Grad[] {
  const { body, carries: k, length, reverse } = attrsOf(n)
  const { carries, xs, fixed } = groups(n)
  const out = elements(n)
  const ys = body.outputs.length - k
  const saved = out.slice(k + ys)
  const barsOfC = filled(g.slice(0, k), out.slice(0, k))
  const barsOfY = filled(g.slice(k, k + ys), out.slice(k, k + ys))
  const barsOfSaved = g.slice(k + ys).some((x) => x) ? filled(g.slice(k + ys), saved) : []
  const sums = floats(fixed).map(zerosOf)
  const sizes = [
    barsOfC.length,
    sums.length,
    k,
    xs.length,
    barsOfY.length,
    barsOfSaved.length,
    fixed.length,
  ]
  const step = (...a: Tensor[]): Tensor[] => {
    const [dc, df, before, x, dy, ds, rest] = partition(a, sizes)
    const bars = inlinePure(vjpGraph(body), [...before, ...x, ...rest, ...dc, ...dy])
    const [bc, bx, bf] = partition(bars, [dc.length, floats(x).length, df.length])
    return [
      ...bc.map((b, i) => (ds.length ? add(b, ds[i]) : b)),
      ...bf.map((b, i) => add(df[i], b)),
      ...bx,
    ]
  }
  const start = [...barsOfC, ...sums]
  const scanned = [...saved, ...xs, ...barsOfY, ...barsOfSaved]
  const types = [...typesOf(start), ...typesOf(scanned).map(sliceType), ...typesOf(fixed)]
  const back = graphOf(types, step, { pure: true })
  const y = makeScan({ carries: start, xs: scanned, fixed }, back, length, !reverse)
  const [bc, bf, bx] = partition(y, [barsOfC.length, sums.length, floats(xs).length])
  return [...perInput(carries, bc), ...perInput(xs, bx), ...perInput(fixed, bf)]
}

/** In the order of {@link reverseScan}: its carries, then the carries before each turn, then xs, cotangents, fixed. */
function reversedScan(n: Tensor, d: Tensor): Reversed[] {
  const [region] = d.op.nested?.(d).regions ?? []
  if (!region) return []
  const { inputs: given, outputs } = region.graph
  const { carries, xs, fixed } = groups(n)
  const sizes = [carries, fixed, xs].map((x) => floats(x).length)
  const start = sizes[0] + sizes[1]
  const inputs = [
    ...given.slice(start, start + carries.length + xs.length),
    ...(fixed.length ? given.slice(-fixed.length) : []),
  ]
  const [bc, bf, bx] = partition(outputs, sizes)
  const cotangents = [...perInput(carries, bc), ...perInput(xs, bx), ...perInput(fixed, bf)]
  const ys = attrsOf(n).body.outputs.slice(carries.length)
  const seeds = [
    ...perInput(carries, given),
    ...perInput(ys, given.slice(start + carries.length + xs.length)),
  ]
  return [{ of: 0, region, inputs, seeds, cotangents, kept: attrsOf(n).length }]
}

/** The tangents are scanned beside the values. */
function forwardScan(n: Tensor, inputs: readonly Tensor[], tangents: readonly Grad[]): Grad[] {
  const { body, carries: k, xs: m, length, reverse } = attrsOf(n)
  const values = partition(inputs, [k, m, inputs.length - k - m])
  const given = partition(tangents, [k, m, inputs.length - k - m])
  const dots = given.map((t, i) => filled(t, values[i]))
  const [carries, xs, fixed] = values.map((x, i) => [...x, ...dots[i]])
  const sizes = values.flatMap((x, i) => [x.length, dots[i].length])
  const ys = body.outputs.length - k
  const types = [...typesOf(carries), ...typesOf(xs).map(sliceType), ...typesOf(fixed)]
  const step = graphOf(
    types,
    (...a) => {
      const [c, dc, x, dx, f, df] = partition(a, sizes)
      const both = inlinePure(jvpGraph(body), [...c, ...x, ...f, ...dc, ...dx, ...df])
      const [nc, , dnc, dys] = partition(both, [k, ys, k, ys])
      return [...nc, ...dnc.filter((_, i) => differentiable(values[0][i])), ...dys]
    },
    { pure: true },
  )
  const y = makeScan({ carries, xs, fixed }, step, length, reverse)
  const moving = dots[0].length
  const [, dc, dys, , saved] = partition(y, [k, moving, ys, k, moving])
  return [...perInput(values[0], dc), ...dys, ...perInput(values[0], saved)]
}

/** Exchanges the first two axes: the axis that is scanned must come first, so the batch steps behind it. */
const swap = (x: Tensor): Tensor =>
  permute(
    x,
    [1, 0, ...range(x.rank).slice(2)].map((i) => i - x.rank),
  )

function batchScan(
  n: Tensor,
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): Batched {
  const { body, carries: k, xs: m, length, reverse } = attrsOf(n)
  const rest = batched.slice(k)
  let flags = batched.slice(0, k)
  for (let stable = false; !stable; ) {
    const next = batchGraph(body, [...flags, ...rest], size)
      .batched.slice(0, k)
      .map((f, i) => f || flags[i])
    stable = next.every((f, i) => f === flags[i])
    flags = next
  }
  const force = [...flags, ...range(body.outputs.length - k).map(() => true)]
  const inner = batchGraph(body, [...flags, ...rest], size, force).graph
  const carries = inputs.slice(0, k).map((x, i) => (flags[i] ? lead(x, batched[i], size) : x))
  const xs = inputs.slice(k, k + m).map((x, i) => (rest[i] ? swap(x) : x))
  const y = makeScan({ carries, xs, fixed: inputs.slice(k + m) }, inner, length, reverse)
  const all = [...force, ...flags]
  return { outputs: y.map((o, i) => (i >= k && all[i] ? swap(o) : o)), batched: all }
}

/** How {@link scanNodes} runs. */
export interface ScanOptions {
  /** Keep about 2 sqrt(n) carries for the gradient in place of n, and compute the others again. */
  readonly checkpoint?: boolean
  /** The number of turns; needed when there is nothing to scan. */
  readonly length?: number
  /** From the last slice to the first. */
  readonly reverse?: boolean
}
export interface ScanTurn {
  readonly carries: readonly Tensor[]
  readonly ys?: readonly Tensor[]
}
type Turn = (carries: Tensor[], xs: Tensor[]) => ScanTurn
export interface Scanned {
  readonly carries: Tensor[]
  /** Stacked along a new first axis. */
  readonly ys: Tensor[]
}

/** Runs `turn` over the first axis of `xs`. @throws ShapeError when their lengths or the carries' types differ */
export function scanNodes(
  init: readonly Tensor[],
  xs: readonly Tensor[],
  turn: Turn,
  options: ScanOptions = {},
): Scanned {
  const length = lengthOf(xs, options.length)
  const { checkpoint = false, reverse = false } = options
  const chunk = checkpoint ? chunkOf(length) : 1
  if (chunk > 1) return chunked(init, xs, turn, { length, chunk, reverse })
  const k = init.length
  const types = [...typesOf(init), ...typesOf(xs).map(sliceType)]
  const { graph, captured } = traceGraph(types, (...x) => {
    const y = turn(x.slice(0, k), x.slice(k))
    return [...y.carries, ...(y.ys ?? [])]
  })
  const y = makeScan({ carries: init, xs, fixed: captured }, graph, length, reverse)
  return { carries: y.slice(0, k), ys: y.slice(k, graph.outputs.length) }
}
function lengthOf(xs: readonly Tensor[], given: number | undefined): number {
  const lengths = xs.map((x) => x.shape[0])
  const length = given ?? lengths[0]
  const bad = xs.find((x) => x.rank === 0 || x.shape[0] !== length)
  if (bad)
    throw new ShapeError(
      `scan: ${formatType(bad.type)} over ${length} turns; the first axis must have that size`,
      { op: "scan" },
    )
  if (length === undefined)
    throw new ShapeError("scan: there is nothing to scan and no length; one is needed", {
      op: "scan",
    })
  return length
}
/** The size of an inner scan: the number nearest to sqrt(n) from above; the last inner scan may be shorter. */
function chunkOf(length: number): number {
  const chunk = Math.ceil(Math.sqrt(length))
  return chunk < length ? chunk : 1
}

/**
 * A scan of scans: only the carries between inner scans are kept. Turns that do not fill an inner scan are a scan of
 * their own, after it (or before it, when reversed).
 */
function chunked(
  init: readonly Tensor[],
  xs: readonly Tensor[],
  turn: Turn,
  { length, chunk, reverse }: { length: number; chunk: number; reverse: boolean },
): Scanned {
  const whole = Math.floor(length / chunk) * chunk
  const cut = (from: number, to: number) => xs.map((x) => slices(x, from, to))
  const [head, tail] = reverse ? [length - whole, length] : [0, whole]
  const fold = (x: Tensor): Tensor => {
    const [, ...rest] = axesOf(x.type)
    return reshapeTo(x, [{ size: whole / chunk }, { size: chunk }, ...rest])
  }
  const inner: Turn = (c, x) => scanNodes(c, x, turn, { length: chunk, reverse })
  const main = scanNodes(init, cut(head, tail).map(fold), inner, { length: whole / chunk, reverse })
  const ys = main.ys.map((y) => reshapeTo(y, [{ size: whole }, ...axesOf(y.type).slice(2)]))
  if (whole === length) return { carries: main.carries, ys }
  const [from, to] = reverse ? [0, length - whole] : [whole, length]
  const rest = scanNodes(main.carries, cut(from, to), turn, { length: to - from, reverse })
  return {
    carries: rest.carries,
    ys: ys.map((y, i) => join(reverse ? [rest.ys[i], y] : [y, rest.ys[i]])),
  }
}
const slices = (x: Tensor, from: number, to: number): Tensor =>
  from === 0 && to === x.shape[0] ? x : sliceAlong(x, -x.rank, from, to)
const join = (xs: readonly Tensor[]): Tensor => make(concatenateOp, xs, { axis: -xs[0].rank })
