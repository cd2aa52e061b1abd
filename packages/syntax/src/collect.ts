/** @file Walks a tree once and lists its scopes, declarations and uses of names; resolving them comes after. */
import type { Binding, BindingKind, Reference, Scope } from "./scopes.ts"
import { type Absent, bare, children, identifiers, isFunction, type Node } from "./tree.ts"

/** The scopes, the declarations and the unresolved references of a tree. */
export function collect(tree: Node): {
  root: Scope
  scopes: Scope[]
  bindings: Binding[]
  references: Reference[]
} {
  const collector = new Collector(tree)
  collector.visitAll(tree.body, collector.root)
  const { root, scopes, bindings, references } = collector
  return { root, scopes, bindings, references }
}

const TYPE_SCOPE =
  /^TS(FunctionType|ConstructorType|MethodSignature|CallSignatureDeclaration|ConstructSignatureDeclaration|DeclareMethod)$/

class Collector {
  readonly root: Scope
  readonly scopes: Scope[] = []
  readonly bindings: Binding[] = []
  readonly references: Reference[] = []
  private typeDepth = 0

  constructor(tree: Node) {
    this.root = { node: tree, isFunction: true, bindings: new Map() }
  }

  visitAll(nodes: readonly (Node | Absent)[] | Absent, scope: Scope): void {
    for (const n of nodes ?? []) this.visit(n, scope)
  }

  visit(n: Node | Absent, scope: Scope) {
    if (!n) return
    if (isFunction(n) || n.type === "TSDeclareFunction") return this.function(n, scope)
    const special = SPECIAL[n.type]
    if (special) return special(this, n, scope)
    if (TYPE_SCOPE.test(n.type)) return this.inTypes(() => this.function(n, scope))
    this.children(n, scope)
  }

  children(n: Node, scope: Scope): void {
    this.visitAll(children(n), scope)
  }

  inTypes(body: () => void): void {
    this.typeDepth++
    body()
    this.typeDepth--
  }

  enter(node: Node, parent: Scope, isFunction = false): Scope {
    const scope = { parent, node, isFunction, bindings: new Map() }
    this.scopes.push(scope)
    return scope
  }

  declare(id: Node, kind: BindingKind, scope: Scope, declaration: Node, value?: Node): void {
    const { name, start } = id
    if (name === "this") return
    const old = scope.bindings.get(name)
    const isType = kind === "type" || kind === "interface"
    if (old && (isType || (old.kind !== "type" && old.kind !== "interface"))) {
      if (kind === "var" || kind === "function") old.value = undefined
      return
    }
    const binding: Binding = { name, kind, start, scope, declaration, value, references: [] }
    scope.bindings.set(name, binding)
    this.bindings.push(binding)
  }

  refer(id: Node, scope: Scope, write = false): void {
    if (id.name === "this") return
    const { name, start } = id
    this.references.push({ name, start, write, inType: this.typeDepth > 0, scope })
  }

  /** The leftmost name of `a.b.c` in a type. */
  referQualified(n: Node | Absent, scope: Scope): void {
    while (n && n.type !== "Identifier") n = n.left ?? n.object
    if (n) this.refer(n, scope)
  }

  /** Defaults, computed keys and annotations of a pattern that declares names. */
  pattern(p: Node | Absent, scope: Scope): void {
    if (!p) return
    this.inTypes(() => this.visit(p.typeAnnotation, scope))
    this.visitAll(p.decorators, scope)
    if (p.type === "TSParameterProperty") this.pattern(p.parameter, scope)
    else if (p.type === "AssignmentPattern") {
      this.pattern(p.left, scope)
      this.visit(p.right, scope)
    } else if (p.type === "RestElement") this.pattern(p.argument, scope)
    else if (p.type === "ArrayPattern") for (const e of p.elements) this.pattern(e, scope)
    else if (p.type === "ObjectPattern") {
      for (const q of p.properties) {
        if (q.computed) this.visit(q.key, scope)
        this.pattern(q.type === "RestElement" ? q : q.value, scope)
      }
    }
  }

  /** A pattern that assigns: its identifiers are writes. */
  target(left: Node, scope: Scope): void {
    const written = new Set(identifiers(left).map((id) => id.start))
    const visit = (n: Node): void => {
      if (n.type === "Identifier" && written.has(n.start)) this.refer(n, scope, true)
      else if (/Pattern$|^RestElement$|^ParenthesizedExpression$/.test(n.type)) {
        for (const c of children(n)) visit(c)
      } else if (n.type === "ObjectProperty") {
        if (n.computed) this.visit(n.key, scope)
        visit(n.value)
      } else if (bare(n) !== n && written.has(bare(n).start)) visit(bare(n))
      else this.visit(n, scope)
    }
    visit(left)
  }

