/** @file A toy runtime for tests: scalar tensors as closures over an environment. It knows no shapes and no compiler. */
import { DIAGNOSTICS, type DiagnosticCode } from "../diagnostics.ts"
import type { GetState, LoopDispatch, RuntimeDispatch, SetState } from "../dispatch.ts"

/** Values of parameters; computed values are kept in it too, so that shared nodes are computed once. */
type Environment = Map<Tensor, unknown>

/** A node: its value in an environment. Native operators throw, as on real tensors. */
export class Tensor {
  readonly compute: (environment: Environment) => unknown

  constructor(compute: (environment: Environment) => unknown) {
    this.compute = compute
  }

  valueOf(): never {
    throw new TypeError("a tensor was used by a native operator")
  }

  sum(): Tensor {
    return this
  }
}

/** A tensor of rank 1 with known rows. */
export class Rows extends Tensor {
  readonly items: readonly Tensor[]

  constructor(items: readonly Tensor[]) {
    super(() => {
      throw new Error("rows have no scalar value")
    })
    this.items = items
  }
}

/** What `$d.plain` and its like throw. */
export class ToyError extends Error {
  readonly code: DiagnosticCode
  readonly site: number

  constructor(code: DiagnosticCode, site: number) {
    super(`${code}: ${DIAGNOSTICS[code].title}`)
    this.code = code
    this.site = site
  }
}

const isTensor = (x: unknown): x is Tensor => x instanceof Tensor

/** A parameter of a traced function. */
export const parameter = (): Tensor =>
  new Tensor(() => {
    throw new Error("unbound parameter")
  })

function valueIn(x: unknown, environment: Environment): unknown {
  if (!isTensor(x)) return x
  if (!environment.has(x)) environment.set(x, x.compute(environment))
  return environment.get(x)
}

/** The value of a traced result, in arrays and objects too. */
export function evaluate(x: unknown, environment: Environment): unknown {
  if (isTensor(x)) return valueIn(x, environment)
  if (Array.isArray(x)) return x.map((y) => evaluate(y, environment))
  if (x === null || typeof x !== "object") return x
  return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, evaluate(v, environment)]))
}

type Binary = (a: never, b: never) => unknown
const binary = (f: Binary) => (a: unknown, b: unknown, _site: number) => {
  const call = f as (a: unknown, b: unknown) => unknown
  if (!isTensor(a) && !isTensor(b)) return call(a, b)
  return new Tensor((environment) => call(valueIn(a, environment), valueIn(b, environment)))
}
const unary = (f: (a: never) => unknown) => (a: unknown, _site: number) => {
  const call = f as (a: unknown) => unknown
  return isTensor(a) ? new Tensor((environment) => call(valueIn(a, environment))) : call(a)
}

/** The two states of a conditional as one. */
function merge(condition: Tensor, a: unknown, b: unknown): unknown {
  if (a === b || b === undefined) return a
  if (a === undefined) return b
  if (Array.isArray(a) && Array.isArray(b)) return a.map((x, i) => merge(condition, x, b[i]))
  if (isRecord(a) && isRecord(b)) {
    return Object.fromEntries(Object.keys(a).map((k) => [k, merge(condition, a[k], b[k])]))
  }
  return new Tensor((e) => (valueIn(condition, e) ? evaluate(a, e) : evaluate(b, e)))
}
const isRecord = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && !isTensor(x)

function branches<T>(
  condition: Tensor,
  then: () => T,
  otherwise: () => T,
  get?: GetState,
  set?: SetState,
): [T, T] {
  const before = get?.() ?? []
  const first = then()
  const afterFirst = get?.() ?? []
  set?.(before)
  const second = otherwise()
  const afterSecond = get?.() ?? []
  set?.(afterFirst.map((x, i) => merge(condition, x, afterSecond[i])))
  return [first, second]
}

const LIMIT = 10_000
type Loop = Parameters<LoopDispatch>

