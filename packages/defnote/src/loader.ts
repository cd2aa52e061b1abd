/** @file Module hooks of a program: its files are rewritten when they are loaded; packages are left alone (D5.6). */
import { readFile } from "node:fs/promises"
import type { LoadHook } from "node:module"
import { fileURLToPath } from "node:url"
import { moduleText } from "@defnote/syntax"

const TYPESCRIPT = /\.m?ts$/u
const JAVASCRIPT = /\.m?js$/u
/** The library itself: in a linked package it is not below `node_modules`. */
const OWN = new URL(".", import.meta.url).href

/** Node calls it for every module. */
export const load: LoadHook = async (url, context, next) => {
  const { protocol, pathname } = new URL(url)
  const foreign = protocol !== "file:" || pathname.includes("/node_modules/")
  if (foreign || url.startsWith(OWN)) return next(url, context)
  const path = fileURLToPath(url)
  if (TYPESCRIPT.test(pathname)) {
    const source = moduleText(await readFile(path, "utf8"), path)
    return { format: "module", source, shortCircuit: true }
  }
  const loaded = await next(url, context)
  if (loaded.format !== "module" || !JAVASCRIPT.test(pathname)) return loaded
  const source = String(loaded.source)
  return source.includes("defn") ? { ...loaded, source: moduleText(source, path) } : loaded
}
