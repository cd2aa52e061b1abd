/** @file Doc comments of exported names, read from the text of a module. Runs nothing of it. */
import { parse } from "@babel/parser"

/**
 * @typedef {{name: string, comment: string, line: number, node: object}} Exported `node` is the declarator, function
 *   or class; of a function with overloads there is one entry for each that has a comment, or the first
 * @typedef {{description: string, params: string[], throws: string[], examples: string[], returns: string}} Doc
 */

/**
 * The syntax tree of a TypeScript module.
 *
 * @param {string} text
 * @param {boolean} [dts] whether it is a declaration file
 */
export const parseModule = (text, dts = false) =>
  parse(text, { sourceType: "module", plugins: [["typescript", { dts }]] }).program.body

/**
 * What a module exports by declaring it.
 *
 * @param {object[]} body its statements
 * @returns {Exported[]}
 */
export function exportsOf(body) {
  const found = []
  for (const statement of body) {
    const declaration = statement.type === "ExportNamedDeclaration" && statement.declaration
    if (!declaration) continue
    const comment = docComment(statement)
    const line = statement.loc.start.line
    for (const node of declaration.declarations ?? [declaration]) {
      const name = node.id?.name
      if (!name || (!comment && found.some((e) => e.name === name))) continue
      found.push({ name, comment, line, node })
    }
  }
  return found
}

const docComment = (node) =>
  node.leadingComments?.findLast((c) => c.type === "CommentBlock" && c.value.startsWith("*"))
    ?.value ?? ""

/**
 * The parts of a doc comment, without its stars.
 *
 * @param {string} comment
 * @returns {Doc}
 */
export function readDoc(comment) {
  const text = comment
    .replace(/^\*/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
    .join("\n")
    .replace(/\{@link (\w+)\}/g, "`$1`")
  const [description, ...tags] = text.split(/(?<=^|\s)@(?=(?:param|returns|throws|example|file)\b)/)
  const of = (tag) => tags.filter((t) => t.startsWith(tag)).map((t) => t.slice(tag.length).trim())
  const flat = (s) => s.trim().replace(/\s+/g, " ")
  return {
    description: flat(description),
    params: of("param").map(flat),
    throws: of("throws").map(flat),
    returns: flat(of("returns")[0] ?? ""),
    examples: of("example"),
  }
}

/** The first sentence, and what follows it. */
export function firstSentence(text) {
  const end = text.search(/[.;](?=\s+[A-Z`])/)
  if (end < 0) return [text, ""]
  return [text.slice(0, end + 1), text.slice(end + 1).trim()]
}
