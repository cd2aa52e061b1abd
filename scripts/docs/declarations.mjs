/** @file The engine's declaration files: written by TypeScript, then read for signatures and options. */
import { readFileSync } from "node:fs"
import path from "node:path"
import { at } from "../paths.mjs"
import { run } from "../process.mjs"
import { SetupError } from "../report.mjs"
import { exportsOf, parseModule } from "./comments.mjs"

const FOLDER = at(".cache", "docs-types")
/** Types are checked elsewhere (`npm run check`); here only their text is wanted. */
const FLAGS = "--noCheck --emitDeclarationOnly --composite false --incremental false"

/** Writes the declarations of `packages/core`. @throws {SetupError} when TypeScript cannot */
export async function emitDeclarations() {
  const tsc = at("node_modules", "typescript", "bin", "tsc")
  const project = ["-p", at("packages", "core"), "--outDir", FOLDER, "--tsBuildInfoFile", "null"]
  const { status, output } = await run(process.execPath, [tsc, ...project, ...FLAGS.split(" ")])
  if (status !== 0) throw new SetupError("no declarations", "mend packages/core first", output)
}

const modules = new Map()

/**
 * A declaration file of `packages/core/src`, parsed once.
 *
 * @param {string} file such as `ops/table.ts`
 */
export function moduleOf(file) {
  if (!modules.has(file)) {
    const text = readFileSync(path.join(FOLDER, file.replace(/\.ts$/, ".d.ts")), "utf8")
    const body = parseModule(text, true)
    modules.set(file, { file, text, body, exports: exportsOf(body) })
  }
  return modules.get(file)
}

/**
 * Where each name that a module gives on is declared, in the module's order; `export * as` is left out.
 *
 * @param {string} file
 * @returns {{name: string, module: object, declared: object}[]} values only, no types
 */
export function valuesOf(file) {
  const { body, exports: own } = moduleOf(file)
  const declared = own.map((e) => ({ name: e.name, module: moduleOf(file), declared: e }))
  const passedOn = body.filter((s) => s.source && s.type.startsWith("Export"))
  return [...declared, ...passedOn.flatMap((s) => passed(file, s))].filter(isValue)
}

function passed(file, statement) {
  if (statement.exportKind === "type") return []
  const from = resolve(file, statement.source.value)
  if (statement.type === "ExportAllDeclaration") return valuesOf(from)
  const names = statement.specifiers.filter((s) => s.type === "ExportSpecifier")
  const values = new Map(valuesOf(from).map((v) => [v.name, v]))
  return names.flatMap((s) => {
    const value = s.exportKind === "type" ? undefined : values.get(s.local.name)
    return value ? [{ ...value, name: s.exported.name }] : []
  })
}

const VALUES = new Set(["VariableDeclarator", "TSDeclareFunction"])
const isValue = ({ declared }) => VALUES.has(declared.node.type)

const resolve = (file, specifier) => path.posix.join(path.posix.dirname(file), specifier)

/**
 * The declaration that a name means in a module: its own, or an imported one.
 *
 * @returns {{module: object, node: object} | undefined}
 */
export function lookUp(module, name) {
  for (const statement of module.body) {
    if (statement.type === "ImportDeclaration") {
      const found = statement.specifiers.find((s) => s.local.name === name)
      if (found && statement.source.value.startsWith("."))
        return lookUp(moduleOf(resolve(module.file, statement.source.value)), found.imported.name)
    }
    const declaration = statement.declaration ?? statement
    for (const node of declaration.declarations ?? [declaration])
      if (node.id?.name === name) return { module, node }
  }
  return undefined
}

/** {@link lookUp} for `import("./file.ts").Name` inside of a type. */
export const lookUpImport = (module, type) =>
  lookUp(moduleOf(resolve(module.file, type.source.value)), type.qualifier.name)
