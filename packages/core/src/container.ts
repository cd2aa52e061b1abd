/**
 * @file Nested arrays, objects and classes of tensors, as arguments and results. A class names its tensor fields:
 * `static tensors = ["w", "b"]`. Knows no op.
 */
import { formatType } from "./shape.ts"
import { isTensor, type Tensor } from "./tensor.ts"

/** What may go into and come out of a `defn`: tensors in arrays and objects, and static values beside them. */
export type Container = unknown
/** The place of a leaf, for messages: `.layers[0].w`. */
export type Path = string

function fields(c: object): readonly string[] {
  const declared = (c.constructor as { tensors?: readonly string[] } | undefined)?.tensors
  if (declared) return declared
  const prototype = Object.getPrototypeOf(c)
  return prototype === Object.prototype || prototype === null ? Object.keys(c).sort() : []
}
const get = (c: object, k: string): Container => (c as Record<string, Container>)[k]
const isBranch = (c: Container): c is object =>
  typeof c === "object" && c !== null && !ArrayBuffer.isView(c)

/** Calls `leaf` for every tensor and every other leaf value, in a fixed order. */
export function visit(
  c: Container,
  leaf: (value: unknown, path: Path) => void,
  path: Path = "",
): void {
  if (isTensor(c) || !isBranch(c)) leaf(c, path)
  else if (Array.isArray(c)) for (let i = 0; i < c.length; i++) visit(c[i], leaf, `${path}[${i}]`)
  else if (!fields(c).length) leaf(c, path)
  else for (const k of fields(c)) visit(get(c, k), leaf, `${path}.${k}`)
}

/** The tensors of a container, in a fixed order. */
export function flatten(c: Container): Tensor[] {
  const out: Tensor[] = []
  visit(c, (x) => {
    if (isTensor(x)) out.push(x)
  })
  return out
}
/** The tensors with their places. */
export function flattenWithPaths(c: Container): [path: Path, tensor: Tensor][] {
  const out: [Path, Tensor][] = []
  visit(c, (x, path) => {
    if (isTensor(x)) out.push([path, x])
  })
  return out
}

/** A copy of `like` in which every leaf that `replace` gives something for is replaced. */
export function mapLeaves(
  like: Container,
  replace: (value: unknown, path: Path) => unknown,
  path: Path = "",
): Container {
  if (isTensor(like) || !isBranch(like)) return replace(like, path)
  if (Array.isArray(like)) return like.map((x, i) => mapLeaves(x, replace, `${path}[${i}]`))
  const keys = fields(like)
  if (!keys.length) return replace(like, path)
  const copy = Object.assign(Object.create(Object.getPrototypeOf(like)), like)
  for (const k of keys) copy[k] = mapLeaves(get(like, k), replace, `${path}.${k}`)
  return copy
}
/** `like` with its tensors replaced in order by `leaves`. */
export function unflatten<C extends Container>(like: C, leaves: readonly unknown[]): C {
  let at = 0
  return mapLeaves(like, (x) => (isTensor(x) ? leaves[at++] : x)) as C
}
/** Applies `f` to every tensor of a container. */
export const mapTensors = <C extends Container>(c: C, f: (x: Tensor, path: Path) => unknown): C =>
  mapLeaves(c, (x, path) => (isTensor(x) ? f(x, path) : x)) as C

const ids = new WeakMap<object, number>()
let serial = 0
/** A number that stands for the identity of an object. */
export function identity(o: object): number {
  let id = ids.get(o)
  if (id === undefined) ids.set(o, (id = serial++))
  return id
}

/** Containers of more leaves than this are compared by identity in keys; they are data, not structure. */
const KEY_LIMIT = 10_000

/** One static leaf, distinguishing -0, bigint and string from look-alikes. */
export function leafKey(x: unknown): string {
  if (isTensor(x)) return formatType(x.type)
  if (typeof x === "function" || (typeof x === "object" && x !== null)) return `#${identity(x)}`
  if (typeof x === "string") return JSON.stringify(x)
  if (typeof x === "symbol") return `symbol ${String(x.description)}`
  return Object.is(x, -0) ? "-0" : typeof x === "bigint" ? `${x}n` : String(x)
}

/**
 * Containers of the same key trace to the same graph: tensors by type, text and booleans by value, functions by
 * identity. Numbers are handed to `number`, which gives their part of the key.
 */
export function structureKey(
  c: Container,
  number: (x: number, path: Path) => string = (x) => leafKey(x),
): string {
  let key = ""
  let leaves = 0
  const walk = (x: Container, path: Path): void => {
    if (++leaves > KEY_LIMIT) return
    if (typeof x === "number") key += number(x, path)
    else if (isTensor(x) || !isBranch(x)) key += leafKey(x)
    else if (Array.isArray(x)) walkList(x, path)
    else walkObject(x, path)
    key += ","
  }
  const walkList = (x: readonly unknown[], path: Path): void => {
    key += "["
    x.forEach((y, i) => walk(y, `${path}[${i}]`))
    key += "]"
  }
  const walkObject = (x: object, path: Path): void => {
    const keys = fields(x)
    if (!keys.length && Object.getPrototypeOf(x) !== Object.prototype) key += leafKey(x)
    else {
      key += "{"
      for (const k of keys) {
        key += `${k}:`
        walk(get(x, k), `${path}.${k}`)
      }
      key += "}"
    }
  }
  walk(c, "")
  return leaves > KEY_LIMIT ? `data#${identity(c as object)}` : key
}
