/**
 * @file `using` and `await using` as `try` and `finally` around the block (ECMAScript's explicit resource management).
 * Knows nothing of namespaces.
 */
import type { Edits } from "./edits.ts"
import { identifiers, type Node } from "./tree.ts"

export const isUsing = (n: Node): boolean =>
  n.type === "VariableDeclaration" && /using$/.test(n.kind)
const waits = (n: Node): boolean => n.kind === "await using"

/**
 * Line 1 of a text with resources: disposes in reverse order; an error of disposing wraps the one before it. Where the
 * environment has no symbols of disposal yet, they are made.
 */
const DECLARATION =
  "const $using = () => { const all = []; let failed = false, error; " +
  'Symbol.dispose ??= Symbol.for("Symbol.dispose"); Symbol.asyncDispose ??= Symbol.for("Symbol.asyncDispose"); ' +
  "const fail = (e) => { error = failed ? suppressed(e, error) : e; failed = true }; " +
  'const suppressed = (e, old) => typeof SuppressedError === "function" ? new SuppressedError(e, old) : ' +
  'Object.assign(new Error("an error was suppressed during disposal"), { name: "SuppressedError", error: e, suppressed: old }); ' +
  "return { fail, use(value, waits) { if (value == null) return value; " +
  "const f = (waits && value[Symbol.asyncDispose]) || value[Symbol.dispose]; " +
  'if (typeof f !== "function") throw new TypeError("using: the value has no [Symbol.dispose]() method"); ' +
  "all.push(() => f.call(value)); return value }, " +
  "end() { while (all.length) try { all.pop()() } catch (e) { fail(e) } if (failed) throw error }, " +
  "async endLater() { while (all.length) try { await all.pop()() } catch (e) { fail(e) } if (failed) throw error } } }; "

/** A block whose resources are open while its statements are visited. */
interface Open {
  block: Node
  name: string
  waits: boolean
}

/** Lowers the resources of one text. */
export class Resources {
  private readonly edits: Edits
  private readonly open: Open[] = []
  private used = false

  constructor(edits: Edits) {
    this.edits = edits
  }

  enter(n: Node): void {
    if (n.type === "ForOfStatement" && isUsing(n.left)) this.turns(n)
    if (!/^(BlockStatement|StaticBlock|Program|TSModuleBlock)$/.test(n.type)) return
    const own: Node[] = n.body.filter(isUsing)
    const [first] = own
    if (!first) return
    const name = this.edits.fresh("$u")
    const isTop = n.type === "Program"
    if (isTop) this.hoist(n, n.body.indexOf(first), name)
    const at = isTop ? first.start : (n.directives?.at(-1)?.end ?? n.start + 1)
    if (!isTop) this.begin(at, name)
    this.open.push({ block: n, name, waits: own.some(waits) })
    if (!isTop) for (const d of own) this.declaration(d, name)
  }

  leave(n: Node): void {
    const last = this.open.at(-1)
    if (last?.block !== n) return
    this.open.pop()
    this.edits.insert(n.type === "Program" ? n.end : n.end - 1, this.end(last.name, last.waits))
  }

  /** Line 1, when something was lowered. */
  finish(tree: Node): void {
    if (this.used) this.edits.list.unshift({ from: tree.start, to: tree.start, text: DECLARATION })
  }

  private begin(at: number, name: string): void {
    this.used = true
    this.edits.insert(at, ` const ${name} = $using(); try { `)
  }

  private end(name: string, waits: boolean): string {
    const end = waits ? `await ${name}.endLater()` : `${name}.end()`
    return `\n} catch ($e) { ${name}.fail($e); } finally { ${end}; } `.replace("\n", " ")
  }

  private declaration(d: Node, name: string): void {
    this.edits.replace(d.start, d.start + d.kind.length, "const")
    for (const { init } of d.declarations) this.wrap(init, name, waits(d))
  }

  private wrap(init: Node, name: string, waits: boolean): void {
    this.edits.insert(init.start, `${name}.use(`)
    this.edits.insert(init.end, `, ${waits})`)
  }

  /** `for (using x of xs) body`: a variable of its own, and a block around the body. */
  private turns(n: Node): void {
    const [name, item] = [this.edits.fresh("$u"), this.edits.fresh("$x")]
    const variable = this.edits.text.slice(n.left.declarations[0].id.start, n.left.end)
    this.edits.replace(n.left.start, n.left.end, `const ${item}`)
    const isWaiting = waits(n.left)
    this.used = true
    const open = `{ const ${name} = $using(); try { const ${variable} = ${name}.use(${item}, ${isWaiting}); `
    this.edits.insert(n.body.start, open)
    this.edits.insert(n.body.end, `${this.end(name, isWaiting)} }`)
  }

  /**
   * At the top, names must outlive the `try`: from the first resource on they are declared before it, and declarations
   * become assignments.
   */
  private hoist(program: Node, from: number, name: string): void {
    const rest: Node[] = program.body.slice(from)
    const names = rest.flatMap(lexicalNames)
    const declared = names.length ? `let ${names.join(", ")}; ` : ""
    this.edits.insert(rest[0]!.start, declared)
    this.begin(rest[0]!.start, name)
    for (const s of rest) {
      if (s.type === "ClassDeclaration") this.edits.insert(s.start, `;${s.id.name} = `)
      if (s.type === "ClassDeclaration") this.edits.insert(s.end, ";")
      if (s.type === "VariableDeclaration" && s.kind !== "var") this.assignments(s, name)
    }
  }

  private assignments(s: Node, name: string): void {
    this.edits.replace(s.start, s.start + s.kind.length, ";")
    for (const { id, init, definite } of s.declarations) {
      const isName = id.type === "Identifier"
      const bare = isName ? id.start + id.name.length : (id.typeAnnotation?.start ?? id.end)
      if (!isName) this.edits.insert(id.start, "(")
      if (bare < id.end || definite) this.edits.replace(bare, Math.max(id.end, bare), "")
      if (!init) this.edits.insert(id.end, " = undefined")
      else if (isUsing(s)) this.wrap(init, name, waits(s))
      if (!isName) this.edits.insert(init.end, ")")
    }
  }
}

/** The names of a statement that would be visible in its block only. */
function lexicalNames(s: Node): string[] {
  if (s.type === "ClassDeclaration") return [s.id.name]
  if (s.type !== "VariableDeclaration" || s.kind === "var") return []
  return s.declarations.flatMap((d: Node) => identifiers(d.id)).map((id: Node) => id.name)
}

/** A resource where no block can be made around it, in words. */
export function unlowerable(n: Node): [Node, string] | undefined {
  if (n.type === "ForStatement" && n.init && isUsing(n.init))
    return [n.init, "`using` in the head of `for (;;)`"]
  if (n.type !== "Program") return undefined
  const first = n.body.findIndex(isUsing)
  const module = n.body.slice(first).find((s: Node) => /^(Ex|Im)port/.test(s.type))
  return first >= 0 && module
    ? [n.body[first], "`using` at the top of a module, before imports or exports,"]
    : undefined
}
