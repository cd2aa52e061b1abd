/** @file The texts that `defnote check` reads: the cells of notebooks, and files with what they import from beside them. */
import { existsSync, readFileSync, statSync } from "node:fs"
import path from "node:path"

/** A code cell: its text, and its number among the code cells, from 1. */
export interface NotebookCell {
  readonly number: number
  readonly source: string
}

/** The code cells of a notebook. @throws Error in one sentence for a file that is no notebook of TypeScript */
export function readCells(file: string): NotebookCell[] {
  const { cells, metadata } = readNotebook(file)
  const language = metadata?.kernelspec?.language
  if (language && !/^(type|java)script$/iu.test(language))
    throw new Error(`its language is ${language}; defnote checks TypeScript`)
  if (!Array.isArray(cells)) throw new Error("it has no list of cells; a notebook of format 4 has")
  return cells
    .filter((cell) => cell?.cell_type === "code")
    .map(({ source }, i) => ({ number: i + 1, source: textOf(source) }))
}

interface Notebook {
  cells?: { cell_type?: unknown; source?: unknown }[]
  metadata?: { kernelspec?: { language?: string } }
}
function readNotebook(file: string): Notebook {
  const text = readFileSync(file, "utf8")
  try {
    return (JSON.parse(text) ?? {}) as Notebook
  } catch {
    throw new Error("it is no JSON, as notebooks are")
  }
}
/** Notebooks store text as one string, or as a list of lines. */
const textOf = (source: unknown): string =>
  Array.isArray(source) ? source.join("") : String(source ?? "")

const SOURCE = /\.m?[tj]s$/u
/** `from "./a"`, `import "./a"` and `import("./a")`. */
const RELATIVE = /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/gu

/** The files and everything that they import by relative paths, inside of a folder; absolute path -> text. */
export function withImports(files: readonly string[], folder: string): Map<string, string> {
  const found = new Map<string, string>()
  const open = [...files]
  for (let file = open.pop(); file; file = open.pop()) {
    if (found.has(file)) continue
    const text = readFileSync(file, "utf8")
    found.set(file, text)
    for (const [, specifier] of text.matchAll(RELATIVE)) {
      const imported = resolve(path.resolve(path.dirname(file), specifier as string))
      if (imported?.startsWith(folder + path.sep)) open.push(imported)
    }
  }
  return found
}

/** The source that a relative import means: `.js` may stand for `.ts`, and the ending may be left out. */
function resolve(wanted: string): string | undefined {
  const candidates = [
    wanted.replace(/\.(m?)js$/u, ".$1ts"),
    wanted,
    `${wanted}.ts`,
    path.join(wanted, "index.ts"),
  ]
  return candidates.find((f) => SOURCE.test(f) && existsSync(f) && statSync(f).isFile())
}
