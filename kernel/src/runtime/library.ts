/** @file Loads the one instance of defnote, gives it the shared words and the sources of cells (D7.5). */
import { existsSync, readFileSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import type { EvaluateRequest } from "../host/ports.ts"
import type { SuppliedModule } from "./modules.ts"

/** The part of the engine the kernel uses. */
interface Engine {
  attach(words: Int32Array): void
  recover(): void
  registerSource(name: string, source: CellSource): void
}

interface CellSource {
  text: string
  cellId?: string
  executionCount?: number
}

interface Lang {
  $lib: unknown
}

interface Index {
  engine: Engine
}

/** Sources of this many cells are kept for an engine that is loaded later. */
const KEPT_SOURCES = 1000

/** The library of this runtime. */
export class Library {
  readonly #folder: string
  readonly #words: Int32Array
  readonly #sources = new Map<string, CellSource>()
  #index: Index | undefined
  #lang: Lang | undefined
  #loading: Promise<void> | undefined

  /** @param folder where `index.js` and `lang.js` are */
  constructor(folder: string, words: Int32Array) {
    this.#folder = folder
    this.#words = words
  }

  /** Whether there is a library at all. */
  get exists(): boolean {
    return existsSync(join(this.#folder, "index.js"))
  }

  /** The URLs of the modules, for the notebook's own modules that import them. */
  get urls(): Record<string, string> {
    if (!this.exists) return {}
    const at = (name: string) => pathToFileURL(join(this.#folder, name)).href
    return { defnote: at("index.js"), "defnote/lang": at("lang.js") }
  }

  /** The modules `defnote` and `defnote/lang`. */
  modules(): [string, SuppliedModule][] {
    const supply = (get: () => object | undefined): SuppliedModule => ({
      loaded: get,
      load: async () => {
        await this.load()
        return get() as object
      },
    })
    return [
      ["defnote", supply(() => this.#index)],
      ["defnote/lang", supply(() => this.#lang)],
    ]
  }

  /** Loads the library once. */
  load(): Promise<void> {
    this.#loading ??= this.#load().catch((error) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  /** Remembers the source of a cell, for locations in errors and pictures. */
  register(request: EvaluateRequest): void {
    const name = request.name.replace(":", "_")
    const { source: text, cellId, executionCount } = request
    this.#sources.set(name, { text, cellId, executionCount })
    if (this.#sources.size > KEPT_SOURCES)
      this.#sources.delete(this.#sources.keys().next().value as string)
    this.#index?.engine.registerSource(name, { text, cellId, executionCount })
  }

  /** After a termination: the engine puts its state in order. */
  recover(): void {
    this.#index?.engine.recover()
  }

  async #load(): Promise<void> {
    if (!this.exists) {
      throw new Error(`import: no build of defnote in ${this.#folder}; "npm run build" makes one`)
    }
    const at = (name: string) => pathToFileURL(join(this.#folder, name)).href
    const lang = (await import(at("lang.js"))) as Lang
    const index = (await import(at("index.js"))) as Index
    Object.defineProperty(globalThis, "$lib", { value: lang.$lib, configurable: true })
    index.engine.attach(this.#words)
    for (const [name, source] of this.#sources) index.engine.registerSource(name, source)
    this.#lang = lang
    this.#index = index
  }
}

/** Which library a notebook gets, and a warning when its own copy does not fit. */
export interface LibraryChoice {
  folder: string
  warning?: string
}

/**
 * A copy in the notebook's folder is used only if its ABI number is that of the kernel's (D7.5).
 *
 * @param own the folder of the kernel's library
 */
export function chooseLibrary(own: string, notebookFolder: string): LibraryChoice {
  const copy = findCopy(notebookFolder)
  if (!copy || realpathSync(copy) === realpathSync(packageOf(own))) return { folder: own }
  const [theirs, ours] = [readAbi(copy), readAbi(packageOf(own))]
  if (theirs === ours && theirs !== undefined) return { folder: join(copy, "dist") }
  const numbers = `ABI ${theirs ?? "unknown"}, the kernel has ${ours ?? "unknown"}`
  return { folder: own, warning: `defnote in ${copy} is not used: ${numbers}\n` }
}

function findCopy(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, "node_modules", "defnote")
    if (existsSync(join(candidate, "package.json"))) return candidate
    if (dirname(at) === at) return undefined
  }
}

function packageOf(library: string): string {
  return existsSync(join(library, "package.json")) ? library : dirname(library)
}

function readAbi(folder: string): number | undefined {
  const path = join(folder, "package.json")
  if (!existsSync(path)) return undefined
  const { defnote } = JSON.parse(readFileSync(path, "utf8")) as { defnote?: { abi?: number } }
  return defnote?.abi
}
