/**
 * @file Large contractions: the right operand packed in panels as wide as a tile, tiles of several rows and vectors in
 * registers, everything that follows done at the store. One kernel packs, one multiplies.
 */
import { isFloat, isHalf, scalarInstructions as s, type Tensor } from "@defnote/core"
import { type Built, frame, type Job, resultOf } from "./build.ts"
import {
  type Axes,
  type Contraction,
  contraction,
  contractWork,
  operandAt,
  productSum,
  storesOf,
} from "./contraction.ts"
import type { Packed } from "./elements.ts"
import { loop, type Statement, store } from "./loop-ir.ts"
import type { Scalar } from "./scalar-rebuild.ts"

/** The one axis of each kind; batch axes run outside. */
interface Roles {
  /** Operand whose rows the tiles hold; the other one is packed. */
  readonly left: number
  readonly m: number
  readonly n: number
  readonly k: number
  readonly batch: readonly number[]
}
/** Products from which on packing pays. */
const LARGE = 40_000
/** How much faster tiles do their arithmetic than the estimate of other loops supposes. */
const SPEED = 24

function rolesOf(axes: Axes): Roles | undefined {
  const all = axes.sizes.map((_, i) => i)
  const on = (k: number, i: number): boolean => axes.operands[k].includes(i)
  const kept = all.slice(0, axes.kept)
  const summed = all.slice(axes.kept)
  const n = axes.kept - 1
  const left = on(0, n) ? 1 : 0
  const rows = kept.filter((i) => on(left, i) && !on(1 - left, i))
  const columns = kept.filter((i) => on(1 - left, i) && !on(left, i))
  if (rows.length !== 1 || columns.length !== 1 || columns[0] !== n || summed.length !== 1)
    return undefined
  const batch = kept.filter((i) => on(0, i) && on(1, i))
  return { left, m: rows[0], n, k: summed[0], batch }
}

/** Undefined where plain loops do as well. */
export function buildTiles(job: Job, node: Tensor, axes: Axes): readonly Built[] | undefined {
  const roles = rolesOf(axes)
  if (!roles || !isFloat(node.dtype)) return undefined
  const [M, N, K] = [roles.m, roles.n, roles.k].map((i) => axes.sizes[i])
  const { rows, vectors } = job.target.tile
  const wide = job.target.lanes * vectors
  if (M < rows || N < job.target.lanes || K < 4 || M * N * K < LARGE) return undefined
  const dtype = isHalf(node.dtype) ? "f32" : node.dtype
  const panels = Math.ceil(N / wide)
  const batches = roles.batch.reduce((p, i) => p * axes.sizes[i], 1)
  const packed: Packed = { packed: true, dtype, size: batches * panels * K * wide }
  const shape = { ...roles, rows, wide, panels, M, N, K }
  const kernels = [pack(job, axes, shape, 1 - roles.left, packed)]
  let lines: Packed | undefined
  if (axes.operands[roles.left].at(-1) !== roles.k) {
    lines = { packed: true, dtype, size: batches * M * K }
    kernels.push(packLines(job, axes, shape, lines))
  }
  return [...kernels, multiply(job, axes, shape, packed, lines)]
}
interface Shape extends Roles {
  readonly rows: number
  readonly wide: number
  readonly panels: number
  readonly M: number
  readonly N: number
  readonly K: number
}
/** The position in the product of the batch axes, whose loops have their axis numbers. */
const batchIndex = (axes: Axes, batch: readonly number[]): Scalar =>
  batch.reduce<Scalar>(
    (sum, i) => s.add(s.mul(sum, axes.sizes[i]), s.index(i)),
    s.constant("i32", 0),
  )
const batchLoops = (
  axes: Axes,
  batch: readonly number[],
  body: readonly Statement[],
  ranged = false,
): readonly Statement[] =>
  batch.reduceRight(
    (inner: readonly Statement[], i) => [
      loop(i, axes.sizes[i], inner, { ranged: ranged && i === batch[0] }),
    ],
    body,
  )

