/** @file Who imports whom: the rules of `.dependency-cruiser.cjs`, applied. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { cruise } from "dependency-cruiser"
import { transform } from "esbuild"
import { root } from "../paths.mjs"

const { forbidden, options } = createRequire(import.meta.url)("../../.dependency-cruiser.cjs")
const isCycleRule = (rule) => rule.to.circular === true

/**
 * The violations of the import rules.
 *
 * @param {string[]} files source files, relative to the root
 * @param {string} folder the root
 * @returns {Promise<string[]>} one line for each
 */
export async function importProblems(files, folder = root) {
  const sources = files.filter((f) => /^(packages\/[^/]+|kernel|extension)\/src\/.*\.ts$/.test(f))
  const layers = forbidden.filter((rule) => !isCycleRule(rule))
  const erased = await withoutTypes(sources, folder)
  return [
    ...(await violations(folder, sources, layers)),
    ...(await violations(erased, sources, forbidden.filter(isCycleRule))),
  ]
}

async function violations(baseDir, files, rules) {
  if (files.length === 0) return []
  const ruleSet = { forbidden: rules, options }
  const outside = { path: "^[.][.]/" } // workspace packages that a copy finds by their names
  const { output } = await cruise(
    files,
    { ...options, baseDir, validate: true, ruleSet, exclude: outside },
    options.enhancedResolveOptions,
  )
  return output.summary.violations.map(describe)
}

function describe({ from, to, rule, cycle }) {
  const way = cycle ? cycle.map((step) => step.name ?? step).join(" -> ") : to
  const { comment } = forbidden.find(({ name }) => name === rule.name)
  return `${from} -> ${way}: ${rule.name}${comment ? ` (${comment})` : ""}`
}

/**
 * A copy of the sources without their types. An import of a type is no cycle when the program runs,
 * and the parser that dependency-cruiser has for this TypeScript does not tell one from the other.
 */
async function withoutTypes(files, folder) {
  const copies = path.join(folder, ".cache", "erased")
  rmSync(copies, { recursive: true, force: true })
  for (const file of files) {
    const { code } = await transform(readFileSync(path.join(folder, file), "utf8"), {
      loader: "ts",
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    })
    const copy = path.join(copies, file)
    mkdirSync(path.dirname(copy), { recursive: true })
    writeFileSync(copy, code)
  }
  return copies
}
