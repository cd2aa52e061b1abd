/**
 * @file What lowering asks of a node: its role by the op's properties, how it reads its inputs, what an element costs.
 * Asks for no op's name.
 */
import {
  elementOp,
  isFloat,
  paramOp,
  scalarInstructions as s,
  sizeOf,
  strides,
  type Tensor,
} from "@defnote/core"
import { IndexMath } from "./index-math.ts"
import { order, type Scalar } from "./scalar-rebuild.ts"

/** `stored` values lie in memory: parameters, and outputs of nodes that are no loops of ours. */
export type Role = "stored" | "map" | "reduce" | "scan" | "contract" | "opaque"

export function roleOf(n: Tensor): Role {
  if (n.op === paramOp || n.op === elementOp) return "stored"
  if (n.op.at) return "map"
  if (n.op.fold && n.op.family === "reduce") return "reduce"
  if (n.op.fold && typeof n.attrs.axis === "number") return "scan"
  return n.op.family === "contract" ? "contract" : "opaque"
}

/** The position, row-major, of an index. */
export function linear(i: readonly Scalar[], shape: readonly number[]): Scalar {
  const zero = s.constant("i32", 0)
  return strides(shape).reduce((sum, n, k) => s.add(sum, s.mul(i[k], n)), zero)
}
/** The index of a position. */
export function digits(at: Scalar, shape: readonly number[]): Scalar[] {
  return strides(shape).map((n, k) => {
    if (shape[k] === 1) return s.constant("i32", 0)
    const q = s.quotient(at, n)
    return k === 0 ? q : s.remainder(q, shape[k])
  })
}

/** How a node reads a value: position `at`, as an expression of the position of its own element, index 0. */
export interface Access {
  readonly producer: Tensor
  /** Undefined where a contraction reads it: at many positions. */
  readonly at: Scalar | undefined
}
/** The element of a node as an expression of loads of its inputs, seen through the moves between. */
export interface Reading {
  readonly accesses: readonly Access[]
  /** Arithmetic instructions on data. */
  readonly cost: number
}

/** The position itself. Made anew each time: the table of expressions may have been renewed since. */
const flat = (): Scalar => s.index(0)
/** Whether an expression is the position itself. */
export const isFlat = (e: Scalar | undefined): boolean => e?.op === "index" && Number(e.value) === 0
/** Whether an expression is the position divided by `d`. */
export function isFlatOver(e: Scalar | undefined, d: number): boolean {
  if (d === 1) return isFlat(e)
  return (
    e?.op === "quotient" &&
    isFlat(e.args[0]) &&
    e.args[1].op === "constant" &&
    Number(e.args[1].value) === d
  )
}
const POINTWISE = new Set(["unary", "binary", "compare", "select"])
/** Moves seen through at most so often; longer chains are cut into kernels. */
const DEPTH = 24
/** What a scalar may cost to be computed again by everyone who needs it. */
const SCALAR_COST = 24

/** Answers for the nodes of one graph; every answer is computed once. */
export class Nodes {
  readonly #readings = new Map<Tensor, Reading>()
  readonly #virtual = new Map<Tensor, number>()
  readonly #costs = new Map<string, number>()

