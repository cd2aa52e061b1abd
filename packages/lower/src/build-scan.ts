/** @file Running folds along an axis as loops: in order along the axis, lanes across the axes behind it. */
import type { Tensor } from "@defnote/core"
import { scalarInstructions as s } from "@defnote/core"
import { accumulatorOf, type Built, frame, type Job, pollOf, workOf } from "./build.ts"
import { Buffers, Elements } from "./elements.ts"
import { IndexMath } from "./index-math.ts"
import { loop, store } from "./loop-ir.ts"
import { roleOf } from "./nodes.ts"

/** Columns side by side. */
const COLUMNS = 4

export function buildScan(job: Job): Built {
  const n = job.members.find((x) => roleOf(x) === "scan") as Tensor
  const { axis, reverse } = n.attrs as unknown as { axis: number; reverse?: boolean }
  const k = n.rank + axis
  const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1)
  const extents = [product(n.shape.slice(0, k)), product(n.shape.slice(k + 1)), n.shape[k]]
  const [rows, inner, length] = extents
  const math = new IndexMath(extents)
  const buffers = new Buffers()
  const elements = new Elements(job.group, job.nodes, math, buffers, job.names)
  const turn = reverse ? s.sub(s.constant("i32", length - 1), s.index(2)) : s.index(2)
  const at = math.simplify(s.add(s.mul(s.add(s.mul(s.index(0), length), turn), inner), s.index(1)))
  const accumulator = accumulatorOf(n, 0, elements.flat(n.inputs[0], at))
  elements.bind(n, { at, value: () => s.convert(accumulator.update, n.dtype) })
  const stores = job.roots.map((r) => store(buffers.write(r), at, elements.flat(r, at), r))
  const along = loop(2, length, [...pollOf(2, length), ...stores], { accumulators: [accumulator] })
  const across = loop(1, inner, [along], { vector: true, copies: COLUMNS })
  const body = [loop(0, rows, [across], { ranged: true })]
  return { buffers, kernel: frame(job, buffers, extents, body, workOf(job), "scan") }
}