/** Panels `[batch][N / wide][K][wide]` of an operand; the last panel is filled with zeros. */
function pack(job: Job, axes: Axes, x: Shape, operand: number, to: Packed): Built {
  const { wide, panels, K, N } = x
  const [P, L] = [axes.sizes.length, axes.sizes.length + 1]
  const extents = [...axes.sizes, panels, wide]
  const c = contraction(job, axes, extents)
  const column = s.add(s.mul(s.index(P), wide), s.index(L))
  const inside = N % wide === 0 ? column : s.min(column, N - 1)
  const value = s.convert(
    operandAt(c, operand, (i) => (i === x.n ? inside : s.index(i))),
    to.dtype,
  )
  const known = N % wide === 0 ? value : s.select(s.less(column, N), value, 0)
  const line = s.add(
    s.mul(s.add(s.mul(batchIndex(axes, x.batch), panels), s.index(P)), K),
    s.index(x.k),
  )
  const at = c.math.simplify(s.add(s.mul(line, wide), s.index(L)))
  const write = store(c.buffers.packed(to, "write"), at, c.math.simplify(known), c.node)
  const lanes = loop(L, wide, [write], { vector: true, copies: 2 })
  const nest = loop(P, panels, batchLoops(axes, x.batch, [loop(x.k, K, [lanes])]), { ranged: true })
  return framed(c, extents, [nest], to.size)
}
/** The rows of the other operand with the summed axis last: `[batch][M][K]`. */
function packLines(job: Job, axes: Axes, x: Shape, to: Packed): Built {
  const c = contraction(job, axes, axes.sizes)
  const line = s.add(s.mul(batchIndex(axes, x.batch), x.M), s.index(x.m))
  const at = c.math.simplify(s.add(s.mul(line, x.K), s.index(x.k)))
  const value = s.convert(operandAt(c, x.left, s.index), to.dtype)
  const write = store(c.buffers.packed(to, "write"), at, c.math.simplify(value), c.node)
  const body = loop(x.k, x.K, [write], { vector: true, copies: 1 })
  const nest = loop(x.m, x.M, [...batchLoops(axes, x.batch, [body])], {
    ranged: true,
    copies: x.batch.length ? 1 : 8,
  })
  return framed(c, axes.sizes, [nest], to.size)
}
function framed(
  c: Contraction,
  extents: readonly number[],
  body: readonly Statement[],
  work: number,
): Built {
  const kernel = frame(c.job, c.buffers, extents, body, 2 * work, "pack")
  return {
    buffers: c.buffers,
    kernel: {
      ...kernel,
      nodes: [c.node],
      why: "an operand in the order in which the product reads it",
    },
  }
}

function multiply(
  job: Job,
  axes: Axes,
  x: Shape,
  packed: Packed,
  lines: Packed | undefined,
): Built {
  const { wide, M, N, K } = x
  const first = axes.sizes.length + 1
  const rest = N % wide
  const extents = [...axes.sizes, Math.floor(N / wide), M, wide, K, M, rest, K]
  const c = contraction(job, axes, extents)
  const operands = {
    panel: c.buffers.packed(packed, "read"),
    left: lines && c.buffers.packed(lines, "read"),
  }
  c.outputs = job.roots.map((n) => c.buffers.write(n))
  const t: Tiles = { c, x, packed, ...operands, batch: batchIndex(axes, x.batch) }
  const full = Math.floor(N / wide)
  const P = axes.sizes.length
  const body = [
    ...(full ? [loop(P, full, [tile(t, s.index(P), wide, first, 0)])] : []),
    ...(rest ? [tile(t, s.constant("i32", full), rest, first + 3, 1)] : []),
  ]
  const nest = batchLoops(axes, x.batch, body, true)
  return {
    buffers: c.buffers,
    kernel: frame(job, c.buffers, extents, nest, contractWork(c), "contract", SPEED),
  }
}
interface Tiles {
  readonly c: Contraction
  readonly x: Shape
  readonly packed: Packed
  readonly panel: number
  /** The packed rows, where the operand does not have the summed axis last. */
  readonly left: number | undefined
  readonly batch: Scalar
}
/** All rows of one panel; the loops over rows, lanes and the sum have indices from `first` on. */
function tile(t: Tiles, p: Scalar, extent: number, first: number, number: number): Statement {
  const { c, x, batch } = t
  const { wide, K } = x
  const [row, lane, k] = [s.index(first), s.index(first + 1), s.index(first + 2)]
  const index = (i: number): Scalar => (i === x.m ? row : i === x.k ? k : s.index(i))
  const line = s.add(s.mul(s.add(s.mul(batch, x.panels), p), K), k)
  const b = s.load(t.packed.dtype, t.panel, c.math.simplify(s.add(s.mul(line, wide), lane)))
  const a = t.left === undefined ? operandAt(c, x.left, index) : lineElement(t, t.left, row, k)
  const accumulator = productSum(c.node, [a, b], number)
  // Not unrolled: V8 would keep the loads of several turns in registers and spill the accumulators.
  const sum = loop(first + 2, K, [], { accumulators: [accumulator] })
  const column = s.add(s.mul(p, wide), lane)
  const stores = storesOf(c, resultOf(accumulator), (i) => (i === x.n ? column : index(i)))
  const copies = wide / c.job.target.lanes
  const lanes = loop(first + 1, extent, [sum, ...stores], { vector: true, copies })
  return loop(first, x.M, [lanes], { copies: x.rows, ranged: !x.batch.length })
}
function lineElement(
  { c, x, batch, packed }: Tiles,
  buffer: number,
  row: Scalar,
  k: Scalar,
): Scalar {
  const at = s.add(s.mul(s.add(s.mul(batch, x.M), row), x.K), k)
  return s.load(packed.dtype, buffer, c.math.simplify(at))
}
