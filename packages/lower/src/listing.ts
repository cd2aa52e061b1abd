/** @file The loop IR as text that people read, with the node that each line computes (K2). */
import type { Tensor } from "@defnote/core"
import type { Kernel, Statement } from "./loop-ir.ts"
import { order, type Scalar } from "./scalar-rebuild.ts"

export interface Listing {
  readonly source: string
  readonly lineNodes: readonly (readonly [line: number, node: Tensor])[]
}
/** A kernel's loops. Lists are made on demand, since most kernels are never looked at. */
export function listing(kernel: Kernel): Listing {
  const writer = new Writer(kernel)
  return writer.write()
}

const INFIX: Partial<Record<Scalar["op"], string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  quotient: "/",
  remainder: "%",
  and: "&",
  or: "|",
  xor: "^",
  shiftLeft: "<<",
  shiftRight: ">>",
  less: "<",
  lessEqual: "<=",
  equal: "==",
}

/** Index expressions shorter than this are written again rather than named. */
const SHORT = 32

class Writer {
  readonly #kernel: Kernel
  readonly #lines: string[] = []
  readonly #nodes: [number, Tensor][] = []
  #given = new Map<Scalar, string>()
  #serial = 0
  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }
  write(): Listing {
    const { buffers, form } = this.#kernel
    const list = buffers.map((b) => `${b.use} ${b.name}: ${b.dtype}[${b.size}]`)
    this.#lines.push(`${form}(${list.join(", ")})`)
    this.#body(this.#kernel.body, 1)
    return { source: this.#lines.join("\n"), lineNodes: this.#nodes }
  }
  #line(depth: number, text: string, node?: Tensor): void {
    this.#lines.push("  ".repeat(depth) + text)
    if (node) this.#nodes.push([this.#lines.length, node])
  }
  #body(body: readonly Statement[], depth: number): void {
    for (const x of body) {
      if (x.kind === "poll") this.#line(depth, `poll every ${x.every} of i${x.index}`)
      else if (x.kind === "store") {
        this.#define([x.value], depth)
        const value = this.#text(x.value)
        this.#line(
          depth,
          `${this.#kernel.buffers[x.buffer].name}[${this.#text(x.at)}] = ${value}`,
          x.node,
        )
      } else this.#loop(x, depth)
    }
  }
  #loop(x: Extract<Statement, { kind: "loop" }>, depth: number): void {
    const marks = [
      x.vector && "lanes",
      x.copies > 1 && `${x.copies} copies`,
      x.ranged && "parallel",
    ]
    const how = marks.filter((m) => m).join(", ")
    for (const a of x.accumulators)
      this.#line(depth, `var a${a.carry}: ${a.dtype} = ${a.identity}`, a.node)
    this.#line(depth, `for i${x.index} in 0..${x.extent}${how ? ` (${how})` : ""}`)
    const outer = this.#given
    this.#given = new Map(outer)
    this.#body(x.body, depth + 1)
    for (const a of x.accumulators) {
      this.#define([a.update], depth + 1)
      this.#line(depth + 1, `a${a.carry} = ${this.#text(a.update)}`, a.node)
    }
    this.#given = outer
    for (const a of x.accumulators)
      this.#line(depth, `let a${a.result} = a${a.carry} joined over lanes and copies`, a.node)
  }
  /** Names what is used twice, and what is the value of a node. */
  #define(roots: readonly Scalar[], depth: number): void {
    const uses = new Map<Scalar, number>()
    const all = order(roots, (e) => !this.#given.has(e))
    for (const e of all) for (const a of e.args) uses.set(a, (uses.get(a) ?? 0) + 1)
    for (const e of all) {
      if (!e.args.length || roots.includes(e) || e.op === "load") continue
      const node = e.dtype === "i32" ? undefined : this.#kernel.names?.get(e)
      if (!node && (uses.get(e) ?? 0) < 2) continue
      const text = this.#text(e)
      if (!node && e.dtype === "i32" && text.length < SHORT) continue
      const name = `t${this.#serial++}`
      this.#line(depth, `let ${name} = ${text}`, node)
      this.#given.set(e, name)
    }
  }
  #text(root: Scalar): string {
    const text = new Map<Scalar, string>()
    for (const e of order([root], (x) => !this.#given.has(x))) {
      text.set(
        e,
        this.#spell(
          e,
          e.args.map((a) => this.#given.get(a) ?? (text.get(a) as string)),
        ),
      )
    }
    return this.#given.get(root) ?? (text.get(root) as string)
  }
  #spell(e: Scalar, x: readonly string[]): string {
    if (e.op === "constant") return String(Object.is(e.value, -0) ? "-0" : e.value)
    if (e.op === "index") return `i${e.value}`
    if (e.op === "argument") return `a${e.value}`
    if (e.op === "load") return `${this.#kernel.buffers[Number(e.value)].name}[${x[0]}]`
    const infix = INFIX[e.op]
    if (infix) return `(${x[0]} ${infix} ${x[1]})`
    if (e.op === "convert" || e.op === "bitcast")
      return `${e.op === "convert" ? "" : "bits "}${e.dtype}(${x[0]})`
    return `${e.op}(${x.join(", ")})`
  }
}
