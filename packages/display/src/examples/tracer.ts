/** @file A small tracer with reverse mode, so that every example is the graph of a real program. */
import { buildGraph, type GraphParts, type NodeRow } from "../build.ts"
import type { GraphDoc, Phase, Residual, ScopeKind } from "../payload.ts"
import { OPS, RULES } from "./ops.ts"

export interface Value {
  readonly id: number
  readonly shape: readonly number[]
}

type Row = { -readonly [K in keyof NodeRow]: NodeRow[K] } & { shape: readonly number[] }

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

export class Tracer {
  readonly rows: Row[] = []
  readonly scopes: { name: string; parent: number; kind: ScopeKind }[] = []
  readonly params: Value[] = []
  dtype = "f32"
  #scope = -1
  #phase: Phase = "fwd"
  #dual = -1
  #rule: string | undefined

  node(
    op: string,
    inputs: readonly Value[],
    shape: readonly number[],
    extra: Partial<NodeRow> = {},
  ): Value {
    const row: Row = {
      op,
      inputs: inputs.map((i) => i.id),
      outs: [{ dtype: this.dtype, shape }],
      shape,
      phase: this.#phase,
      dual: this.#dual,
      scope: this.#scope,
      rule: this.#rule,
      ...extra,
    }
    this.rows.push(row)
    return { id: this.rows.length - 1, shape }
  }
  scope<T>(name: string, body: () => T, kind: ScopeKind = "named"): T {
    const outer = this.#scope
    this.#scope = this.scopes.push({ name, parent: outer, kind }) - 1
    const result = body()
    this.#scope = outer
    return result
  }
  /** A differentiated argument; all arguments are nodes of the outermost scope. */
  param(name: string, shape: readonly number[]): Value {
    const made = this.data(name, shape)
    this.params.push(made)
    return made
  }
  data(name: string, shape: readonly number[], dtype = "f32"): Value {
    return this.node("param", [], shape, { name, scope: -1, outs: [{ dtype, shape }] })
  }
  named(name: string, value: Value): Value {
    this.rows[value.id].name = name
    return value
  }
  constant(value: number, shape: readonly number[] = []): Value {
    return this.node("const", [], shape, { attrs: { value } })
  }
  to(x: Value, shape: readonly number[]): Value {
    return String(x.shape) === String(shape) ? x : this.node("broadcast", [x], shape)
  }
  binary(op: string, a: Value | number, b: Value | number): Value {
    const x = typeof a === "number" ? this.constant(a) : a
    const y = typeof b === "number" ? this.constant(b) : b
    const rank = Math.max(x.shape.length, y.shape.length)
    const at = (v: Value, i: number) => v.shape[v.shape.length - rank + i] ?? 1
    const shape = Array.from({ length: rank }, (_, i) => Math.max(at(x, i), at(y, i)))
    return this.node(op, [this.to(x, shape), this.to(y, shape)], shape)
  }
  add = (a: Value | number, b: Value | number) => this.binary("add", a, b)
  sub = (a: Value | number, b: Value | number) => this.binary("sub", a, b)
  mul = (a: Value | number, b: Value | number) => this.binary("mul", a, b)
  div = (a: Value | number, b: Value | number) => this.binary("div", a, b)
  unary = (op: string, a: Value) => this.node(op, [a], a.shape)
  matmul = (a: Value, b: Value) =>
    this.node("matmul", [a, b], [...a.shape.slice(0, -1), b.shape[b.shape.length - 1]])
  reshape = (a: Value, shape: readonly number[]) => this.node("reshape", [a], shape)
  swap(a: Value): Value {
    const [c, r] = [...a.shape].reverse()
    return this.node("transpose", [a], [...a.shape.slice(0, -2), c, r])
  }
  greater(a: Value, b: Value | number): Value {
    const made = this.binary("greater", a, b)
    this.rows[made.id].outs = [{ dtype: "bool", shape: made.shape }]
    return made
  }
  select(c: Value, a: Value | number, b: Value | number): Value {
    const full = (v: Value | number) =>
      this.to(typeof v === "number" ? this.constant(v) : v, c.shape)
    return this.node("select", [c, full(a), full(b)], c.shape)
  }
  reduce(op: string, a: Value, axis?: number, keep = false): Value {
    const at = axis === undefined ? undefined : (axis + a.shape.length) % a.shape.length
    const shape =
      at === undefined
        ? []
        : keep
          ? a.shape.map((d, i) => (i === at ? 1 : d))
          : a.shape.filter((_, i) => i !== at)
    return this.node(op, [a], shape, { attrs: { axis: at, keep } })
  }
  sumTo = (x: Value, shape: readonly number[]) =>
    String(x.shape) === String(shape) ? x : this.node("sumTo", [x], shape)
  attrs = (v: Value) => this.rows[v.id].attrs as { axis?: number; keep?: boolean }

