/** @file Where trouble begins: the first value that is not finite, forward and then backward, and a gradient that vanished. */
import type { Notes, Tensor } from "@defnote/core"
import type { Statistics } from "./statistics.ts"

export interface Finding {
  readonly kind: "nan" | "inf" | "zero-grad" | "overflow"
  readonly node: Tensor
  readonly reason: string
  /** The nodes that it runs through, origin first. */
  readonly chain: readonly Tensor[]
  readonly fix?: string
}
/** What is known of the run. */
export interface Seen {
  readonly order: readonly Tensor[]
  readonly stats: ReadonlyMap<Tensor, Statistics>
  /** Elements at the first bad place of a node: of its inputs and of itself. */
  readonly sample: (
    n: Tensor,
  ) => { readonly inputs: readonly number[]; readonly output: number } | undefined
  readonly notes: Notes
  /** Statistics of the whole cotangent of a forward node. */
  readonly gradientOf: (n: Tensor) => Statistics | undefined
}

const bad = (s: Statistics | undefined): boolean =>
  s !== undefined && s.nan + s.posInf + s.negInf > 0
const count = (k: number, n: number): string =>
  `${k.toLocaleString("en")} of ${n.toLocaleString("en")}`
const show = (x: number): string =>
  Number.isNaN(x)
    ? "NaN"
    : x === Number.POSITIVE_INFINITY
      ? "∞"
      : x === Number.NEGATIVE_INFINITY
        ? "−∞"
        : String(Number(x.toPrecision(3)))

/**
 * The first node, in the order of the program, whose value is not finite although its inputs are; when all are finite,
 * the operations at which the gradient of an input ends.
 */
export function findings(seen: Seen): Finding[] {
  const { order, stats } = seen
  const origin = order.find((n) => bad(stats.get(n)) && !n.inputs.some((x) => bad(stats.get(x))))
  if (!origin) return vanished(seen)
  const s = stats.get(origin) as Statistics
  const kind = s.nan ? "nan" : "inf"
  return [
    {
      kind,
      node: origin,
      reason: explain(seen, origin, s),
      chain: spread(seen, origin),
      ...fixFor(seen, origin),
    },
  ]
}

const isZero = (s: Statistics | undefined): boolean => s !== undefined && s.n > 0 && s.zeros === s.n

/** From each input whose gradient is 0 everywhere, on to the first operation that had one and passed nothing on. */
function vanished({ order, notes, gradientOf }: Seen): Finding[] {
  const forward = order.filter((n) => !notes.dual.has(n) && !notes.sums.has(n))
  const found = new Map<Tensor, Finding>()
  for (const input of forward.filter((n) => !n.inputs.length && isZero(gradientOf(n)))) {
    const chain = [input]
    const reached = new Set(chain)
    const end = forward.find((n) => {
      if (!n.inputs.some((x) => reached.has(x))) return false
      const gradient = gradientOf(n)
      if (gradient && !isZero(gradient)) return true
      reached.add(n)
      chain.push(n)
      return false
    })
    if (end && !found.has(end))
      found.set(end, { kind: "zero-grad", node: end, ...ends(end, chain) })
  }
  return [...found.values()]
}
const ends = (n: Tensor, chain: readonly Tensor[]): Pick<Finding, "reason" | "chain"> => ({
  reason: `The gradient ends at ${n.op.name}: what comes from behind it is 0 in all ${n.size.toLocaleString("en")} places, so the inputs before it learn nothing.`,
  chain: [n, ...[...chain].reverse()],
})

/** The nodes that the trouble reaches, the shortest way to the end. */
function spread({ order, stats }: Seen, origin: Tensor): Tensor[] {
  const chain = [origin]
  for (const n of order) {
    if (n !== origin && bad(stats.get(n)) && n.inputs.includes(chain[chain.length - 1]))
      chain.push(n)
  }
  return chain
}

function explain(seen: Seen, n: Tensor, s: Statistics): string {
  const forward = seen.notes.dual.get(n)
  const places = count(s.nan + s.posInf + s.negInf, s.n)
  const at = seen.sample(n)
  if (!at) return `${n.op.name} gives a value that is not finite in ${places} places.`
  const values = `${n.op.name}(${at.inputs.map(show).join(", ")}) = ${show(at.output)}`
  if (!forward) return `${values}, in ${places} places. Its inputs are finite.`
  if (n.inputs.length === 2 && Number.isNaN(at.output) && at.inputs.some((x) => x === 0)) {
    return `In the derivative of ${forward.op.name}: ${values}, in ${places} places. A cotangent of 0 met an infinite slope, and 0 × ∞ is not a number.`
  }
  return `In the derivative of ${forward.op.name}: ${values}, in ${places} places. The value of ${forward.op.name} is finite, its slope is not.`
}

/** The choice upstream of a derivative that fails: the trap of `where`. */
function fixFor(seen: Seen, n: Tensor): { fix?: string } {
  const forward = seen.notes.dual.get(n)
  if (!forward)
    return {
      fix: "x.maximum(1e-6)   // keeps the operand away from the edge",
    }
  const choice = seen.order.find((m) => m.op.family === "select" && reaches(forward, m))
  if (!choice)
    return {
      fix: "x.maximum(1e-6)   // keeps the operand away from the infinite slope",
    }
  return {
    fix: "condition ? value : other   // instead of where(condition, value, other)",
  }
}
/** `to` uses the value of `from`, directly or through others. */
function reaches(from: Tensor, to: Tensor): boolean {
  const stack = [...to.inputs]
  const done = new Set<Tensor>()
  while (stack.length) {
    const x = stack.pop() as Tensor
    if (x === from) return true
    if (done.has(x)) continue
    done.add(x)
    stack.push(...x.inputs)
  }
  return false
}