  reading(n: Tensor): Reading {
    let r = this.#readings.get(n)
    if (!r) {
      r = this.#read(n)
      this.#readings.set(n, r)
    }
    return r
  }
  /** Needs no kernel of its own: a move, a constant, an index, a scalar of little arithmetic. */
  isVirtual(n: Tensor): boolean {
    return this.#depth(n) > 0
  }
  /** The node in whose memory `n` lies: a reshape lies in that of its operand. */
  memory(n: Tensor): Tensor {
    while (this.isVirtual(n)) {
      const { accesses, cost } = this.reading(n)
      const [a] = accesses
      const here = isFlat(a?.at) || (n.size === 1 && a?.at?.op === "constant")
      if (accesses.length !== 1 || !here || cost > 0) break
      if (a.producer.dtype !== n.dtype || a.producer.size !== n.size) break
      n = a.producer
    }
    return n
  }
  /** How many moves are seen through from here; 0 where the node is computed. Nodes are asked inputs first. */
  #depth(n: Tensor): number {
    let depth = this.#virtual.get(n)
    if (depth === undefined) {
      depth = this.#depthOf(n)
      this.#virtual.set(n, depth)
    }
    return depth
  }
  #depthOf(n: Tensor): number {
    if (roleOf(n) !== "map" || n.size === 0) return 0
    const below = 1 + Math.max(0, ...n.inputs.map((x) => this.#virtual.get(x) ?? 0))
    if (below > DEPTH) return 0
    const { own, cost } = this.#own(n)
    const loads = own.filter((e) => e.op === "load").length
    if (cost === 0 && loads <= 1 && (loads === 0 ? own.length < 4 : true)) return below
    return n.size === 1 && this.#scalarCost(n) <= SCALAR_COST ? below : 0
  }
  #scalarCost(n: Tensor): number {
    let total = 0
    const seen = new Set<Tensor>()
    const stack = [n]
    while (stack.length && total <= SCALAR_COST) {
      const x = stack.pop() as Tensor
      if (seen.has(x) || roleOf(x) !== "map") continue
      seen.add(x)
      total += this.#own(x).cost
      for (const y of x.inputs) if ((this.#virtual.get(y) ?? 0) > 0) stack.push(y)
    }
    return total
  }

  /** The node's own expression over loads of its direct inputs, and its arithmetic. */
  #own(n: Tensor): { own: Scalar[]; cost: number } {
    const key = POINTWISE.has(n.op.family)
      ? `${n.op.name}:${n.inputs.map((x) => x.dtype)}:${n.dtype}`
      : ""
    const known = key ? this.#costs.get(key) : undefined
    if (known !== undefined) return { own: [], cost: known }
    const math = new IndexMath([Math.max(1, n.size)])
    const index = digits(flat(), n.shape).map((d) => math.simplify(d))
    const load = (k: number, i: readonly Scalar[]): Scalar =>
      s.load(n.inputs[k].dtype, k, math.simplify(linear(i, n.inputs[k].shape)))
    const own = order([(n.op.at as NonNullable<typeof n.op.at>)(index, load, n)])
    const cost = dataCost(own)
    if (key && cost > 0) this.#costs.set(key, cost)
    return { own, cost }
  }

  #read(n: Tensor): Reading {
    const role = roleOf(n)
    if (role === "map") return this.#readMap(n)
    if (role === "reduce" || role === "scan") return this.#readReduce(n)
    if (role === "contract") return this.#readContract(n)
    const inputs = role === "opaque" ? n.inputs : []
    return { accesses: inputs.map((x) => ({ producer: this.memory(x), at: undefined })), cost: 0 }
  }
  #readMap(n: Tensor): Reading {
    if (POINTWISE.has(n.op.family) && n.inputs.every((x) => !this.isVirtual(x))) {
      return {
        accesses: n.inputs.map((producer) => ({ producer, at: flat() })),
        cost: this.#own(n).cost,
      }
    }
    const math = new IndexMath([Math.max(1, n.size)])
    return this.#collect(math, (at) => at(n, digits(flat(), n.shape), true))
  }
  #readReduce(n: Tensor): Reading {
    const math = new IndexMath([Math.max(1, n.inputs[0].size)])
    return this.#collect(math, (at) => at(n.inputs[0], digits(flat(), n.inputs[0].shape), false))
  }
  #readContract(n: Tensor): Reading {
    const accesses = n.inputs.flatMap((x) => {
      const math = new IndexMath([Math.max(1, x.size)])
      return this.#collect(math, (at) => at(x, digits(flat(), x.shape), false)).accesses
    })
    return { accesses: accesses.map(({ producer }) => ({ producer, at: undefined })), cost: 2 }
  }
  #collect(
    math: IndexMath,
    run: (at: (n: Tensor, i: readonly Scalar[], enter: boolean) => Scalar) => Scalar,
  ): Reading {
    const accesses: Access[] = []
    const memo = new Map<string, Scalar>()
    const at = (n: Tensor, i: readonly Scalar[], enter: boolean): Scalar => {
      const index = i.map((x) => math.simplify(x))
      const key = `${n.id}:${index.map((x) => x.id)}`
      let e = memo.get(key)
      if (e) return e
      if (enter || this.isVirtual(n)) {
        const load = (k: number, j: readonly Scalar[]): Scalar => at(n.inputs[k], j, false)
        e = (n.op.at as NonNullable<typeof n.op.at>)(index, load, n)
      } else {
        const flat = math.simplify(linear(index, n.shape))
        accesses.push({ producer: n, at: flat })
        e = s.load(n.dtype, n.id, flat)
      }
      memo.set(key, e)
      return e
    }
    const root = run(at)
    return { accesses, cost: dataCost(order([root])) }
  }
}

/** Instructions that depend on loaded data. */
function dataCost(expressions: readonly Scalar[]): number {
  const data = new Set<Scalar>()
  let cost = 0
  for (const e of expressions) {
    if (e.op === "load") data.add(e)
    else if (e.args.some((a) => data.has(a)) || (e.args.length && isFloat(e.dtype))) {
      data.add(e)
      cost += e.op === "div" || e.op === "sqrt" || e.op === "remainder" ? 4 : 1
    }
  }
  return cost
}

/** Elements that one result of a reduction is made of. */
export const widthOf = (n: Tensor): number => n.inputs[0].size / Math.max(1, n.size)
/** Whether the reduced axes are the last ones. */
export function isTrailing(n: Tensor): boolean {
  const axes = n.attrs.axes as readonly number[]
  const rank = n.inputs[0].rank
  const kept = n.inputs[0].shape.map((size, i) => ({ size, reduced: axes.includes(i - rank) }))
  const firstReduced = kept.findIndex((a) => a.reduced && a.size > 1)
  return firstReduced < 0 || kept.slice(firstReduced).every((a) => a.reduced || a.size === 1)
}
export const bytesOf = (n: Tensor, width: number): number => sizeOf(n.shape) * width