  function(f: Node, outer: Scope): void {
    if (f.computed) this.visit(f.key, outer)
    this.visitAll(f.decorators, outer)
    const declares = f.type === "FunctionDeclaration" || f.type === "TSDeclareFunction"
    if (declares && f.id) this.declare(f.id, "function", outer, f, f)
    let scope = outer
    if (f.type === "FunctionExpression" && f.id) {
      scope = this.enter(f, scope)
      this.declare(f.id, "function", scope, f, f)
    }
    scope = this.enter(f, scope, true)
    this.typeParameters(f.typeParameters, scope)
    for (const p of f.params ?? []) {
      for (const id of identifiers(p)) this.declare(id, "parameter", scope, p)
      this.pattern(p, scope)
    }
    this.inTypes(() => this.visit(f.returnType, scope))
    if (f.body?.type === "BlockStatement") this.visitAll(f.body.body, scope)
    else this.visit(f.body, scope)
  }

  typeParameters(declaration: Node | Absent, scope: Scope): void {
    this.inTypes(() => {
      for (const p of declaration?.params ?? []) {
        const id = typeof p.name === "string" ? { ...p, name: p.name } : p.name
        this.declare(id, "type", scope, p)
        this.visit(p.constraint, scope)
        this.visit(p.default, scope)
      }
    })
  }

  class(n: Node, outer: Scope): void {
    if (n.type === "ClassDeclaration" && n.id) this.declare(n.id, "class", outer, n)
    this.visitAll(n.decorators, outer)
    const scope = this.enter(n, outer)
    if (n.type === "ClassExpression" && n.id) this.declare(n.id, "class", scope, n)
    this.typeParameters(n.typeParameters, scope)
    this.visit(n.superClass, scope)
    this.inTypes(() => {
      this.visit(n.superTypeArguments, scope)
      this.visitAll(n.implements, scope)
    })
    this.visitAll(n.body.body, scope)
  }

  variables(n: Node, scope: Scope): void {
    let target = scope
    while (n.kind === "var" && !target.isFunction && target.parent) target = target.parent
    const kind: BindingKind = /using/.test(n.kind) ? "using" : n.kind
    for (const d of n.declarations) {
      const value = d.id.type === "Identifier" ? d.init : undefined
      for (const id of identifiers(d.id)) this.declare(id, kind, target, n, value ?? undefined)
      this.pattern(d.id, scope)
      this.visit(d.init, scope)
    }
  }
}

const block = (c: Collector, n: Node, scope: Scope) => c.children(n, c.enter(n, scope))
const nothing = () => {}
const skipLabel = (c: Collector, n: Node, scope: Scope) => c.visit(n.body, scope)
const keyed = (c: Collector, n: Node, scope: Scope) => {
  c.visitAll(n.decorators, scope)
  if (n.computed) c.visit(n.key, scope)
  c.inTypes(() => c.visit(n.typeAnnotation, scope))
  c.visit(n.value, scope)
}
const member = (c: Collector, n: Node, scope: Scope) => {
  c.visit(n.object, scope)
  if (n.computed) c.visit(n.property, scope)
}
const heritage = (c: Collector, n: Node, scope: Scope) => {
  c.referQualified(n.expression, scope)
  c.visit(n.typeArguments, scope)
}
const forTarget = (c: Collector, n: Node, outer: Scope) => {
  const scope = c.enter(n, outer)
  if (n.left.type === "VariableDeclaration") c.visit(n.left, scope)
  else c.target(n.left, scope)
  c.visit(n.right, scope)
  c.visit(n.body, scope)
}
const cast = (c: Collector, n: Node, scope: Scope) => {
  c.visit(n.expression, scope)
  c.inTypes(() => c.visitAll([n.typeAnnotation, n.typeArguments], scope))
}
const typed = (c: Collector, n: Node, scope: Scope) => {
  c.inTypes(() => c.children(n, scope))
}
const named = (kind: "type" | "interface") => (c: Collector, n: Node, outer: Scope) => {
  c.declare(n.id, kind, outer, n)
  const scope = c.enter(n, outer)
  c.typeParameters(n.typeParameters, scope)
  c.inTypes(() => c.visitAll([...(n.extends ?? []), n.typeAnnotation, n.body], scope))
}