function loop(kind: "while" | "do" | "for", ...args: Loop) {
  const [site, test, body, get, set, stop, update, each] = args
  for (let turn = 0; turn < LIMIT; turn++) {
    const isFirstOfDo = kind === "do" && turn === 0
    const stopped = isFirstOfDo ? false : (stop?.() ?? false)
    if (stopped === true) return
    const condition = isFirstOfDo || test()
    if (isTensor(condition) || (isTensor(stopped) && kind !== "for")) {
      return graphLoop(site, test, body, get, set, stop, update, each)
    }
    if (!condition) return
    const run = () => body(...((each?.() ?? []) as never[]))
    if (isTensor(stopped)) toy.if(toy.not(stopped, -1), site, run, () => {}, get, set)
    else run()
    if (stop?.() !== true) update?.()
  }
  throw new Error("the loop does not end")
}

/** The state becomes parameters; the body is traced once and then evaluated again and again. */
function graphLoop(...[, test, body, get, set, stop, update, each]: Loop): void {
  const start = get?.() ?? []
  const carried = start.map((x) => mapLeaves(x, (leaf) => (isCarried(leaf) ? parameter() : leaf)))
  set?.(carried)
  const condition = toy.and(toy.not(stop?.() ?? false, -1), test, -1)
  body(...((each?.() ?? []) as never[]))
  update?.()
  const next = get?.() ?? []
  const run = (environment: Environment): unknown[] => {
    let state = start.map((x) => evaluate(x, environment))
    for (let turn = 0; turn < LIMIT; turn++) {
      const inner = new Map(environment)
      carried.forEach((p, i) => bind(p, state[i], inner))
      if (!valueIn(condition, inner)) return state
      state = next.map((x, i) => evaluate(x ?? state[i], inner))
    }
    throw new Error("the graph loop does not end")
  }
  const results = new Tensor(run)
  const result = (i: number, path: readonly string[]) =>
    new Tensor((e) => path.reduce(member, (valueIn(results, e) as unknown[])[i]))
  set?.(
    carried.map((p, i) => mapLeaves(p, (leaf, path) => (isTensor(leaf) ? result(i, path) : leaf))),
  )
}
const isCarried = (x: unknown): boolean =>
  x === undefined || typeof x === "number" || typeof x === "boolean" || isTensor(x)
const member = (x: unknown, key: string): unknown =>
  (x as Record<string, unknown> | undefined)?.[key]

/** The same arrays and plain objects around other leaves. */
function mapLeaves(
  x: unknown,
  f: (leaf: unknown, path: readonly string[]) => unknown,
  path: readonly string[] = [],
): unknown {
  if (Array.isArray(x)) return x.map((y, i) => mapLeaves(y, f, [...path, String(i)]))
  if (!isRecord(x) || Object.getPrototypeOf(x) !== Object.prototype) return f(x, path)
  return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, mapLeaves(v, f, [...path, k])]))
}

function bind(parameters: unknown, values: unknown, environment: Environment): void {
  mapLeaves(parameters, (leaf, path) => {
    if (isTensor(leaf)) environment.set(leaf, path.reduce(member, values))
    return leaf
  })
}

const NOTHING = Object.freeze([] as const)
const MATH = new Proxy(Math, {
  get: (target, name: keyof Math) => {
    const f = target[name] as unknown
    if (typeof f !== "function") return f
    return (...args: unknown[]) =>
      args.some(isTensor)
        ? new Tensor((e) =>
            Reflect.apply(
              f,
              target,
              args.map((x) => valueIn(x, e)),
            ),
          )
        : Reflect.apply(f, target, args)
  },
}) as unknown as RuntimeDispatch["Math"]

type Objects = Record<PropertyKey, unknown>
const immutable = (target: unknown, site: number) => {
  if (isTensor(target)) throw new ToyError("D108", site)
}

/** Functions registered by `$d.fn`, with their captures. */
export const registered: { captures: () => Record<string, unknown>; name?: string }[] = []

