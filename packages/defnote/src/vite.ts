/**
 * @file `defnote/vite`: a plugin of Vite, Rollup and Rolldown, by which `defn` bodies are rewritten in a bundle as they are in
 * notebooks (D5.6). It knows no bundler: a plugin is an object.
 */
import { fileURLToPath } from "node:url"
import { type MappedModule, mappedModule } from "@defnote/syntax"

/** What a bundler calls. */
export interface DefnotePlugin {
  readonly name: string
  /** Before the bundler's own step for TypeScript: types must be there, names as they were written. */
  readonly enforce: "pre"
  /** Vite alone calls it; Vite erases types itself. */
  configResolved(): void
  /** The rewritten module, or undefined where nothing of the language stands in it. */
  transform(code: string, id: string): Pick<MappedModule, "code" | "map"> | undefined
}

const TYPESCRIPT = /\.m?ts$/u
const SOURCE = /\.m?[tj]s$/u
/** The library itself: in a linked package it is not below `node_modules`. */
const OWN = fileURLToPath(new URL(".", import.meta.url)).replaceAll("\\", "/")

/**
 * A plugin for Vite (Vitest too), Rollup and Rolldown: operators inside `defn` work in the `.ts`, `.mts`, `.js` and `.mjs`
 * files of a program; packages and files with JSX are left alone. In Rollup it erases types too. Source maps lead to the
 * files as they were written, by expression in Vite, by line in Rollup. Bundles are for Node, as the library is.
 * In `vite.config.ts` it stands after `import { defnote } from "defnote/vite"`.
 *
 * @returns the plugin; each build needs one of its own
 * @throws SyntaxError `path:line:column: D101: ...` from `transform`, where a text cannot be rewritten
 * @example
 * const config = { plugins: [defnote()] }
 */
export function defnote(): DefnotePlugin {
  let keepTypes = false
  return {
    name: "defnote",
    enforce: "pre",
    configResolved() {
      keepTypes = true
    },
    transform(code, id) {
      const [path] = id.split("?") as [string]
      if (!SOURCE.test(path) || isForeign(path)) return undefined
      const typed = TYPESCRIPT.test(path)
      const stays = !typed || keepTypes
      if (stays && !code.includes("defn")) return undefined
      const { used, ...made } = mappedModule(code, path, { keepTypes: stays })
      return used || !stays ? made : undefined
    },
  }
}

/** A package, the library, or a module that a bundler made. */
const isForeign = (path: string): boolean =>
  path.startsWith("\0") || path.includes("/node_modules/") || path.startsWith(OWN)
