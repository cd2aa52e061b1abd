/**
 * @file The value of a node at an index as one expression over buffers: fusing is calling `at` (C5). Memoised by node and
 * index, so shared parts are written once. Knows no loops.
 */
import type { Tensor } from "@defnote/core"
import { scalarInstructions as s } from "@defnote/core"
import type { Group } from "./group.ts"
import type { IndexMath } from "./index-math.ts"
import type { KernelBuffer } from "./loop-ir.ts"
import { digits, linear, type Nodes } from "./nodes.ts"
import { type Scalar, sameScalar } from "./scalar-rebuild.ts"

/** Memory between two kernels of one group: an operand in another order. */
export interface Packed {
  readonly packed: true
  readonly dtype: Tensor["dtype"]
  readonly size: number
}
/** The buffers of one kernel, numbered as they are met. */
export class Buffers {
  readonly list: KernelBuffer[] = []
  /** What each buffer holds; undefined for scratch. */
  readonly tensors: (Tensor | Packed | undefined)[] = []
  readonly #reads = new Map<Tensor, number>()

  read(n: Tensor): number {
    const known = this.#reads.get(n)
    if (known !== undefined) return known
    const i = this.#add(n, {
      name: `x${this.list.length}`,
      dtype: n.dtype,
      size: n.size,
      use: "read",
    })
    this.#reads.set(n, i)
    return i
  }
  write(n: Tensor): number {
    return this.#add(n, {
      name: `y${this.list.length}`,
      dtype: n.dtype,
      size: n.size,
      use: "write",
    })
  }
  scratch(dtype: Tensor["dtype"], size: number): number {
    return this.#add(undefined, { name: `s${this.list.length}`, dtype, size, use: "scratch" })
  }
  packed(p: Packed, use: "read" | "write"): number {
    return this.#add(p, { name: `p${this.list.length}`, dtype: p.dtype, size: p.size, use })
  }
  #add(n: Tensor | Packed | undefined, b: KernelBuffer): number {
    this.list.push(b)
    this.tensors.push(n)
    return this.list.length - 1
  }
}

/** A member whose value is not its definition here: a reduction's result, something kept in a buffer. */
export interface Bound {
  /** The only position at which it may be read; undefined for any. */
  readonly at: Scalar | undefined
  readonly value: (flat: Scalar) => Scalar
}

export class Elements {
  readonly #group: Group
  readonly #nodes: Nodes
  readonly #math: IndexMath
  readonly #buffers: Buffers
  readonly #bound = new Map<Tensor, Bound>()
  #memo = new Map<string, Scalar>()
  /** Which node an expression is the value of, for listings. */
  readonly names: Map<Scalar, Tensor>

  constructor(
    group: Group,
    nodes: Nodes,
    math: IndexMath,
    buffers: Buffers,
    names: Map<Scalar, Tensor>,
  ) {
    this.#group = group
    this.#nodes = nodes
    this.#math = math
    this.#buffers = buffers
    this.names = names
  }
  bind(n: Tensor, bound: Bound): void {
    this.#bound.set(n, bound)
    this.#memo = new Map()
  }
  /** The element at a flat position. */
  flat(n: Tensor, at: Scalar): Scalar {
    return this.#math.simplify(this.at(n, digits(at, n.shape)))
  }
  at(n: Tensor, i: readonly Scalar[]): Scalar {
    const index = i.map((x) => this.#math.simplify(x))
    const key = `${n.id}:${index.map((x) => x.id)}`
    let e = this.#memo.get(key)
    if (e === undefined) {
      e = this.#define(n, index)
      this.#memo.set(key, e)
    }
    return e
  }
  #define(n: Tensor, index: readonly Scalar[]): Scalar {
    const bound = this.#bound.get(n)
    if (bound) return this.#boundValue(n, bound, index)
    const inside = this.#nodes.isVirtual(n) || this.#group.members.has(n)
    if (inside && n.op.at) {
      const load = (k: number, j: readonly Scalar[]): Scalar => this.at(n.inputs[k], j)
      const value = this.#math.simplify(n.op.at(index, load, n))
      if (value.op !== "load" && value.op !== "constant") this.names.set(value, n)
      return value
    }
    return s.load(n.dtype, this.#buffers.read(n), this.#math.simplify(linear(index, n.shape)))
  }
  #boundValue(n: Tensor, bound: Bound, index: readonly Scalar[]): Scalar {
    const flat = this.#math.simplify(linear(index, n.shape))
    if (bound.at && !sameScalar(flat, bound.at)) {
      throw new Error(`internal: ${n.op.name} is read at another place than its kernel stands at`)
    }
    return bound.value(flat)
  }
}