/** `$d` of the toy. */
export const toy: RuntimeDispatch = {
  add: binary((a: number, b: number) => a + b),
  subtract: binary((a: number, b: number) => a - b),
  multiply: binary((a: number, b: number) => a * b),
  divide: binary((a: number, b: number) => a / b),
  remainder: binary((a: number, b: number) => a % b),
  power: binary((a: number, b: number) => a ** b),
  less: binary((a: number, b: number) => a < b),
  lessEqual: binary((a: number, b: number) => a <= b),
  greater: binary((a: number, b: number) => a > b),
  greaterEqual: binary((a: number, b: number) => a >= b),
  equal: binary((a: unknown, b: unknown) => a === b),
  notEqual: binary((a: unknown, b: unknown) => a !== b),
  // biome-ignore lint/suspicious/noDoubleEquals: it is the operator
  looseEqual: binary((a: unknown, b: unknown) => a == b),
  // biome-ignore lint/suspicious/noDoubleEquals: it is the operator
  looseNotEqual: binary((a: unknown, b: unknown) => a != b),
  bitwiseAnd: binary((a: number, b: number) => a & b),
  bitwiseOr: binary((a: number, b: number) => a | b),
  bitwiseXor: binary((a: number, b: number) => a ^ b),
  leftShift: binary((a: number, b: number) => a << b),
  rightShift: binary((a: number, b: number) => a >> b),
  negate: unary((a: number) => -a),
  bitwiseNot: unary((a: number) => ~a),
  not: unary((a: unknown) => !a),
  increment: unary((a: number) => ++a),
  decrement: unary((a: number) => --a),
  first: (old) => old,
  numeric: (x) => (isTensor(x) || typeof x === "bigint" ? x : Number(x)),
  and: (a, b) => (isTensor(a) ? binary((x: unknown, y: unknown) => x && y)(a, b(), -1) : a && b()),
  or: (a, b) => (isTensor(a) ? binary((x: unknown, y: unknown) => x || y)(a, b(), -1) : a || b()),
  none: (...flags) =>
    flags.reduce((all, flag) => toy.and(all, () => toy.not(flag, -1), -1), true as unknown),
  chain: (operators, values, site) =>
    operators.reduce<unknown>(
      (all, f, i) => toy.and(all, () => toy[f](values[i], values[i + 1], site), site),
      true,
    ),
  if: (condition, _site, then, otherwise, get, set) => {
    if (isTensor(condition)) branches(condition, then, otherwise, get, set)
    else (condition ? then : otherwise)()
  },
  cond: (condition, _site, then, otherwise, get, set) => {
    if (!isTensor(condition)) return (condition ? then : otherwise)()
    return merge(condition, ...branches(condition, then, otherwise, get, set))
  },
  while: (...args) => loop("while", ...args),
  do: (...args) => loop("do", ...args),
  for: (...args) => loop("for", ...args),
  forever: (...args) => loop("while", ...args),
  forOf: (site, iterable, body, get, set, stop) => {
    for (const x of toy.rows(iterable, site) as Iterable<never>) {
      const stopped = stop?.() ?? false
      if (stopped === true) return
      if (isTensor(stopped))
        toy.if(
          toy.not(stopped, -1),
          site,
          () => body(x),
          () => {},
          get,
          set,
        )
      else body(x)
    }
  },
  rows: (iterable) => (iterable instanceof Rows ? iterable.items : iterable),
  plain: (value, code, site) => {
    if (isTensor(value)) throw new ToyError(code as DiagnosticCode, site)
    return value
  },
  at: (target, ...keysThenSite) => {
    const site = keysThenSite.at(-1) as number
    const keys = keysThenSite.slice(0, -1)
    if (target instanceof Rows) return target.items[keys[0] as number]
    if (isTensor(target)) return target
    if (keys.length > 1) throw new ToyError("D109", site)
    return (target as Objects)[keys[0] as PropertyKey]
  },
  maybeAt: (target, key, site) => (target == null ? undefined : toy.at(target, key(), site)),
  setAt: (target, key, value, site) => {
    immutable(target, site)
    ;(target as Objects)[key as PropertyKey] = value
    return value
  },
  deleteAt: (target, key, site) => {
    immutable(target, site)
    return delete (target as Objects)[key as PropertyKey]
  },
  modify: (target, key, change, site, wantsOld) => {
    immutable(target, site)
    const object = target as Objects
    const old = object[key as PropertyKey]
    const now = change(old)
    object[key as PropertyKey] = now
    return wantsOld ? toy.numeric(old) : now
  },
  site: () => NOTHING,
  Math: MATH,
  fn: (f, captures, _range, name) => {
    registered.push({ captures, name })
    return f
  },
}
