/** @file Maps as loops: as few loops as the divisions in the index expressions allow, the last one over lanes. */
import { scalarInstructions as s } from "@defnote/core"
import { type Built, copiesFor, frame, type Job, workOf } from "./build.ts"
import { Buffers, Elements } from "./elements.ts"
import { IndexMath } from "./index-math.ts"
import { loop, type Statement, store } from "./loop-ir.ts"
import { isFlat } from "./nodes.ts"
import { order, type Scalar } from "./scalar-rebuild.ts"

/** Sizes of nested loops over `extent` elements, so that no expression of `values` divides an index. */
export function dimensionsFor(extent: number, values: readonly Scalar[]): number[] {
  const divisors = new Set<number>()
  for (const e of order(values)) {
    if ((e.op !== "quotient" && e.op !== "remainder") || e.args[1].op !== "constant") continue
    const d = Number(e.args[1].value)
    const [y] = e.args
    if (isFlat(y)) divisors.add(d)
    else if (y.op === "quotient" && isFlat(y.args[0]) && y.args[1].op === "constant") {
      divisors.add(Number(y.args[1].value))
      divisors.add(Number(y.args[1].value) * d)
    }
  }
  const sizes: number[] = []
  let last = 1
  for (const d of [...divisors].sort((a, b) => a - b)) {
    if (d <= last || d >= extent || d % last || extent % d) continue
    sizes.unshift(d / last)
    last = d
  }
  sizes.unshift(extent / last)
  return sizes
}
/** The flat position of nested loops with indices from `first` on. */
export function position(sizes: readonly number[], first: number): Scalar {
  return sizes.reduce<Scalar>(
    (at, n, k) => s.add(s.mul(at, n), s.index(first + k)),
    s.constant("i32", 0),
  )
}

export function buildMap(job: Job): Built {
  const { group, nodes, roots } = job
  const draft = new Elements(group, nodes, new IndexMath([group.full]), new Buffers(), new Map())
  const sizes = dimensionsFor(
    group.full,
    roots.map((n) => draft.flat(n, s.index(0))),
  )
  const math = new IndexMath(sizes)
  const at = math.simplify(position(sizes, 0))
  const buffers = new Buffers()
  const elements = new Elements(group, nodes, math, buffers, job.names)
  const values = roots.map((n) => elements.flat(n, at))
  const stores = roots.map((n, i) => store(buffers.write(n), at, values[i], n))
  return {
    buffers,
    kernel: frame(job, buffers, sizes, nest(math, sizes, stores, values), workOf(job)),
  }
}
/** Rows side by side where the lanes jump from row to row of what is read. */
const CROSSED = 8

function nest(
  math: IndexMath,
  sizes: readonly number[],
  body: Statement[],
  values: readonly Scalar[],
): Statement[] {
  const last = sizes.length - 1
  const crossed = crossedIndex(math, values, last)
  let inner = body
  for (let k = last; k >= 0; k--) {
    const copies = k === last ? (crossed < 0 ? copiesFor(values) : 1) : k === crossed ? CROSSED : 1
    inner = [loop(k, sizes[k], inner, { vector: k === last, copies, ranged: k === 0 })]
  }
  return inner
}
/** The loop along which loads are neighbours while along the lanes they are not: a transposition; -1 for none. */
function crossedIndex(math: IndexMath, values: readonly Scalar[], lanes: number): number {
  for (const e of order(values)) {
    if (e.op !== "load") continue
    const { terms } = math.linear(e.args[0])
    let [across, along] = [0, -1]
    for (const [atom, k] of terms) {
      if (atom.op !== "index") continue
      if (Number(atom.value) === lanes) across = Math.abs(k)
      else if (k === 1) along = Number(atom.value)
    }
    if (across > 1 && along >= 0) return along
  }
  return -1
}
