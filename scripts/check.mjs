/** @file `npm run check`: types, format and lint, imports, sizes, forbidden texts, generated docs. */
import { existsSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { repositoryFiles } from "./check/files.mjs"
import { importProblems } from "./check/imports.mjs"
import { sizeProblems } from "./check/sizes.mjs"
import { textProblems } from "./check/texts.mjs"
import { at } from "./paths.mjs"
import { run } from "./process.mjs"
import { main, step } from "./report.mjs"

/** Each check gives the problems that it found; undefined when there is nothing to check yet. */
const CHECKS = {
  types: checkTypes,
  "format and lint": () =>
    problemsOfTool("@biomejs", "biome", "bin", "biome", ["ci", "--colors=off", "."]),
  imports: importProblems,
  sizes: sizeProblems,
  texts: textProblems,
  "generated docs": checkDocs,
}

/**
 * Runs every check and prints what each found.
 *
 * @returns {Promise<{passed: number, failed: number, skipped: number}>}
 */
export async function checkAll() {
  const files = repositoryFiles()
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const [name, check] of Object.entries(CHECKS)) {
    const problems = await check(files)
    if (problems === undefined) continue
    step(`check: ${name}: ${problems.length === 0 ? "good" : "not good"}`)
    for (const problem of problems) console.log(problem)
    sum[problems.length === 0 ? "passed" : "failed"] += 1
  }
  return sum
}

/** Every project of the repository, in the order that their references ask for. */
function checkTypes(files) {
  const projects = files.filter((file) => /(^|\/)tsconfig\.json$/.test(file))
  return problemsOfTool("typescript", "bin", "tsc", ["-b", ...projects])
}

/** The output of a tool of `node_modules` when it fails. */
async function problemsOfTool(...words) {
  const args = words.pop()
  const result = await run(process.execPath, [at("node_modules", ...words), ...args])
  return result.status === 0 ? [] : [result.output.trim()]
}

async function checkDocs() {
  const script = at("scripts", "docs.mjs")
  if (!existsSync(script)) {
    step("check: no generated docs yet")
    return undefined
  }
  const result = await run(process.execPath, [script, "--check"])
  return result.status === 0 ? [] : [result.output.trim()]
}

async function checkAndSum() {
  const { passed, failed } = await checkAll()
  console.log(`check: ${passed} of ${passed + failed} good`)
  if (failed > 0) process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(checkAndSum)
