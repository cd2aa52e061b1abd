/**
 * @file What is wrong with a rule: the gradient of a few operands is compared, element by element, with the one by
 * differences. Knows the usual slips: sign, factor, transpose, a cotangent that is not used, a term that is missing.
 */
import type { Shape } from "@defnote/core"
import type { Operation } from "./local-check.ts"

export interface Diagnosis {
  readonly pattern: string
  readonly reason: string
  readonly fix?: string
}

/** Elements beyond which the differences cost too much. */
const LIMIT = 256
/** Relative distance below which two elements are the same: the differences of an f32 function are no better. */
const NEAR = 1e-2
/** What a tiny element may be off by, as a part of the largest. */
const TINY = 1e-3

const norm = (x: Float64Array): number => Math.sqrt(x.reduce((s, v) => s + v * v, 0))
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((s, v, i) => s + v * b[i], 0)
const largest = (x: Float64Array): number => x.reduce((m, v) => Math.max(m, Math.abs(v)), 0)
/** Element by element, so that one large element does not hide the others. */
const near = (a: Float64Array, b: Float64Array): boolean => {
  const slack = TINY * Math.max(largest(a), largest(b))
  return a.every((v, i) => Math.abs(v - b[i]) <= NEAR * Math.abs(b[i]) + slack)
}

/** Undefined when there are too many elements. */
export function diagnose(
  operation: Operation,
  shapes: readonly Shape[],
  g: Float64Array,
  step: number,
): Diagnosis | undefined {
  const floats = operation.x.flatMap((_, i) => (operation.float[i] ? [i] : []))
  const size = floats.reduce((n, i) => n + operation.x[i].length, 0)
  if (size > LIMIT) return undefined
  const rule = operation.back(g)
  const twice = operation.back(g.map((v) => 2 * v))
  for (const [k, i] of floats.entries()) {
    if (!operation.moved[i]) continue
    const truth = byDifferences(operation, i, g, step)
    if (!near(rule[k], truth))
      return nameOf(
        rule[k],
        twice[k],
        truth,
        shapes[i],
        floats.length > 1 ? `of operand ${i} ` : "",
      )
  }
  return undefined
}
/** The gradient of operand `i`, by central differences. */
function byDifferences(
  { x, run }: Operation,
  i: number,
  g: Float64Array,
  step: number,
): Float64Array {
  return x[i].map((v, j) => {
    const h = step * Math.max(1, Math.abs(v))
    const at = (d: number): number =>
      dot(g, run(x.map((y, k) => (k === i ? y.map((w, m) => (m === j ? w + d : w)) : y))))
    return (at(h) - at(-h)) / (2 * h)
  })
}

function nameOf(
  rule: Float64Array,
  twice: Float64Array,
  truth: Float64Array,
  shape: Shape,
  what: string,
): Diagnosis {
  const gradient = `The gradient ${what}`
  const ratio = dot(rule, truth) / dot(truth, truth)
  if (norm(rule) === 0)
    return { pattern: "missing derivative", reason: `${gradient}is 0 everywhere.` }
  if (
    Number.isFinite(ratio) &&
    near(
      rule,
      truth.map((v) => ratio * v),
    )
  )
    return scaled(gradient, ratio)
  if (near(rule, twice))
    return {
      pattern: "cotangent not used",
      reason: `${gradient}does not depend on the cotangent that comes from behind.`,
      fix: "multiply(cotangent, slope)   // in the rule",
    }
  const turned = transposed(rule, shape)
  if (turned && near(turned, truth))
    return {
      pattern: "transposed derivative",
      reason: `${gradient}is the right one with rows and columns exchanged.`,
      fix: "gradient.transpose()   // in the rule",
    }
  const slack = TINY * largest(truth)
  const wrong = truth.filter((v, j) => Math.abs(v - rule[j]) > NEAR * Math.abs(v) + slack).length
  return {
    pattern: "missing term",
    reason: `${gradient}is wrong in ${wrong} of ${truth.length} elements, and no factor or transpose of it is right: a term is missing or too much.`,
  }
}
function scaled(gradient: string, ratio: number): Diagnosis {
  const shown = Number(ratio.toPrecision(3))
  if (Math.abs(ratio + 1) < TINY)
    return {
      pattern: "wrong sign",
      reason: `${gradient}has the wrong sign.`,
      fix: "negate(gradient)   // in the rule",
    }
  return {
    pattern: "wrong factor",
    reason: `${gradient}is ${shown} times the right one.`,
    fix: `multiply(gradient, ${Number((1 / ratio).toPrecision(3))})   // in the rule`,
  }
}
/** The last two axes exchanged, where they have the same size. */
function transposed(x: Float64Array, shape: Shape): Float64Array | undefined {
  const n = shape[shape.length - 1]
  if (shape.length < 2 || shape[shape.length - 2] !== n || n < 2) return undefined
  return x.map((_, i) => {
    const [lead, r, c] = [i - (i % (n * n)), Math.floor((i % (n * n)) / n), i % n]
    return x[lead + c * n + r]
  })
}
