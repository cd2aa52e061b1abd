/**
 * @file One operation and its derivative, alone: the pullback as a graph over fresh parameters, and which entries of the
 * operation's Jacobian are not zero. Knows nothing of the program around it.
 */
import {
  elements,
  graphOf,
  InternTable,
  isConstant,
  isFloat,
  make,
  pullback,
  runGraph,
  sizeOf,
  type Tensor,
  type TensorType,
  withTable,
} from "@defnote/core"

/** The derivative of one operation as nodes: what its rule builds over these inputs, outputs and cotangents. */
export interface LocalRule {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  /** One per output that has a cotangent. */
  readonly cotangents: readonly Tensor[]
  /** One per input; null where none flows. */
  readonly bars: readonly (Tensor | null)[]
}

/** An operation at a point, ready to send cotangents back. */
export interface LocalPull {
  readonly rule: LocalRule
  /** Only the first output has a cotangent. */
  readonly first: boolean
  /** Cotangents of the inputs for those of the outputs that were named; null where none flows. */
  readonly run: (cotangents: readonly Float64Array[]) => (Float64Array | null)[]
  /** For each input what its rule computes beside the formula of one entry, with the values; see {@link partsOf}. */
  readonly parts: (cotangents: readonly Float64Array[]) => readonly Parts[]
}
/** Nodes of a rule that an entry of its formula takes as numbers. */
export type Parts = ReadonlyMap<Tensor, Float64Array>

const numbers = (values: ArrayLike<unknown>): Float64Array =>
  Float64Array.from({ length: values.length }, (_, i) => Number(values[i]))

/**
 * The pullback of `n` at these values of its inputs.
 * @param slots - which outputs have a cotangent
 */
export function localPull(
  n: Tensor,
  inputs: readonly Float64Array[],
  slots: readonly boolean[],
): LocalPull {
  return withTable(new InternTable(), () => {
    let rule: LocalRule | undefined
    let parts: readonly (readonly Tensor[])[] = []
    const given = n.types.filter((_, i) => slots[i])
    const types: TensorType[] = [...n.inputs.map((x) => x.type), ...given]
    const graph = graphOf(
      types,
      (...x) => {
        rule = ruleOf(n, x.slice(0, n.inputs.length), x.slice(n.inputs.length), slots)
        const known = new Set([...x, ...rule.outputs])
        parts = rule.bars.map((bar) => partsOf(bar, known))
        return [...rule.bars.filter((b) => b !== null), ...parts.flat()]
      },
      { pure: true },
    )
    const { bars } = rule as unknown as LocalRule
    const all = (cotangents: readonly Float64Array[]): Float64Array[] =>
      runGraph(graph, [...inputs, ...cotangents]).map(numbers)
    const run = (cotangents: readonly Float64Array[]): (Float64Array | null)[] => {
      const found = all(cotangents)
      return bars.map((b) => (b ? (found.shift() as Float64Array) : null))
    }
    const first = slots[0] && given.length === 1
    return {
      rule: rule as unknown as LocalRule,
      first,
      run,
      parts: (cotangents) => {
        const found = all(cotangents).slice(bars.filter((b) => b).length)
        return parts.map((list) => new Map(list.map((n) => [n, found.shift() as Float64Array])))
      },
    }
  })
}

const isElementwise = (n: Tensor): boolean =>
  n.op.family === "compare" || ELEMENTWISE.includes(n.op.family)
/** A number, however often it is repeated. */
const isNumber = (n: Tensor): boolean =>
  isConstant(n) || (n.op.family === "move" && n.inputs.length === 1 && isNumber(n.inputs[0]))

/**
 * Where the formula of one entry ends: sums, products of matrices and moved tensors below the element-wise operations
 * that a rule ends with. Each has the shape of the result. Empty where the rule does not end element by element.
 */
function partsOf(bar: Tensor | null, known: ReadonlySet<Tensor>): readonly Tensor[] {
  if (!bar || known.has(bar) || !isElementwise(bar)) return []
  const parts = new Set<Tensor>()
  const seen = new Set<Tensor>()
  const waiting = [bar]
  for (let n = waiting.pop(); n; n = waiting.pop()) {
    if (seen.has(n) || known.has(n) || isNumber(n)) continue
    seen.add(n)
    if (isElementwise(n)) waiting.push(...n.inputs)
    else parts.add(n)
  }
  return [...parts]
}

function ruleOf(
  n: Tensor,
  inputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  slots: readonly boolean[],
): LocalRule {
  const y = make(n.op, inputs, n.attrs)
  const outputs = elements(y)
  const wanted = outputs.filter((_, i) => slots[i])
  const wrt = inputs.filter((x) => isFloat(x.dtype))
  const found = pullback(wanted, cotangents, wrt)
  const bars = inputs.map((x) => (isFloat(x.dtype) ? found[wrt.indexOf(x)] : null))
  return { inputs, outputs, cotangents, bars }
}

/** How one output depends on one input: the derivative of each entry by each entry. */
export type Jacobian =
  /** Entry i depends on entry i alone: `values[i]` is the derivative. */
  | { readonly kind: "diagonal"; readonly values: Float64Array }
  /** A sum of products: the derivatives are the entries of the other operand. */
  | { readonly kind: "contraction"; readonly spec: string; readonly other: number }
  /** The entries that are not zero: `values[e]` is d output[row[e]] / d input[column[e]]. */
  | {
      readonly kind: "entries"
      readonly row: Int32Array
      readonly column: Int32Array
      readonly values: Float64Array
    }
  | { readonly kind: "unknown"; readonly why: string }

/** Work that all Jacobians of one program may cost, in element operations; and entries that one keeps. */
const WORK = 2_000_000
const ENTRIES = 2048

/** Finds Jacobians within one budget of work. */
export class Jacobians {
  #left = WORK

  /** The derivative of the first output of `n`, the only one with a cotangent, by its input `at`. */
  of(n: Tensor, at: number, pull: LocalPull): Jacobian {
    if (!pull.first) return { kind: "unknown", why: "several of its outputs have gradients" }
    const size = sizeOf(n.shape)
    if (ELEMENTWISE.includes(n.op.family)) {
      const values = pull.run([new Float64Array(size).fill(1)])[at]
      return { kind: "diagonal", values: values as Float64Array }
    }
    const { spec } = n.attrs
    if (n.op.family === "contract" && typeof spec === "string")
      return { kind: "contraction", spec, other: 1 - at }
    const cost = size * (size + sizeOf(n.inputs[at].shape))
    if (cost > this.#left) return { kind: "unknown", why: "it is too large to be written out" }
    this.#left -= cost
    return entriesOf(size, (g) => pull.run([g])[at] as Float64Array)
  }
}
const ELEMENTWISE: readonly string[] = ["unary", "binary", "select"]

/** One run of the pullback for each output entry gives one row. */
function entriesOf(size: number, back: (g: Float64Array) => Float64Array): Jacobian {
  const [row, column, values]: number[][] = [[], [], []]
  for (let i = 0; i < size; i++) {
    const g = new Float64Array(size)
    g[i] = 1
    back(g).forEach((v, k) => {
      if (v === 0) return
      row.push(i)
      column.push(k)
      values.push(v)
    })
    if (values.length > ENTRIES)
      return { kind: "unknown", why: `it has more than ${ENTRIES} entries that are not zero` }
  }
  return {
    kind: "entries",
    row: Int32Array.from(row),
    column: Int32Array.from(column),
    values: Float64Array.from(values),
  }
}
