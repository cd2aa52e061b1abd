/** @file `defnote check`: files and notebooks checked in words about tensors, as the kernel checks cells (D5.6). */
import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { fileURLToPath } from "node:url"
import {
  analyseCell,
  type Diagnostic,
  EntryNames,
  type EntryOptions,
  positionAt,
  rewriteRuntime,
  SyntaxDiagnosticError,
} from "@defnote/syntax"
import { readCells, withImports } from "./check-sources.ts"
import { type CellDiagnostic, findServer, LanguageService } from "./language/index.ts"

type Finding = Pick<CellDiagnostic, "from" | "code" | "message" | "severity">
/** Takes a line of the report. */
export type Say = (line: string) => void

const TYPES = fileURLToPath(new URL("./declarations", import.meta.url))
/** The first version with a language server of its own. */
const TYPESCRIPT = 7

/**
 * Checks `.ts`, `.mts` and `.ipynb` files. Cells of a notebook share their names from top to bottom.
 *
 * @returns how many errors there are; a file that cannot be checked is one
 */
export async function checkFiles(files: readonly string[], say: Say): Promise<number> {
  const programs = new Map<string, string[]>()
  let errors = 0
  for (const file of files) {
    if (/\.ipynb$/u.test(file)) errors += await attempt(file, say, () => checkNotebook(file, say))
    else if (/\.m?ts$/u.test(file)) {
      const folder = folderOf(path.resolve(file))
      programs.set(folder, [...(programs.get(folder) ?? []), file])
    } else errors += problem(file, "takes .ts, .mts and .ipynb files", say)
  }
  for (const [folder, own] of programs)
    errors += await attempt(own.join(", "), say, () => checkProgram(folder, own, say))
  return errors
}

/** What a file stands in: the working folder, where it is inside of that. */
function folderOf(file: string): string {
  return file.startsWith(process.cwd() + path.sep) ? process.cwd() : path.dirname(file)
}

function problem(file: string, sentence: string, say: Say): number {
  say(`${file}: ${sentence}`)
  return 1
}
async function attempt(file: string, say: Say, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    return problem(file, (error as Error).message, say)
  }
}

async function checkNotebook(file: string, say: Say): Promise<number> {
  const cells = readCells(file)
  const names = new EntryNames()
  return withService(path.dirname(path.resolve(file)), true, say, async (service) => {
    let errors = 0
    for (const { number, source } of cells) {
      const own = `${file}:cell ${number}`
      const language = languageFindings(source, names.options)
      const types = await service.check(number, source)
      service.commit(number)
      addNames(names, source)
      errors += report(own, source, language, types, say)
    }
    return errors
  })
}
function addNames(names: EntryNames, source: string): void {
  try {
    names.add(analyseCell(source))
  } catch (error) {
    // A text that cannot be read declares nothing; it was reported.
    if (!(error instanceof SyntaxDiagnosticError)) throw error
  }
}

async function checkProgram(folder: string, files: readonly string[], say: Say): Promise<number> {
  const paths = files.map((file) => path.resolve(file))
  const texts = withImports(paths, folder)
  return withService(folder, false, say, async (service) => {
    const inside = (file: string): string => path.relative(folder, file).split(path.sep).join("/")
    for (const [file, text] of texts) service.addModule(inside(file), text)
    let errors = 0
    for (const [i, file] of files.entries()) {
      const source = texts.get(paths[i] as string) as string
      const types = await service.checkModule(inside(paths[i] as string))
      errors += report(file, source, languageFindings(source, {}), types, say)
    }
    return errors
  })
}

/** What the language refuses or warns about in a text (D101 to D299). */
function languageFindings(source: string, options: EntryOptions): readonly Diagnostic[] {
  try {
    return rewriteRuntime(source, { ...options, name: "check" }).diagnostics
  } catch (error) {
    if (error instanceof SyntaxDiagnosticError) return error.diagnostics
    throw error
  }
}

/** Says the findings of one text in their order; gives the number of errors. */
function report(
  place: string,
  source: string,
  language: readonly Finding[],
  types: readonly Finding[] | undefined,
  say: Say,
): number {
  if (!types) return problem(place, "the type checker gives no answer", say)
  // A text that cannot be read makes the type checker say the same in other words.
  const unread = language.some((f) => f.code === "D101")
  const found = [...language, ...(unread ? [] : types)].sort((a, b) => a.from - b.from)
  for (const { from, code, message, severity } of found) {
    const { line, column } = positionAt(source, from)
    const kind = severity === "warning" ? "warning: " : ""
    const text = message.replaceAll("\n", "\n  ")
    say(`${place}:${line + 1}:${column + 1} ${code} ${kind}${text}`)
  }
  return found.filter((f) => f.severity === "error").length
}

async function withService(
  folder: string,
  globals: boolean,
  say: Say,
  work: (service: LanguageService) => Promise<number>,
): Promise<number> {
  const tsc = typescriptFor(folder)
  const service = new LanguageService({ folder, types: TYPES, tsc, globals, log: say })
  try {
    return await work(service)
  } finally {
    await service.stop()
  }
}

/** The type checker that a folder has. @throws Error in one sentence where there is none, or an old one */
function typescriptFor(folder: string): string {
  const from = path.join(folder, "check.js")
  const { resolve } = createRequire(from)
  const install = "npm install --save-dev typescript"
  let found: string
  try {
    found = resolve("typescript/package.json")
  } catch {
    throw new Error(`no package "typescript" is found from ${folder}; ${install}`)
  }
  const { version } = JSON.parse(readFileSync(found, "utf8")) as { version: string }
  if (Number.parseInt(version, 10) < TYPESCRIPT)
    throw new Error(
      `typescript ${version} is found from ${folder}; ${TYPESCRIPT} or newer is needed: ${install}@latest`,
    )
  const server = findServer(from)
  if (!existsSync(server)) throw new Error(`typescript ${version} has no program at ${server}`)
  return server
}
