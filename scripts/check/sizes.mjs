/** @file Limits on the length of files and functions. */
import { readFileSync } from "node:fs"
import { parse } from "@babel/parser"
import { at } from "../paths.mjs"

export const FILE_LINES = 600
export const FUNCTION_LINES = 60

const FUNCTION_TYPES = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ObjectMethod",
  "ClassMethod",
  "ClassPrivateMethod",
])

/**
 * The files and functions that are too long; a test file's functions (`describe`) may be.
 *
 * @param {string[]} files relative to the root
 * @returns {string[]} one line for each
 */
export function sizeProblems(files) {
  return files
    .filter((file) => /\.(ts|tsx|mjs|cjs|mts|css|py)$/.test(file))
    .flatMap((file) => problemsOf(file, readFileSync(at(file), "utf8")))
}

/** The problems of one file's text. */
export function problemsOf(file, text) {
  const lines = text.trimEnd().split("\n").length
  const long = lines > FILE_LINES ? [`${file}: ${lines} lines; at most ${FILE_LINES}`] : []
  if (!/\.(ts|tsx|mjs|mts)$/.test(file) || /\.(test|spec)\./.test(file)) return long
  return [...long, ...longFunctions(file, text)]
}

function longFunctions(file, text) {
  const problems = []
  const tree = parse(text, {
    sourceType: "module",
    plugins: [["typescript", { dts: file.endsWith(".d.ts") }]],
    errorRecovery: true,
  })
  visit(tree.program, (node) => {
    const { start, end } = node.loc
    const lines = end.line - start.line + 1
    if (lines <= FUNCTION_LINES) return
    problems.push(`${file}:${start.line}: a function of ${lines} lines; at most ${FUNCTION_LINES}`)
  })
  return problems
}

function visit(node, found) {
  if (FUNCTION_TYPES.has(node.type)) found(node)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child.type === "string" && child.loc) visit(child, found)
    }
  }
}
