/** @file `namespace N { export const a = 1 }` as a function that fills an object. It knows nothing of `using`. */
import type { Edits } from "./edits.ts"
import { identifiers, isTypeOnly, type Node } from "./tree.ts"

/** Whether a namespace leaves something at run time. */
export const hasValues = (n: Node): boolean =>
  n.type === "TSModuleDeclaration" &&
  !n.declare &&
  !!n.body?.body?.some((s: Node) => {
    const statement = s.declaration ?? s
    const inner = statement.type === "TSModuleDeclaration"
    return inner ? hasValues(statement) : !statement.declare && !isTypeOnly(statement)
  })

/** `A.B.C` as a list. */
const path = (id: Node): string[] =>
  id.type === "TSQualifiedName" ? [...path(id.left), id.right.name] : [id.name]

/** Lowers the namespaces of one text. */
export class Namespaces {
  private readonly edits: Edits
  /** Names that a class or function declares, which `var` must not declare again. */
  private readonly taken = new Set<string>()
  /** The namespace around, for those that it exports. */
  private readonly owners = new Map<Node, string>()

  constructor(edits: Edits) {
    this.edits = edits
  }

  enter(n: Node): void {
    if (/^(Class|Function)Declaration$/.test(n.type) && n.id) this.taken.add(n.id.name)
    if (!hasValues(n)) return
    const names = path(n.id)
    const open = names.map((name) => `${this.declaration(name)}(function (${name}) {`).join(" ")
    this.edits.replace(n.start, n.body.start + 1, open)
    const owner = names.at(-1) as string
    for (const s of n.body.body) this.statement(s, owner, n.body.start + 1)
  }

  leave(n: Node): void {
    if (!hasValues(n)) return
    const names = path(n.id)
    const outer = this.owners.get(n)
    const close = names.map((name, i) => {
      const holder = i > 0 ? names[i - 1] : outer
      const place = holder ? `${holder}.${name}` : name
      return holder
        ? `})(${name} = ${place} || (${place} = {}));`
        : `})(${name} || (${name} = {}));`
    })
    this.edits.replace(n.end - 1, n.end, close.reverse().join(" "))
  }

  private declaration(name: string): string {
    return this.taken.has(name) ? "" : `var ${name}; `
  }

  private statement(s: Node, owner: string, start: number): void {
    const d = s.type === "ExportNamedDeclaration" ? s.declaration : undefined
    if (!d) return
    const bare = isTypeOnly(d) || d.declare || (d.type === "TSModuleDeclaration" && !hasValues(d))
    if (bare) return this.edits.replace(s.start, s.end, "")
    this.edits.replace(s.start, d.start, "")
    if (d.type === "TSModuleDeclaration") this.owners.set(d, owner)
    else if (d.type === "FunctionDeclaration")
      this.edits.insert(start, ` ${owner}.${d.id.name} = ${d.id.name};`)
    else if (d.type !== "VariableDeclaration")
      this.edits.insert(s.end, ` ${owner}.${d.id.name} = ${d.id.name};`)
    else this.variables(s, d, owner, start)
  }

  /** Constants are copied where they are made; what may change is read and written through the object. */
  private variables(s: Node, d: Node, owner: string, start: number): void {
    const names: string[] = d.declarations.flatMap((v: Node) => identifiers(v.id)).map(nameOf)
    for (const name of names) {
      if (d.kind === "const") this.edits.insert(s.end, ` ;${owner}.${name} = ${name};`)
      else this.edits.insert(start, ` ${accessor(owner, name)}`)
    }
  }
}

const nameOf = (id: Node): string => id.name
const accessor = (owner: string, name: string): string =>
  `Object.defineProperty(${owner}, "${name}", ` +
  `{ get: () => ${name}, set: ($v) => { ${name} = $v }, enumerable: true, configurable: true });`
