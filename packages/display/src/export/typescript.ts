/** @file A graph as a TypeScript function of the public API that computes the same. Knows no op: declarations say how. */
import type { GraphLike, OpInfo } from "../payload.ts"
import { callText, factsOf } from "./call-text.ts"
import { identifiers, programName } from "./identifiers.ts"

/** The text, or one sentence that says what cannot be written. */
export type TypeScriptResult =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: string }

class Unwritable extends Error {}

/**
 * One `defn` function with one statement for each value. Loops and conditions are `whileLoop`, `scan` and `cond`.
 *
 * @param doc a graph whose loops are written out
 */
export function graphTypeScript(doc: GraphLike): TypeScriptResult {
  if (doc.error) return { problem: `tracing stopped: ${doc.error.message.split("\n", 1)[0]}` }
  if (doc.summaries?.length)
    return {
      problem: `${doc.whole?.scopes ?? "some"} of its scopes are not stored; toTypeScript() has all`,
    }
  try {
    return { text: new Writer(doc).write() }
  } catch (error) {
    if (error instanceof Unwritable) return { problem: error.message }
    throw error
  }
}

class Writer {
  readonly #doc: GraphLike
  readonly #infos: ReadonlyMap<number, OpInfo>
  readonly #names: readonly string[]
  readonly #byScope = new Map<number, number[]>()
  readonly #used = new Set<string>(["defn", "Tensor"])

  constructor(doc: GraphLike) {
    this.#doc = doc
    this.#infos = new Map(doc.ops?.map((info) => [info.op, info]))
    this.#names = identifiers(doc)
    doc.nodes.op.forEach((_, n) => {
      const home = this.#home(n)
      const list = this.#byScope.get(home)
      if (list) list.push(n)
      else this.#byScope.set(home, [n])
    })
  }

