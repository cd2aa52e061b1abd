/** @file A contraction of two operands as a product of matrices, with transposes. Knows no picture. */

/** How a product and a transpose are written. */
export interface ProductStyle {
  readonly times: string
  readonly transposed: string
}

/**
 * `ab,ac->cb` of `g` and `x` as `xᵀ · g`: the order and the transposes that matrix algebra needs.
 *
 * @param spec one letter an axis, as in `contract`; leading letters that all three share are batch axes
 * @returns undefined where the contraction is not one product of two matrices
 */
export function productText(
  spec: string,
  operands: readonly [string, string],
  { times, transposed }: ProductStyle,
): string | undefined {
  const [inputs, out] = spec.split("->")
  const [p, q] = inputs.split(",")
  const batch = [...p].filter((c) => q.includes(c) && out.includes(c)).length
  const [rows, columns] = [...out.slice(batch)]
  const shared = [...p.slice(batch)].filter((c) => q.includes(c))
  const matrices = [p, q, out].every((labels) => labels.length === batch + 2)
  if (!matrices || shared.length !== 1 || !sameStart([p, q, out], batch)) return undefined
  const swapped = q.includes(rows)
  const [first, second] = swapped ? [1, 0] : [0, 1]
  const labels = [p, q].map((l) => l.slice(batch))
  const left = labels[first] === rows + shared[0] ? "" : transposed
  const right = labels[second] === shared[0] + columns ? "" : transposed
  return `${operands[first]}${left}${times}${operands[second]}${right}`
}

const sameStart = (labels: readonly string[], count: number): boolean =>
  labels.every((l) => l.slice(0, count) === labels[0].slice(0, count))
