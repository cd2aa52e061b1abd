/** @file Module hooks for the notebook's own modules: one defnote for all, TypeScript files (own thread). */
import { existsSync, statSync } from "node:fs"
import { readFile } from "node:fs/promises"
import type { LoadHook, ResolveHook } from "node:module"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"

/** What the hooks are told when they are registered. */
export interface LoaderData {
  /** Specifier to URL. */
  supplied: Record<string, string>
}

const TYPESCRIPT = /\.[cm]?ts$/u
const TRIED = [".ts", ".mjs", ".js", ".cjs", ".json"]

let supplied: Record<string, string> = {}

/** Called once by Node. */
export function initialize(data: LoaderData): void {
  supplied = data.supplied
}

/** Library names go to the kernel's instance; relative names may leave out the extension. */
export const resolve: ResolveHook = (specifier, context, next) => {
  const url = supplied[specifier]
  if (url) return { url, shortCircuit: true }
  if (!specifier.startsWith(".") || !context.parentURL?.startsWith("file:")) {
    return next(specifier, context)
  }
  const wanted = new URL(specifier, context.parentURL)
  if (extname(wanted.pathname) !== "" || isFile(wanted)) return next(specifier, context)
  const inFolder = TRIED.map((extension) => `/index${extension}`)
  const found = [...TRIED, ...inFolder].map((end) => wanted.href + end).find(isFileAt)
  return next(found ?? specifier, context)
}

/** TypeScript files are rewritten as cells are, on the same lines, and become ES modules. */
export const load: LoadHook = async (url, context, next) => {
  if (!url.startsWith("file:") || !TYPESCRIPT.test(new URL(url).pathname)) return next(url, context)
  const { moduleText } = await import("../cells/syntax.ts")
  const path = fileURLToPath(url)
  const source = moduleText(await readFile(path, "utf8"), path)
  return { format: "module", source, shortCircuit: true }
}

function isFile(url: URL): boolean {
  return existsSync(url) && statSync(url).isFile()
}

function isFileAt(href: string): boolean {
  return isFile(new URL(href))
}
