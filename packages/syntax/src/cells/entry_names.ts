/** @file Which names of the environment mean `defn` or the library, and where the bodies of defn are. */
import { parse } from "@babel/parser"
import type { CellAnalysis } from "../cell.ts"
import type { EntryOptions } from "../entries.ts"

/** The module whose `defn` is meant. */
const LIBRARY = "defnote"

/** Names that earlier cells bound to the library. */
export class EntryNames {
  readonly #meanings: Map<string, "defn" | "*">

  /** @param from names to begin with; without them `defn` means itself, wherever it comes from */
  constructor(from?: EntryNames) {
    this.#meanings = from ? new Map(from.#meanings) : new Map([["defn", "defn"]])
  }

  /** The options of the rewriter for the next cell. */
  get options(): EntryOptions {
    const names = [...this.#meanings]
    const of = (wanted: string) => names.filter(([, meaning]) => meaning === wanted)
    return {
      known: of("defn").map(([name]) => name),
      namespaces: of("*").map(([name]) => name),
    }
  }

  /** A cell declares these names. */
  add({ declared, imports, loads }: Pick<CellAnalysis, "declared" | "imports" | "loads">): void {
    for (const { name } of declared) this.#meanings.delete(name)
    for (const { specifier, names } of [...imports, ...loads]) {
      if (specifier !== LIBRARY) continue
      for (const { local, imported } of names) {
        if (imported === "defn" || imported === "*") this.#meanings.set(local, imported)
      }
    }
  }

  /** What `defn` is called, in a cell with these imports. */
  namesIn(imports: CellAnalysis["imports"]): string[] {
    const cell = new EntryNames(this)
    cell.add({ declared: [], imports, loads: [] })
    return [...(cell.options.known ?? [])]
  }

  /** A new runtime has no names. */
  clear(): void {
    this.#meanings.clear()
    this.#meanings.set("defn", "defn")
  }
}

/** A range of a source (UTF-16 offsets). */
export type Range = readonly [from: number, to: number]

// biome-ignore lint/suspicious/noExplicitAny: the syntax tree is walked generically
type Tree = any

/**
 * The function literals passed to a `defn`, and the functions with the directive "use defn". Text
 * that does not parse has none: such a cell does not run.
 *
 * @param names what `defn` is called beside `defn`
 */
export function defnRanges(source: string, names: readonly string[] = []): Range[] {
  const known = ["defn", ...names]
  if (!known.some((name) => source.includes(name))) return []
  try {
    const ranges: Range[] = []
    collect(parse(source, { sourceType: "module", plugins: ["typescript"] }).program, known, ranges)
    return ranges
  } catch {
    return []
  }
}

function collect(node: Tree, known: readonly string[], ranges: Range[]): void {
  if (!node || typeof node.type !== "string") return
  const first = node.type === "CallExpression" && isDefn(node.callee, known) && node.arguments[0]
  if (first) ranges.push([first.start, first.end])
  if (hasDirective(node)) ranges.push([node.start, node.end])
  for (const key in node) {
    const child = node[key]
    if (Array.isArray(child)) for (const item of child) collect(item, known, ranges)
    else if (child && typeof child === "object") collect(child, known, ranges)
  }
}

function isDefn(callee: Tree, known: readonly string[]): boolean {
  return known.includes(callee.name) || callee.property?.name === "defn"
}

function hasDirective(node: Tree): boolean {
  const directives: Tree[] = node.body?.directives ?? []
  return directives.some((item) => item.value.value === "use defn")
}
