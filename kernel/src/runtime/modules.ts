/** @file `import` and `require` of cells: the library, the compatibility module, the notebook's folder. */
import { existsSync, statSync } from "node:fs"
import Module, { createRequire, isBuiltin, register } from "node:module"
import { extname, isAbsolute, join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { LoaderData } from "./loader.ts"

/** Extensions tried for a relative name without one. */
const EXTENSIONS = [".ts", ".mjs", ".js", ".cjs", ".json"]

/** Modules that do not come from files: by name, loaded at most once. */
export interface SuppliedModule {
  load(): Promise<object>
  /** The namespace when it is loaded. */
  loaded(): object | undefined
}

/** What {@link installModules} needs. */
export interface ModuleOptions {
  folder: string
  supplied: Map<string, SuppliedModule>
  /** The script with the module hooks, and what they are told. */
  loader: string
  loaderData: LoaderData
}

/** Gives a value for each name of a module. */
type Getters = Record<string, unknown>

/** The `import` of cells. */
export type ImportFunction = (specifier: string, options?: ImportCallOptions) => Promise<object>

/** Defines `__import`, `__meta` and `require` as globals. */
export function installModules(options: ModuleOptions): void {
  const notebook = pathToFileURL(join(options.folder, "notebook.ts")).href
  patchRequire(options.supplied)
  Object.assign(globalThis, { require: createRequire(notebook) })
  // A cell with the tag `@module name` is imported as `./name`.
  defineHidden("__define", (name: string, exports: Getters) => {
    options.supplied.set(`./${name}`, { load: async () => exports, loaded: () => exports })
  })
  defineHidden("__import", createImport(options, notebook))
  defineHidden("__meta", {
    url: notebook,
    dirname: options.folder,
    filename: fileURLToPath(notebook),
  })
}

function createImport(
  { folder, supplied, loader, loaderData }: ModuleOptions,
  notebook: string,
): ImportFunction {
  let hasHooks = false
  return async (specifier, options) => {
    const found = supplied.get(String(specifier))
    if (found) return found.load()
    const url = withRemedy(String(specifier), () => locate(String(specifier), folder, notebook))
    if (!hasHooks && !url.startsWith("node:")) {
      // Not at the start: the hooks have a thread of their own, which takes its time.
      register(pathToFileURL(loader), { data: loaderData })
      hasHooks = true
    }
    const isJson = options?.with?.type === "json"
    return isJson ? import(url, { with: { type: "json" } }) : import(url)
  }
}

function locate(specifier: string, folder: string, notebook: string): string {
  if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`
  if (specifier.startsWith(".") || isAbsolute(specifier)) {
    return pathToFileURL(completePath(resolve(folder, specifier))).href
  }
  if (/^[a-z]+:/u.test(specifier)) return specifier
  return import.meta.resolve(specifier, notebook)
}

/** A package that is not there: says how to get it. */
function withRemedy(specifier: string, locate: () => string): string {
  try {
    return locate()
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND"
    const [name] = /^(?:@[^/]+\/)?[^/]+/u.exec(specifier) ?? [specifier]
    if (isMissing && error instanceof Error) {
      error.message = `${error.message}\nRun await install("${name}") first.`
    }
    throw error
  }
}

function completePath(path: string): string {
  if (isFile(path) || extname(path) !== "") return path
  const inFolder = EXTENSIONS.map((extension) => join(path, `index${extension}`))
  const candidates = [...EXTENSIONS.map((extension) => path + extension), ...inFolder]
  return candidates.find(isFile) ?? path
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}

type Load = (request: string, parent: unknown, isMain: boolean) => unknown

/** `require` of a supplied name gives the instance that `import` gives, also in the user's modules. */
function patchRequire(supplied: ReadonlyMap<string, SuppliedModule>): void {
  const internals = Module as unknown as { _load: Load }
  const load = internals._load
  internals._load = function (this: unknown, request, parent, isMain) {
    const found = supplied.get(request)
    if (!found) return load.call(this, request, parent, isMain)
    const namespace = found.loaded()
    if (namespace) return namespace
    throw new Error(
      `require: "${request}" is not loaded yet; run a cell with import("${request}") first`,
    )
  }
}

function defineHidden(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}