/** The nodes whose children are not all plain uses of names. */
const SPECIAL: Readonly<Record<string, (c: Collector, n: Node, scope: Scope) => void>> = {
  Identifier: (c, n, scope) => c.refer(n, scope),
  JSXIdentifier: (c, n, scope) => /^[A-Z_$]/.test(n.name) && c.refer(n, scope),
  JSXAttribute: (c, n, scope) => c.visit(n.value, scope),
  JSXMemberExpression: (c, n, scope) => c.visit(n.object, scope),
  BlockStatement: block,
  StaticBlock: (c, n, scope) => c.children(n, c.enter(n, scope, true)),
  ForStatement: block,
  ForInStatement: forTarget,
  ForOfStatement: forTarget,
  SwitchStatement: (c, n, scope) => {
    c.visit(n.discriminant, scope)
    c.visitAll(n.cases, c.enter(n, scope))
  },
  CatchClause: (c, n, outer) => {
    const scope = c.enter(n, outer)
    for (const id of identifiers(n.param)) c.declare(id, "let", scope, n)
    c.pattern(n.param, scope)
    c.visit(n.body, scope)
  },
  LabeledStatement: skipLabel,
  BreakStatement: nothing,
  ContinueStatement: nothing,
  MetaProperty: nothing,
  VariableDeclaration: (c, n, scope) => c.variables(n, scope),
  ClassDeclaration: (c, n, scope) => c.class(n, scope),
  ClassExpression: (c, n, scope) => c.class(n, scope),
  ClassProperty: keyed,
  ClassAccessorProperty: keyed,
  ClassPrivateProperty: keyed,
  PrivateName: nothing,
  ObjectProperty: keyed,
  MemberExpression: member,
  OptionalMemberExpression: member,
  AssignmentExpression: (c, n, scope) => {
    c.target(n.left, scope)
    c.visit(n.right, scope)
  },
  UpdateExpression: (c, n, scope) => c.target(n.argument, scope),
  ImportDeclaration: (c, n, scope) => {
    for (const s of n.specifiers) c.declare(s.local, "import", scope, { ...s, parent: n })
  },
  ExportNamedDeclaration: (c, n, scope) => {
    if (n.declaration) c.visit(n.declaration, scope)
    else if (!n.source) for (const s of n.specifiers) c.refer(s.local, scope)
  },
  ExportAllDeclaration: nothing,
  TSImportEqualsDeclaration: (c, n, scope) => {
    c.declare(n.id, "import", scope, n)
    if (n.moduleReference.type !== "TSExternalModuleReference") {
      c.referQualified(n.moduleReference, scope)
    }
  },
  TSTypeAliasDeclaration: named("type"),
  TSInterfaceDeclaration: named("interface"),
  TSEnumDeclaration: (c, n, outer) => {
    c.declare(n.id, "enum", outer, n)
    const scope = c.enter(n, outer)
    for (const m of n.body.members) {
      if (m.id.type === "Identifier") c.declare(m.id, "const", scope, m)
      c.visit(m.initializer, scope)
    }
  },
  TSModuleDeclaration: (c, n, outer) => {
    let id = n.id
    while (id.type === "TSQualifiedName") id = id.left
    if (id.type === "Identifier" && n.kind !== "global") c.declare(id, "namespace", outer, n)
    if (n.body) c.children(n.body, c.enter(n.body, outer, true))
  },
  TSAsExpression: cast,
  TSSatisfiesExpression: cast,
  TSTypeAssertion: cast,
  TSInstantiationExpression: cast,
  TSTypeAnnotation: typed,
  TSTypeParameterInstantiation: typed,
  TSTypeReference: (c, n, scope) =>
    c.inTypes(() => {
      c.referQualified(n.typeName, scope)
      c.visit(n.typeArguments, scope)
    }),
  TSTypeQuery: (c, n, scope) =>
    c.inTypes(() => {
      if (n.exprName.type === "TSImportType") c.visit(n.exprName, scope)
      else c.referQualified(n.exprName, scope)
      c.visit(n.typeArguments, scope)
    }),
  TSImportType: (c, n, scope) => c.visit(n.typeArguments, scope),
  TSClassImplements: heritage,
  TSInterfaceHeritage: heritage,
  TSTypePredicate: (c, n, scope) => c.visit(n.typeAnnotation, scope),
  TSPropertySignature: keyed,
  TSNamedTupleMember: (c, n, scope) => c.visit(n.elementType, scope),
  TSIndexSignature: (c, n, scope) => {
    for (const p of n.parameters ?? n.params ?? []) c.pattern(p, scope)
    c.visit(n.typeAnnotation, scope)
  },
  TSMappedType: (c, n, outer) => {
    const scope = c.enter(n, outer)
    c.declare(n.key, "type", scope, n)
    c.inTypes(() => c.visitAll([n.constraint, n.nameType, n.typeAnnotation], scope))
  },
  TSConditionalType: block,
  TSInferType: (c, n, scope) => {
    c.declare(n.typeParameter.name, "type", scope, n)
    c.visit(n.typeParameter.constraint, scope)
  },
} satisfies Record<string, (c: Collector, n: Node, scope: Scope) => unknown>
