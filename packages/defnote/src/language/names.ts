/** @file The names cells share: which document declares each, and how another document gets it. */
import type { CellAnalysis } from "@defnote/syntax"

/** A name of an executed cell or an earlier draft. */
export interface SharedName {
  /** The file of the declaring document, without extension. */
  file: string
  /** Variables that later cells may assign cannot be imported: imports are read-only. */
  assignable: boolean
  kind: string
}

/** Names by the cell that declared them last. */
export class NameTable {
  readonly #names: Map<string, SharedName>

  constructor(names: Iterable<[string, SharedName]> = []) {
    this.#names = new Map(names)
  }

  /** A copy that can be extended. */
  fork(): NameTable {
    return new NameTable(this.#names)
  }

  /** The names of a cell hide earlier ones. */
  add(analysis: CellAnalysis, file: string): void {
    for (const { name, kind } of analysis.declared) {
      this.#names.set(name, { file, assignable: kind === "let" || kind === "var", kind })
    }
  }

  /** All names. */
  entries(): Iterable<[string, SharedName]> {
    return this.#names
  }

  /** One line that brings the used names of other documents into a document. */
  header(references: readonly string[]): string {
    const parts = references.flatMap((name) => {
      const found = this.#names.get(name)
      if (!found) return []
      if (found.assignable) return `declare let ${name}: typeof import("./${found.file}").${name}`
      return `import { ${name} } from "./${found.file}"`
    })
    return parts.join("; ")
  }
}

/** The last line of a document: every name it declares is exported. */
export function exportLine({ declared }: CellAnalysis, source: string): string {
  const names = declared.filter(({ statement: [from] }) => !/^export\b/u.test(source.slice(from)))
  return `export { ${[...new Set(names.map(({ name }) => name))].join(", ")} }`
}
