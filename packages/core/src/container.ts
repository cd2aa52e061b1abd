/**
 * @file Nested arrays, objects and classes of tensors, as arguments and results. A class names its tensor fields:
 * `static tensors = ["w", "b"]`. Knows no op.
 */
import { OptionError } from "./errors.ts"
import { formatType } from "./shape.ts"
import { isTensor, type Tensor } from "./tensor.ts"

/** What may go into and come out of a `defn`: tensors in arrays and objects, and static values beside them. */
export type Container = unknown
/** The place of a leaf, for messages: `.layers[0].w`. */
export type Path = string

function fields(c: object): readonly string[] {
  const declared = (c.constructor as { tensors?: readonly string[] } | undefined)?.tensors
  if (declared) return declared
  return isPlain(c) ? Object.keys(c).sort() : []
}
/** An object literal, or one without a prototype. */
export const isPlain = (c: object): boolean => {
  const prototype = Object.getPrototypeOf(c)
  return prototype === Object.prototype || prototype === null
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

/** Keys longer than this are kept as a digest: data beside tensors, such as a long list of numbers. */
const DIGEST_FROM = 4096
/** Deeper than people nest values; a value that holds itself goes on for ever. */
const DEPTH_LIMIT = 200

/** 64 bits of a text. @source FNV-1a, G. Fowler, L. C. Noll, K.-P. Vo, with two offsets */
function digest(text: string): string {
  let [a, b] = [0x811c9dc5, 0x9747b28c]
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    a = Math.imul(a ^ c, 0x01000193)
    b = Math.imul(b ^ c, 0x85ebca6b)
  }
  return `data ${text.length} ${a >>> 0} ${b >>> 0}`
}
/** A key of bounded length. */
export const shortKey = (key: string): string => (key.length > DIGEST_FROM ? digest(key) : key)

/** One static leaf, distinguishing -0, bigint and string from look-alikes. */
export function leafKey(x: unknown): string {
  if (isTensor(x)) return formatType(x.type)
  if (typeof x === "function" || (typeof x === "object" && x !== null)) return `#${identity(x)}`
  if (typeof x === "string") return JSON.stringify(x)
  if (typeof x === "symbol") return `symbol ${String(x.description)}`
  return Object.is(x, -0) ? "-0" : typeof x === "bigint" ? `${x}n` : String(x)
}
type NumberKey = (x: number, path: Path) => string
type LeafKey = (x: unknown) => string

/**
 * Containers of the same key trace to the same graph: tensors by type, text and booleans by value, functions by
 * identity, a class by its identity, its tensors and its other fields by value. Numbers are handed to `number`, which
 * gives their part of the key.
 * @throws OptionError for a value that holds itself
 */
export const structureKey = (c: Container, number: NumberKey = (x) => leafKey(x)): string =>
  shortKey(keyOf(c, number, leafKey, "", 0))

function keyOf(c: Container, number: NumberKey, leaf: LeafKey, path: Path, depth: number): string {
  if (depth > DEPTH_LIMIT) throw endless(path)
  if (typeof c === "number") return number(c, path)
  if (isTensor(c) || !isBranch(c)) return leaf(c)
  let key = ""
  if (Array.isArray(c)) {
    for (let i = 0; i < c.length; i++)
      key += `${keyOf(c[i], number, leaf, `${path}[${i}]`, depth + 1)},`
    return `[${key}]`
  }
  const keys = fields(c)
  if (!keys.length && !isPlain(c)) return leafKey(c)
  for (const k of keys)
    key += `${JSON.stringify(k)}:${keyOf(get(c, k), number, leaf, `${path}.${k}`, depth + 1)},`
  return `{${key}${staticFields(c, keys, path, depth)}}`
}
/** What a class holds beside its tensors is read while tracing: numbers by value, other tensors by identity. */
function staticFields(c: object, tensors: readonly string[], path: Path, depth: number): string {
  if (isPlain(c) || !("tensors" in c.constructor)) return ""
  let key = `#${identity(c.constructor)}`
  for (const k of Object.keys(c).filter((name) => !tensors.includes(name)))
    key += `;${k}:${keyOf(get(c, k), leafKey, byIdentity, `${path}.${k}`, depth + 1)}`
  return key
}
const byIdentity = (x: unknown): string => (isTensor(x) ? `#${identity(x)}` : leafKey(x))
const endless = (path: Path): OptionError =>
  new OptionError(
    `defn: a value is nested more than ${DEPTH_LIMIT} levels deep, at ${path.slice(0, 60)}…; does it hold itself?`,
    { remedy: "Pass the tensors that the function uses, without the way back." },
  )
