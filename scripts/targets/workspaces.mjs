/** @file The workspace packages and who depends on whom, read from their package.json files. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { at } from "../paths.mjs"

/** Every workspace package: its name, its folder and the workspace packages that it depends on. */
export function workspaces() {
  const folders = [
    ...readdirSync(at("packages")).map((name) => at("packages", name)),
    at("kernel"),
    at("extension"),
  ].filter((folder) => existsSync(path.join(folder, "package.json")))
  const packages = folders.map((folder) => {
    const { name, dependencies = {} } = JSON.parse(
      readFileSync(path.join(folder, "package.json"), "utf8"),
    )
    return { name, folder, dependencies: Object.keys(dependencies) }
  })
  const names = new Set(packages.map((p) => p.name))
  return packages.map((p) => ({ ...p, dependencies: p.dependencies.filter((d) => names.has(d)) }))
}

/** The named package and everything in the workspaces that it needs, dependencies first. */
export function workspaceClosure(name) {
  const all = new Map(workspaces().map((p) => [p.name, p]))
  const found = new Map()
  const visit = (n) => {
    if (found.has(n)) return
    for (const dependency of all.get(n).dependencies) visit(dependency)
    found.set(n, all.get(n))
  }
  visit(name)
  return [...found.values()]
}

/** The files and folders of packages that a build reads. */
export const sourcesOf = (packages) =>
  packages.flatMap(({ folder }) => [
    path.join(folder, "src"),
    path.join(folder, "package.json"),
    path.join(folder, "tsconfig.json"),
  ])

/**
 * What a package exports: specifier -> source file, for the exports that have a TypeScript source.
 *
 * @param {{name: string, folder: string}} workspace
 */
export function exportsOf({ name, folder }) {
  const { exports = {} } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"))
  const entries = Object.entries(exports).map(([subpath, target]) => [
    path.posix.join(name, subpath),
    typeof target === "string" ? target : target["defnote-source"],
  ])
  const sources = entries.filter(([, source]) => source?.endsWith(".ts"))
  return Object.fromEntries(sources.map(([key, source]) => [key, path.join(folder, source)]))
}
