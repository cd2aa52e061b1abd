/** @file The language service of a notebook: cells as modules, checked and completed (D7.3, D7.6). */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import {
  type CellTree,
  cellTree,
  EntryNames,
  isTensorHover,
  joinLists,
  placesOf,
  readTags,
} from "@defnote/syntax"
import { completions } from "./completion.ts"
import {
  type CellDocument,
  createDocument,
  fromDocument,
  isInDefn,
  moduleDocument,
  toDocument,
} from "./document.ts"
import { readDiagnostics, type ServerDiagnostic } from "./messages.ts"
import { NameTable } from "./names.ts"
import type { CellDiagnostic, CompletionList, DraftCell, Language } from "./ports.ts"
import { createProject, type Project, type ProjectOptions } from "./project.ts"
import { LanguageServer } from "./server.ts"
import { type SignatureHelp, signatureText } from "./signature.ts"

/** What {@link LanguageService} needs. */
export interface LanguageOptions extends ProjectOptions {
  tsc?: string
  log(line: string): void
}

const ASSIST = "assist.ts"
/** Opened at the start so that the first cell finds the libraries loaded. */
const WARM_UP = "console.log(process)\nexport {}"
/** Opened a little later: a first cell that does not use the library must not wait for it. */
const LIBRARY_WARM_UP = 'import "defnote"\nexport {}'
/** When that is (ms). */
const LIBRARY_MS = 1000

/** A {@link Language} on TypeScript's native server. */
export class LanguageService implements Language {
  readonly #project: Project
  readonly #server: LanguageServer
  readonly #entries = new EntryNames()
  readonly #checked = new Map<number, CellDocument>()
  readonly #modules = new Map<string, CellDocument>()
  readonly #timer: ReturnType<typeof setTimeout>
  #names = new NameTable()
  #lost = false
  #drafting = 0

  constructor(options: LanguageOptions) {
    this.#project = createProject(options)
    this.#server = new LanguageServer({
      ...options,
      url: this.#project.url,
      onLoss: () => {
        this.#lost = true
      },
    })
    this.#warm("warm.ts", WARM_UP)
    this.#timer = setTimeout(() => this.#warm("warm_library.ts", LIBRARY_WARM_UP), LIBRARY_MS)
  }

  /** The process id of the server, while there is one. */
  get pid(): number | undefined {
    return this.#server.pid
  }

  check(run: number, source: string): Promise<CellDiagnostic[] | undefined> {
    const document = this.#document(source, this.#names)
    this.#checked.set(run, document)
    return this.#diagnose(`${fileOf(run)}.ts`, document)
  }

  commit(run: number): void {
    const document = this.#checked.get(run)
    if (!document) return
    this.#checked.delete(run)
    this.#names.add(document.analysis, fileOf(run))
    this.#entries.add(document.analysis)
    const { module } = readTags(document.source)
    if (module) this.#server.update(`${module}.ts`, `export * from "./${fileOf(run)}"`)
  }

  /** A file of a program, by its path from the project's folder: others that are checked may import it. */
  addModule(path: string, source: string): void {
    const document = moduleDocument(source)
    const file = join(this.#project.cells, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, document.text)
    this.#modules.set(path, document)
  }

  /** What the checker says about a file that was added. @returns undefined when there is no answer */
  async checkModule(path: string): Promise<CellDiagnostic[] | undefined> {
    const document = this.#modules.get(path)
    return document && this.#diagnose(path, document)
  }

  reset(): void {
    this.#names = new NameTable()
    this.#entries.clear()
  }

  async complete(source: string, offset: number): Promise<CompletionList | undefined> {
    const document = this.#assist(source)
    return completions(this.#server, ASSIST, document, offset, this.#names)
  }

  hover(source: string, offset: number): Promise<string | undefined> {
    return this.#hover(ASSIST, this.#assist(source), offset)
  }

  async signature(source: string, offset: number): Promise<string | undefined> {
    const position = toDocument(this.#assist(source), offset)
    if (!position) return undefined
    const method = "textDocument/signatureHelp"
    const found = await this.#server.ask<SignatureHelp | null>(method, ASSIST, { position })
    return found ? signatureText(found) : undefined
  }

  async drafts(cells: readonly DraftCell[]): Promise<Map<string, CellDiagnostic[]> | undefined> {
    const turn = ++this.#drafting
    const names = this.#names.fork()
    const entries = new EntryNames(this.#entries)
    const documents = cells.map(({ code }, index) => {
      const document = createDocument(code, names, entries)
      names.add(document.analysis, `draft_${index}`)
      entries.add(document.analysis)
      this.#server.update(`draft_${index}.ts`, document.text)
      return document
    })
    const found = new Map<string, CellDiagnostic[]>()
    for (const [index, document] of documents.entries()) {
      const diagnostics = await this.#diagnose(`draft_${index}.ts`, document)
      // A newer text of the notebook is being checked: this answer would be of the past.
      if (!diagnostics || turn !== this.#drafting) return undefined
      found.set(cells[index].id, diagnostics)
    }
    return found
  }

  takeLoss(): boolean {
    const lost = this.#lost
    this.#lost = false
    return lost
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#server.stop()
    this.#project.remove()
  }

  async #hover(file: string, document: CellDocument, offset: number): Promise<string | undefined> {
    const position = toDocument(document, offset)
    if (!position) return undefined
    type Hover = { contents: { value: string } } | null
    const found = await this.#server.ask<Hover>("textDocument/hover", file, { position })
    return found?.contents.value
  }

  /** Conditions and equalities of tensors outside of defn (S13). */
  async #alwaysSo(file: string, document: CellDocument, tree: CellTree): Promise<CellDiagnostic[]> {
    const found: CellDiagnostic[] = []
    const places = placesOf(document.source, tree, document.defns)
    for (const { from, to, names, code, message } of places) {
      const hovers = await Promise.all(names.map((at) => this.#hover(file, document, at)))
      if (hovers.every(isTensorHover))
        found.push({ from, to, message, code, severity: "warning", insideDefn: false })
    }
    return found
  }

  #warm(file: string, text: string): void {
    this.#server.update(file, text)
    void this.#server.ask("textDocument/diagnostic", file)
  }

  #document(source: string, names: NameTable): CellDocument {
    return createDocument(source, names, this.#entries)
  }

  #assist(source: string): CellDocument {
    const document = this.#document(source, this.#names)
    this.#server.update(ASSIST, document.text)
    return document
  }

  async #diagnose(file: string, document: CellDocument): Promise<CellDiagnostic[] | undefined> {
    this.#server.update(file, document.text)
    type Report = { items?: ServerDiagnostic[] }
    const report = await this.#server.ask<Report>("textDocument/diagnostic", file)
    if (!report) return undefined
    const found = readDiagnostics(report.items ?? []).flatMap(({ range, ...rest }) => {
      const span = fromDocument(document, range)
      return span ? [{ ...rest, ...span, insideDefn: isInDefn(document, span) }] : []
    })
    const tree = cellTree(document.source)
    const all = [...found, ...(await this.#alwaysSo(file, document, tree))]
    return joinLists(
      tree,
      all.sort((a, b) => a.from - b.from),
    )
  }
}

function fileOf(run: number): string {
  return `cell_${run}`
}