  /** Runs `body` as the derivative of a forward node. */
  derive<T>(phase: Phase, dual: Value, body: () => T): T {
    const before = [this.#phase, this.#dual, this.#scope] as const
    this.#phase = phase
    this.#dual = dual.id
    this.#scope = this.rows[dual.id].scope ?? -1
    const result = body()
    this.#phase = before[0]
    this.#dual = before[1]
    this.#scope = before[2]
    return result
  }
  ruled<T>(id: string, body: () => T): T {
    this.#rule = RULES.some((r) => r.id === id) ? id : undefined
    const result = body()
    this.#rule = undefined
    return result
  }

  /** Appends the backward pass; returns the cotangent of each parameter. */
  backward(loss: Value): Map<number, Value> {
    const active = new Set(this.params.map((p) => p.id))
    this.rows.forEach((row, id) => {
      if (row.op !== "stop" && row.op !== "greater" && row.inputs.some((i) => active.has(i)))
        active.add(id)
    })
    const parts = new Map<number, Value[]>([
      [loss.id, [this.derive("bwd", loss, () => this.constant(1))]],
    ])
    for (let id = loss.id; id >= 0; id--) {
      const given = parts.get(id)
      if (!given) continue
      const y = { id, shape: this.rows[id].shape }
      const g = given.reduce((a, b) =>
        this.derive("bwd", y, () => this.node("accumulate", [a, b], y.shape)),
      )
      this.rows[id].grad = g.id
      const inputs = this.rows[id].inputs.map((i) => ({ id: i, shape: this.rows[i].shape }))
      inputs.forEach((x, i) => {
        const rule = VJP[this.rows[id].op]
        if (!rule || !active.has(x.id)) return
        const c = this.derive("bwd", y, () =>
          this.ruled(`${this.rows[id].op}/${i}`, () => rule(this, y, g, inputs)[i]?.()),
        )
        if (c) parts.set(x.id, [...(parts.get(x.id) ?? []), c])
      })
    }
    return new Map(
      this.params.flatMap((p) =>
        this.rows[p.id].grad === undefined
          ? []
          : [[p.id, { id: this.rows[p.id].grad!, shape: p.shape }]],
      ),
    )
  }

  /** Plain gradient descent on every parameter that has a gradient. */
  descend(gradients: Map<number, Value>, rate: number): Value[] {
    return this.params.flatMap((p) => {
      const g = gradients.get(p.id)
      return g ? [this.derive("update", p, () => this.sub(p, this.mul(rate, g)))] : []
    })
  }

  doc(title: string, outputs: readonly Value[], extra: Partial<GraphParts> = {}): GraphDoc {
    return buildGraph({
      title,
      nodes: this.rows,
      scopes: this.scopes,
      ops: OPS,
      rules: RULES,
      outputs: outputs.map((o) => o.id),
      residuals: this.#residuals(),
      ...extra,
    })
  }

  #residuals(): Residual[] {
    const users = new Map<number, number[]>()
    this.rows.forEach((row, id) => {
      if (row.phase === "bwd")
        for (const i of row.inputs)
          if (this.rows[i].phase === "fwd") users.set(i, [...(users.get(i) ?? []), id])
    })
    const worth = (id: number) => this.rows[id].op !== "param" && this.rows[id].op !== "const"
    return [...users]
      .filter(([id]) => worth(id))
      .map(([node, by]) => ({
        node,
        port: 0,
        users: by,
        bytes: 4 * size(this.rows[node].shape),
        policy: "saved" as const,
      }))
  }
}

const keepDim = (t: Tracer, y: Value, g: Value): Value => {
  const { axis, keep } = t.attrs(y)
  return axis === undefined || keep
    ? g
    : t.reshape(g, [...g.shape.slice(0, axis), 1, ...g.shape.slice(axis)])
}
const flat = (t: Tracer, x: Value, rank: number) =>
  x.shape.length > rank
    ? t.reshape(x, [size(x.shape.slice(0, -1)), x.shape[x.shape.length - 1]])
    : x

type Lazy = (
  t: Tracer,
  y: Value,
  g: Value,
  inputs: readonly Value[],
) => ((() => Value) | undefined)[]

/** One entry per input; a rule that returns `g` itself leaves no node. */
const VJP: Record<string, Lazy> = {
  add: (_t, _y, g) => [() => g, () => g],
  sub: (t, _y, g) => [() => g, () => t.unary("neg", g)],
  mul: (t, _y, g, [a, b]) => [() => t.mul(g, b), () => t.mul(g, a)],
  div: (t, y, g, [, b]) => [() => t.div(g, b), () => t.unary("neg", t.mul(g, t.div(y, b)))],
  neg: (t, _y, g) => [() => t.unary("neg", g)],
  square: (t, _y, g, [a]) => [() => t.mul(g, t.mul(a, 2))],
  tanh: (t, y, g) => [() => t.mul(g, t.sub(1, t.unary("square", y)))],
  exp: (t, y, g) => [() => t.mul(g, y)],
  log: (t, _y, g, [a]) => [() => t.div(g, a)],
  sqrt: (t, y, g) => [() => t.div(g, t.mul(y, 2))],
  rsqrt: (t, y, g, [a]) => [() => t.mul(g, t.mul(-0.5, t.div(y, a)))],
  relu: (t, _y, g, [a]) => [() => t.select(t.greater(a, 0), g, 0)],
  gelu: (t, _y, g, [a]) => [() => t.mul(g, t.unary("geluGrad", a))],
  select: (t, _y, g, [c]) => [undefined, () => t.select(c, g, 0), () => t.select(c, 0, g)],
  broadcast: (t, _y, g, [a]) => [() => t.sumTo(g, a.shape)],
  reshape: (t, _y, g, [a]) => [() => t.reshape(g, a.shape)],
  transpose: (t, _y, g) => [() => t.swap(g)],
  sum: (t, y, g, [a]) => [() => t.to(keepDim(t, y, g), a.shape)],
  mean: (t, y, g, [a]) => [
    () => t.to(t.div(keepDim(t, y, g), size(a.shape) / size(y.shape)), a.shape),
  ],
  gather: (t, _y, g, [a, i]) => [() => t.node("scatterAdd", [g, i], a.shape), undefined],
  matmul: (t, _y, g, [a, b]) => [
    () => t.matmul(g, t.swap(b)),
    () => t.matmul(t.swap(flat(t, a, b.shape.length)), flat(t, g, b.shape.length)),
  ],
}
