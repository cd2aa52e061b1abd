/**
 * @file State that two branches left: what is the same stays, what differs becomes an output of a conditional node.
 */
import { TraceError } from "../errors.ts"
import { commonType, isWeak, type Literal, type Operand } from "../ops/align.ts"
import { broadcastTo } from "../ops/move.ts"
import { constant } from "../ops/source.ts"
import { asType } from "../ops/type.ts"
import { formatType, type Shape, sameShape, type TensorType } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"

/** A value that differs between two states, and the type in which they meet. */
export interface Pair {
  readonly values: readonly [Operand | undefined, Operand | undefined]
  readonly type: TensorType
  /** Numbers on both sides: the merged value takes the dtype of the tensor that it meets, as a number does (S2). */
  readonly weak: boolean
}
/** The merged state with holes: `fill` puts one tensor per pair in. */
export interface Merged {
  readonly pairs: readonly Pair[]
  readonly fill: (tensors: readonly Tensor[]) => unknown
  /** The values that stand at the places of the pairs in a state of the same structure. */
  readonly pick: (state: unknown) => unknown[]
}
type Place = readonly (string | number)[]
const printPlace = (place: Place): string =>
  place.map((k) => (typeof k === "number" ? `[${k}]` : `.${k}`)).join("")
const isLiteral = (x: unknown): x is Literal =>
  typeof x === "number" || typeof x === "boolean" || typeof x === "bigint"
const isOperand = (x: unknown): x is Operand => isTensor(x) || isLiteral(x)
const isPlain = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" &&
  x !== null &&
  !isTensor(x) &&
  Object.getPrototypeOf(x) === Object.prototype

/**
 * Compares two states of the same variables.
 * @throws TraceError where the two cannot be one value of a graph
 */
export function merge(a: unknown, b: unknown, what: string): Merged {
  const pairs: Pair[] = []
  const places: Place[] = []
  const walk = (x: unknown, y: unknown, place: Place): ((t: readonly Tensor[]) => unknown) => {
    if (Object.is(x, y)) return () => x
    if ((x === undefined && !isOperand(y)) || (y === undefined && !isOperand(x)))
      return () => x ?? y
    if (isOperand(x) || isOperand(y)) {
      const at = pairs.push(pair(x, y, what, printPlace(place))) - 1
      places.push(place)
      return (t) => (pairs[at].weak ? asNumber(t[at]) : t[at])
    }
    if (Array.isArray(x) && Array.isArray(y) && x.length === y.length) {
      const parts = x.map((v, i) => walk(v, y[i], [...place, i]))
      return (t) => parts.map((p) => p(t))
    }
    if (isPlain(x) && isPlain(y) && Object.keys(x).sort().join() === Object.keys(y).sort().join()) {
      const parts = Object.keys(x).map((k) => [k, walk(x[k], y[k], [...place, k])] as const)
      return (t) => Object.fromEntries(parts.map(([k, p]) => [k, p(t)]))
    }
    throw new TraceError(
      `${what}: the value${printPlace(place)} is ${kind(x)} on one side and ${kind(y)} on the other`,
      {
        remedy: "Give both sides tensors or numbers of the same shape.",
      },
    )
  }
  const pick = (state: unknown): unknown[] =>
    places.map((p) =>
      p.reduce<unknown>((v, k) => (v as Record<string | number, unknown>)[k], state),
    )
  return { fill: walk(a, b, []), pairs, pick }
}
const kind = (x: unknown): string => {
  if (isTensor(x)) return formatType(x.type)
  if (Array.isArray(x)) return `a list of ${x.length}`
  if (x === null || x === undefined) return String(x)
  if (isPlain(x)) return `an object with ${Object.keys(x).sort().join(", ") || "no keys"}`
  return typeof x === "string" ? JSON.stringify(x) : `a ${typeof x}`
}
const isNumber = (x: unknown): boolean => typeof x === "number" || isWeak(x)
function asNumber(t: Tensor): Tensor {
  currentTrace()?.weak.add(t)
  return t
}

function pair(x: unknown, y: unknown, what: string, path: string): Pair {
  if (x === undefined || y === undefined) {
    const known = (x ?? y) as Operand
    return {
      values: [x, y] as Pair["values"],
      weak: isNumber(known),
      type: isTensor(known)
        ? known.type
        : { dtype: commonType(what, [known], (d) => d), shape: [] },
    }
  }
  if (!isOperand(x) || !isOperand(y)) {
    throw new TraceError(
      `${what}: the value${path} is ${kind(x)} on one side and ${kind(y)} on the other`,
    )
  }
  const [s, t] = [x, y].map((v): Shape | undefined => (isTensor(v) ? v.shape : undefined))
  if (s && t && !sameShape(s, t)) {
    throw new TraceError(
      `${what}: the value${path} is ${kind(x)} on one side and ${kind(y)} on the other; shapes must agree`,
      {
        remedy: "Use broadcastTo or reshape so that both sides give the same shape.",
      },
    )
  }
  const names = (isTensor(x) ? x.names : undefined) ?? (isTensor(y) ? y.names : undefined)
  return {
    values: [x, y],
    weak: isNumber(x) && isNumber(y),
    type: {
      dtype: commonType(what, [x, y], (d) => d),
      shape: s ?? t ?? [],
      ...(names ? { names } : {}),
    },
  }
}

/** A value in the type of its pair; what a side left undefined is zeros. */
export function toType(x: Operand | undefined, { dtype, shape, names }: TensorType): Tensor {
  if (isTensor(x)) return broadcastTo(asType(x, dtype), shape)
  return constant(x === undefined ? 0 : typeof x === "boolean" ? Number(x) : x, dtype, shape, names)
}
