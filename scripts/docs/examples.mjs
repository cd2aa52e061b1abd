/** @file `@example` lines as code that records what each expression gives, and what the comment beside it promises. */
import { parseExpression } from "@babel/parser"
import { transformSync } from "esbuild"
import { exportsOf, parseModule, readDoc } from "./comments.mjs"

/**
 * @typedef {{name: string, line: number, code: string}} Example `name` is the documented function
 * @typedef {{expected: string, value: unknown}} Outcome
 */

/**
 * The examples of a module's exports.
 *
 * @param {string} text
 * @returns {Example[]}
 */
export const examplesOf = (text) =>
  exportsOf(parseModule(text)).flatMap(({ name, comment, line }) =>
    readDoc(comment).examples.map((code) => ({ name, line, code })),
  )

/**
 * Runs an example; `await` is allowed.
 *
 * @param {string} code
 * @param {Record<string, unknown>} scope names that it may use
 * @returns {Promise<Outcome[]>} one for each statement that a comment `// result` follows on its line
 */
export async function runExample(code, scope) {
  const outcomes = []
  const record = (expected, value) => outcomes.push({ expected, value })
  // A block, so that the example may declare a name that the scope has too.
  const block = `{${recording(code)}}`
  const { code: plain } = transformSync(block, { loader: "ts", target: "node20" })
  // biome-ignore lint/complexity/useArrowFunction: its constructor is what is wanted
  const AsyncFunction = async function () {}.constructor
  await new AsyncFunction("$record", ...Object.keys(scope), plain)(record, ...Object.values(scope))
  return outcomes
}

/** The code with `$record(comment, value)` in place of, or after, what a comment describes. */
function recording(code) {
  const parts = parseModule(code).map((statement) => {
    const text = code.slice(statement.start, statement.end)
    const comment = statement.trailingComments?.find(
      (c) => c.loc.start.line === statement.loc.end.line,
    )
    if (!comment) return text
    const expected = JSON.stringify(comment.value.trim())
    if (statement.type === "ExpressionStatement") return `$record(${expected}, ${text})`
    const { id } = statement.declarations[0]
    return `${text}\n$record(${expected}, ${code.slice(id.start, id.end)})`
  })
  return parts.join("\n;")
}

const TYPE = /^(?:bool|[uif](?:8|16|32|64)|bf16)\[[^\]]*\]/

/**
 * What the comment promises: a type, values, both, a list of them, or prose.
 *
 * @param {string} text such as `f32[3] [3, -0.5, 5]`, `f32[2,4], every element 3` or `5, [2, 4]`
 * @returns {{type?: string, values?: unknown, list?: object[]}} empty for prose
 */
export function promised(text) {
  const [type] = TYPE.exec(text) ?? []
  if (type) return { type, ...valuesIn(text.slice(type.length).trim()) }
  const types = /^\[(\w+\[[^\]]*\](?:, \w+\[[^\]]*\])*)\]$/.exec(text)?.[1]
  if (types) return { list: types.split(/, (?=\w+\[)/).map((t) => ({ type: t })) }
  const values = literals(`[${text}]`)
  if (values === undefined) return {}
  return values.length === 1 ? { values: values[0] } : { list: values.map((v) => ({ values: v })) }
}

/** Nothing for prose after a type, such as `, every element 3`. */
function valuesIn(text) {
  const values = text.startsWith(",") ? undefined : literals(text)
  return values === undefined ? {} : { values }
}

/** Numbers, booleans and nested lists of them; undefined for any other text. */
function literals(text) {
  try {
    return valueOf(parseExpression(text))
  } catch {
    return undefined
  }
}

function valueOf(node) {
  if (node.type === "ArrayExpression") return node.elements.map(valueOf)
  if (node.type === "NumericLiteral" || node.type === "BooleanLiteral") return node.value
  if (node.type === "UnaryExpression" && node.operator === "-") return -valueOf(node.argument)
  throw new Error(`${node.type} is no literal`)
}