  write(): string {
    const { nodes, outputs = [], outputPorts } = this.#doc
    const leaves = nodes.op.flatMap((op, n) => (this.#infos.get(op)?.leaf ? [n] : []))
    const body = this.#block(-1, "  ")
    const parameters = leaves.map((n) => `${this.#names[n]}: Tensor`).join(", ")
    const result = outputs.map((n, i) => this.#value(n, outputPorts?.[i] ?? 0))
    const value = result.length === 1 ? result[0] : `[${result.join(", ")}]`
    const title = programName(this.#doc)
    const name = this.#used.has(title) || this.#names.includes(title) ? `${title}_` : title
    const imports = [...this.#used].sort().map((name) => (name === "Tensor" ? "type Tensor" : name))
    return [
      `import { ${imports.join(", ")} } from "defnote"`,
      "",
      `export const ${name} = defn((${parameters}) => {`,
      ...body,
      `  return ${value}`,
      "})",
      "",
    ].join("\n")
  }

  #info = (node: number): OpInfo | undefined => this.#infos.get(this.#doc.nodes.op[node])

  /** The scope whose statements a node is among: the nearest part of control flow, -1 for the program. */
  #home(node: number): number {
    const { nodes, scopes } = this.#doc
    const own = this.#control(node)
    let scope = own ? scopes[nodes.scope[node]].parent : nodes.scope[node]
    while (scope >= 0 && !this.#isPart(scope)) scope = scopes[scope].parent
    return scope
  }
  /** A branch, a test or a body; also a loop itself, in which its carries stand. */
  #isPart(scope: number): boolean {
    const { kind, parent } = this.#doc.scopes[scope]
    const above = this.#doc.scopes[parent]?.kind
    return kind === "loop" || kind === "cond" || above === "loop" || above === "cond"
  }
  /** The node that gives what a loop or a choice gives. */
  #control(node: number): "loop" | "cond" | undefined {
    const role = this.#info(node)?.role
    const kind = this.#doc.scopes[this.#doc.nodes.scope[node]]?.kind
    return (role === "loop" || role === "cond") && kind === role ? role : undefined
  }

  /** A body drawn beside its derivative: two nodes give what the scope gives, and neither is a program of its own. */
  #isShared(scope: number): boolean {
    const { op, scope: scopes } = this.#doc.nodes
    return op.filter((_, n) => scopes[n] === scope && this.#control(n)).length > 1
  }

  #block(scope: number, indent: string): string[] {
    return (this.#byScope.get(scope) ?? []).flatMap((n) => this.#statement(n, indent))
  }

  #statement(node: number, indent: string): string[] {
    const info = this.#info(node)
    if (info?.leaf || info?.role === "carry" || info?.role === "slice") return []
    const inputs = this.#inputs(node)
    const start = `${indent}const ${this.#names[node]} = `
    const control = this.#control(node)
    if (control && this.#isShared(this.#doc.nodes.scope[node]))
      throw new Unwritable(`${this.#op(node)}: what its derivative keeps has no public name`)
    if (control === "cond") return this.#choice(node, start, indent, inputs)
    if (control === "loop") return this.#loop(node, start, indent, inputs)
    if (info?.role === "call")
      return [`${start}${this.#outs(node) > 1 ? `[${inputs.join(", ")}]` : inputs[0]}`]
    const call = info?.code && callText(info.code, factsOf(this.#doc, node, inputs))
    if (!call) throw new Unwritable(`${this.#op(node)} has no public function that makes it`)
    for (const [, name] of call.matchAll(/\b([a-zA-Z]\w*)\(/g)) this.#used.add(name)
    return [start + call]
  }

  #choice(node: number, start: string, indent: string, inputs: readonly string[]): string[] {
    this.#used.add("cond")
    const [yes, no] = ["then", "else"].map((name) => this.#part(node, name))
    const half = (inputs.length - 1) / 2
    const results = inputs.slice(1)
    const branch = (scope: number, values: readonly string[]) => [
      `${indent}  () => {`,
      ...this.#block(scope, `${indent}    `),
      `${indent}    return ${this.#outs(node) > 1 ? `[${values.join(", ")}]` : values[0]}`,
      `${indent}  },`,
    ]
    return [
      `${start}cond(`,
      `${indent}  ${inputs[0]},`,
      ...branch(yes, results.slice(0, half)),
      ...branch(no, results.slice(half)),
      `${indent})`,
    ]
  }

  #loop(node: number, start: string, indent: string, inputs: readonly string[]): string[] {
    // It is drawn in the scope of the loop, with whose operations its own share rows.
    if (["bwd", "recompute"].includes(this.#doc.nodes.phase[node]))
      throw new Unwritable(`${this.#op(node)}: the derivative of a loop has no public function`)
    const inside = this.#byScope.get(this.#doc.nodes.scope[node]) ?? []
    const [carries, slices] = ["carry", "slice"].map((role) =>
      inside.filter((n) => this.#info(n)?.role === role),
    )
    const test = this.#part(node, "test", false)
    const first = (list: readonly number[]) => list.map((n) => this.#inputs(n)[0]).join(", ")
    const names = (list: readonly number[]) => list.map((n) => this.#names[n]).join(", ")
    const body = this.#block(this.#part(node, "body"), `${indent}    `)
    if (test >= 0) {
      this.#used.add("whileLoop")
      return [
        `${start}whileLoop(`,
        `${indent}  [${first(carries)}],`,
        `${indent}  ([${names(carries)}]) => {`,
        ...this.#block(test, `${indent}    `),
        `${indent}    return ${inputs[0]}`,
        `${indent}  },`,
        `${indent}  ([${names(carries)}]) => {`,
        ...body,
        `${indent}    return [${inputs.slice(1).join(", ")}]`,
        `${indent}  },`,
        `${indent})`,
      ]
    }
    this.#used.add("scan")
    const { length, reverse } = (this.#doc.nodes.attrs?.[node] ?? {}) as Record<string, unknown>
    const ys = inputs.slice(carries.length)
    return [
      `${start}scan(`,
      `${indent}  [${first(carries)}],`,
      `${indent}  [${first(slices)}],`,
      `${indent}  ([${names(carries)}], [${names(slices)}]) => {`,
      ...body,
      `${indent}    return [[${inputs.slice(0, carries.length).join(", ")}], [${ys.join(", ")}]]`,
      `${indent}  },`,
      `${indent}  { length: ${JSON.stringify(length)}, reverse: ${JSON.stringify(reverse)} },`,
      `${indent}).flat()`,
    ]
  }

  /** A part of the scope of a node of control flow by its name. */
  #part(node: number, name: string, needed = true): number {
    const { scopes, strings, nodes } = this.#doc
    const at = scopes.findIndex((s) => s.parent === nodes.scope[node] && strings[s.name] === name)
    if (at < 0 && needed && name !== "then" && name !== "else" && name !== "body")
      throw new Unwritable(`${this.#op(node)} has no ${name}`)
    return at < 0 ? -2 : at
  }

  #inputs(node: number): string[] {
    const { inputs, ports } = this.#doc.nodes
    return inputs[node].map((input, k) => this.#value(input, ports?.[node][k] ?? 0))
  }

  /** A value by name; an output of several by its place. */
  #value(node: number, port: number): string {
    if (this.#outs(node) === 1) return this.#names[node]
    const known =
      this.#doc.nodes.inputs[node].length -
      (this.#control(node) === "loop" && this.#part(node, "test", false) >= 0 ? 1 : 0)
    if (this.#control(node) === "loop" && port >= known)
      throw new Unwritable(`${this.#op(node)}: what its derivative keeps has no public name`)
    return `${this.#names[node]}[${port}]`
  }
  #outs(node: number): number {
    return this.#control(node) === "loop" ? 2 : this.#doc.nodes.outs[node].length
  }
  #op(node: number): string {
    return this.#doc.strings[this.#doc.nodes.op[node]] ?? "a value"
  }
}
