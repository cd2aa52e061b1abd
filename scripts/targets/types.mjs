/** @file Type declarations: made by TypeScript, then laid out for the kernel's language server. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { at } from "../paths.mjs"
import { run } from "../process.mjs"
import { SetupError } from "../report.mjs"
import { filesUnder } from "../stamp.mjs"
import { relative, sourcesOf, workspaceClosure } from "./workspaces.mjs"

const compiler = at("node_modules", "typescript", "bin", "tsc")

/** Where the language server finds `defnote/index.d.ts` and `defnote/lang.d.ts`. */
export const typesForNotebooks = at("kernel", "dist", "types")

/** The declarations as a step that runs only when a source of them has changed. */
export function types() {
  const packages = workspaceClosure("defnote")
  return {
    name: "types",
    inputs: [
      ...sourcesOf(packages),
      at("tsconfig.base.json"),
      at("package-lock.json"),
      at("scripts", "targets"),
    ],
    outputs: [path.join(typesForNotebooks, "defnote", "index.d.ts")],
    make: async () => {
      await compile(packages)
      layOut(packages)
    },
  }
}

async function compile(packages) {
  const projects = packages.map(({ folder }) => relative(folder))
  const result = await run(process.execPath, [compiler, "-b", ...projects])
  if (result.status === 0) return
  throw new SetupError("the type check failed", "mend the errors above", result.output)
}

/**
 * A copy of every package's declarations, `types/NAME/...`, in which `@defnote/NAME` has become a
 * relative path, so that the tree means the same wherever a notebook's folder is.
 */
function layOut(packages) {
  for (const { folder } of packages) {
    const name = path.basename(folder)
    rmSync(path.join(typesForNotebooks, name), { recursive: true, force: true })
    const from = path.join(folder, "dist", "types")
    for (const file of filesUnder(from).filter((f) => f.endsWith(".d.ts"))) {
      if (file.endsWith(".test.d.ts")) continue
      const to = path.join(typesForNotebooks, name, path.relative(from, file))
      mkdirSync(path.dirname(to), { recursive: true })
      writeFileSync(to, withRelativeImports(readFileSync(file, "utf8"), to))
    }
  }
}

/** The text of a declaration file, made independent of where packages are installed. */
export function withRelativeImports(text, file) {
  return text.replaceAll(/(["'])@defnote\/([\w-]+)\1/g, (whole, quote, name) => {
    const target = path.join(typesForNotebooks, name, "index.d.ts")
    if (!existsSync(at("packages", name))) return whole
    const steps = path.relative(path.dirname(file), target).split(path.sep).join("/")
    const specifier = (steps.startsWith(".") ? steps : `./${steps}`).replace(/\.d\.ts$/, ".js")
    return `${quote}${specifier}${quote}`
  })
}
