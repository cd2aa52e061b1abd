/**
 * @file Whether a kernel may write a result over one of its inputs (D4.4): every element is read before the store that
 * overwrites it. Goes by the order in which the loop IR runs. Knows no target.
 */
import { DTYPES } from "@defnote/core"
import { IndexMath } from "./index-math.ts"
import { expressionsOf, type Kernel, type Loop, type Statement } from "./loop-ir.ts"
import { order, type Scalar } from "./scalar-rebuild.ts"
import { stretchOf } from "./streams.ts"

/** A load or a store, in the order of the program, with the loops around it. */
interface Access {
  readonly kind: "load" | "store"
  readonly buffer: number
  readonly at: Scalar
  /** The expression of a load: one turn computes it once. */
  readonly load?: Scalar
  readonly loops: readonly Loop[]
}

export function mayOverwrite(kernel: Kernel, read: number, write: number): boolean {
  const [from, to] = [kernel.buffers[read], kernel.buffers[write]]
  if (from.size !== to.size || DTYPES[from.dtype].bytes !== DTYPES[to.dtype].bytes) return false
  const all = accesses(kernel)
  const stores = all.filter((a) => a.kind === "store" && a.buffer === write)
  if (stores.length !== 1) return false
  const [store] = stores
  const end = all.indexOf(store)
  const known = new Set(all.slice(0, end).flatMap((a) => (sameLoops(a, store) ? [a.load] : [])))
  const math = new IndexMath(kernel.extents)
  if (!storesOnce(math, store)) return false
  return all.every((a, i) => {
    if (a.kind !== "load" || a.buffer !== read) return true
    if (!sameLoops(a, store)) return i < end && turnBefore(kernel, a, store, read, write)
    return (i < end || known.has(a.load)) && samePlace(math, a.at, store.at)
  })
}
/** Every turn of every loop around the store has its own position. */
function storesOnce(math: IndexMath, { at, loops }: Access): boolean {
  const indices = new Set<number>()
  for (const [e] of math.linear(at).terms) if (e.op === "index") indices.add(Number(e.value))
  return loops.every((l) => l.extent <= 1 || indices.has(l.index))
}
/** The load is in an earlier part of the same turn of the outermost loop, whose turns share no elements. */
function turnBefore(
  kernel: Kernel,
  load: Access,
  store: Access,
  read: number,
  write: number,
): boolean {
  const [a, b] = [load.loops, store.loops]
  if (!a.length || a[0] !== b[0] || a[1] === b[1]) return false
  const stretch = stretchOf(kernel, read)
  return stretch !== undefined && stretch === stretchOf(kernel, write)
}
const sameLoops = (a: Access, b: Access): boolean =>
  a.loops.length === b.loops.length && a.loops.every((l, i) => l === b.loops[i])

/** Whether two positions are the same sum of the same terms. */
function samePlace(math: IndexMath, a: Scalar, b: Scalar): boolean {
  const [p, q] = [math.linear(a), math.linear(b)]
  const key = (e: Scalar): string => (e.op === "index" ? `i${e.value}` : `e${e.id}`)
  const terms = new Map([...q.terms].map(([e, k]) => [key(e), k]))
  return (
    p.offset === q.offset &&
    p.terms.size === q.terms.size &&
    [...p.terms].every(([e, k]) => terms.get(key(e)) === k)
  )
}

/** The loads of a statement come before its store; those of accumulators at the end of a turn. */
function accesses(kernel: Kernel): Access[] {
  const found: Access[] = []
  const loads = (e: Scalar, loops: readonly Loop[]): void => {
    for (const x of order([e]))
      if (x.op === "load")
        found.push({ kind: "load", buffer: Number(x.value), at: x.args[0], load: x, loops })
  }
  const walk = (body: readonly Statement[], loops: readonly Loop[]): void => {
    for (const x of body) {
      if (x.kind === "store") {
        for (const e of expressionsOf(x)) loads(e, loops)
        found.push({ kind: "store", buffer: x.buffer, at: x.at, loops })
      } else if (x.kind === "loop") {
        const inner = [...loops, x]
        walk(x.body, inner)
        for (const e of expressionsOf(x)) loads(e, inner)
      }
    }
  }
  walk(kernel.body, [])
  return found
}
