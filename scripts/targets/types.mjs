/** @file Type declarations: made by TypeScript, laid out for the kernel's language server. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { at, root } from "../paths.mjs"
import { run } from "../process.mjs"
import { SetupError } from "../report.mjs"
import { filesUnder } from "../stamp.mjs"
import { exportsOf, sourcesOf, workspaceClosure } from "./workspaces.mjs"

const compiler = at("node_modules", "typescript", "bin", "tsc")
const work = at(".cache", "types")

/** Where the language server finds `defnote/index.d.ts` and `defnote/lang.d.ts`. */
export const typesForNotebooks = at("kernel", "dist", "types")

/** The same beside the library, for `defnote check`. */
const typesForPrograms = at("packages", "defnote", "dist", "declarations")

/** The declarations as a step that runs only when a source of them has changed. */
export function types() {
  const packages = workspaceClosure("defnote")
  const inputs = ["tsconfig.base.json", "package-lock.json"].map((name) => at(name))
  return {
    name: "types",
    inputs: [...sourcesOf(packages), ...inputs, at("scripts", "targets")],
    outputs: [typesForNotebooks, typesForPrograms].map((to) =>
      path.join(to, "defnote", "index.d.ts"),
    ),
    make: async () => {
      await declare(packages)
      layOut(packages)
      copyForPrograms(packages)
    },
  }
}

/**
 * Declarations of what the package's exports reach, as one project. The projects of the packages
 * would add their tests, whose packages are not installed for `npm start`; checking is theirs.
 */
async function declare(packages) {
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  const main = packages.find(({ name }) => name === "defnote")
  const sources = Object.assign({}, ...packages.map(exportsOf))
  const project = {
    extends: "../../tsconfig.base.json",
    compilerOptions: {
      rootDir: "../..",
      outDir: "out",
      composite: false,
      incremental: false,
      noCheck: true,
      types: ["node"],
      typeRoots: ["../../node_modules/@types"],
      // Found by way of node_modules they would be foreign, and TypeScript declares only its own.
      paths: Object.fromEntries(Object.entries(sources).map(([name, file]) => [name, [file]])),
    },
    files: Object.values(exportsOf(main)),
  }
  writeFileSync(path.join(work, "tsconfig.json"), JSON.stringify(project))
  const result = await run(process.execPath, [compiler, "-p", work])
  if (result.status === 0) return
  throw new SetupError("type declarations failed", "mend the errors above", result.output)
}

/**
 * A tree `types/PACKAGE/...` in which a workspace package's name has become a relative path, so
 * that it means the same wherever a notebook's folder is.
 */
function layOut(packages) {
  const places = placesOfSpecifiers(packages)
  for (const { folder } of packages) {
    rmSync(path.join(typesForNotebooks, path.basename(folder)), { recursive: true, force: true })
    const from = path.join(work, "out", path.relative(root, folder), "src")
    for (const file of filesUnder(from).filter((name) => name.endsWith(".d.ts"))) {
      const to = path.join(typesForNotebooks, path.basename(folder), path.relative(from, file))
      mkdirSync(path.dirname(to), { recursive: true })
      writeFileSync(to, withRelativeImports(readFileSync(file, "utf8"), to, places))
    }
  }
}

/** The tree once more, and the globals of notebooks, which are not made. */
function copyForPrograms(packages) {
  rmSync(typesForPrograms, { recursive: true, force: true })
  for (const { folder } of packages) {
    const name = path.basename(folder)
    cpSync(path.join(typesForNotebooks, name), path.join(typesForPrograms, name), {
      recursive: true,
    })
  }
  for (const name of ["globals.d.ts", "tslab.d.ts"])
    cpSync(at("kernel", "types", name), path.join(typesForPrograms, name))
}

/** Specifier -> the file of its declarations in the tree, without extension. */
function placesOfSpecifiers(packages) {
  const places = new Map()
  for (const workspace of packages) {
    for (const [specifier, source] of Object.entries(exportsOf(workspace))) {
      const inside = path.relative(path.join(workspace.folder, "src"), source)
      const name = path.basename(workspace.folder)
      places.set(specifier, path.join(typesForNotebooks, name, inside.replace(/\.ts$/, "")))
    }
  }
  return places
}

/**
 * The text of a declaration file, made independent of where packages are installed.
 *
 * @param {string} text of the file
 * @param {string} file where it will be
 * @param {Map<string, string>} places specifier -> path without extension
 */
export function withRelativeImports(text, file, places) {
  return text.replaceAll(/(["'])(@?[\w./-]+)\1/g, (whole, quote, specifier) => {
    const place = places.get(specifier)
    if (!place) return whole
    const steps = path.relative(path.dirname(file), place).split(path.sep).join("/")
    return `${quote}${steps.startsWith(".") ? steps : `./${steps}`}.js${quote}`
  })
}
