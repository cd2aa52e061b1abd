/** @file Makes a strict parser tolerant, for checking and completion only: text that is run must parse as it stands. */

/** One run of the parser: the tree, or the offset at which it failed. */
export interface Attempt<T> {
  tree?: T
  at: number
}

/** The tree of a repaired text, and the way from its offsets back to those of the original. */
export interface Repaired<T> {
  tree: T
  text: string
  back(offset: number): number
}

/** The bounds of a repair. `milliseconds` is measured with `performance.now`. */
export interface RepairLimits {
  rounds: number
  milliseconds: number
}

interface Edit {
  at: number
  remove: number
  insert: string
}
interface Candidate<T> {
  edit: Edit
  text: string
  next: Attempt<T>
  score: number
}

const LIMITS: RepairLimits = { rounds: 40, milliseconds: 200 }
const CLOSER: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" }
/** The identifier that stands where an expression is missing. */
export const HOLE = "$_"

/**
 * At the position where parsing fails, small edits are tried; the one after which the parser reads furthest is kept,
 * and so on. Removed text becomes spaces, so that only insertions move offsets.
 */
export function parseTolerant<T>(
  text: string,
  parse: (text: string) => Attempt<T>,
  limits: RepairLimits = LIMITS,
): Repaired<T> | undefined {
  let current = parse(text)
  const end = performance.now() + limits.milliseconds
  const insertions: Insertion[] = []
  for (let round = 0; current.tree === undefined && round < limits.rounds; round++) {
    const best = bestEdit(text, current, parse, end)
    if (!best) return undefined
    record(insertions, best.edit)
    text = best.text
    current = best.next
  }
  if (current.tree === undefined) return undefined
  insertions.sort((a, b) => a.at - b.at)
  return { tree: current.tree, text, back: (offset) => withoutInsertions(insertions, offset) }
}

interface Insertion {
  at: number
  length: number
}

function record(insertions: Insertion[], { at, insert }: Edit) {
  if (insert === "") return
  for (const other of insertions) if (other.at >= at) other.at += insert.length
  insertions.push({ at, length: insert.length })
}

function withoutInsertions(insertions: readonly Insertion[], offset: number): number {
  let result = offset
  for (const { at, length } of insertions) {
    if (offset > at) result -= Math.min(length, offset - at)
  }
  return result
}

function bestEdit<T>(
  text: string,
  current: Attempt<T>,
  parse: (text: string) => Attempt<T>,
  end: number,
): Candidate<T> | undefined {
  let best: Candidate<T> | undefined
  for (const edit of edits(text, current.at)) {
    if (performance.now() > end) break
    const candidate = tryEdit(text, current, edit, parse)
    if (candidate && (!best || candidate.score > best.score)) best = candidate
    if (candidate?.next.tree !== undefined && edit.remove === 0) break
  }
  return best
}

/** Undefined when the parser does not get past the edit. Removing costs more than inserting. */
function tryEdit<T>(
  source: string,
  current: Attempt<T>,
  edit: Edit,
  parse: (text: string) => Attempt<T>,
): Candidate<T> | undefined {
  const { at, remove, insert } = edit
  const text = source.slice(0, at) + insert + " ".repeat(remove) + source.slice(at + remove)
  const next = parse(text)
  if (next.tree !== undefined) return { edit, text, next, score: Number.POSITIVE_INFINITY }
  if (next.at < Math.max(at + insert.length + remove, current.at + insert.length)) return undefined
  return { edit, text, next, score: next.at - insert.length - (remove > 0 ? 1.5 : 0) }
}

function* edits(text: string, failedAt: number): Generator<Edit> {
  const at = Math.min(failedAt, text.length)
  const before = text.slice(0, at).trimEnd().length
  const open = openBrackets(text.slice(0, at))
  for (const position of before < at ? [at, before] : [at]) {
    yield* insertions(text, position, open.at(-1))
  }
  yield* terminators(text, at, open)
  yield* removals(text, at)
}

function* insertions(text: string, at: number, closer: string | undefined): Generator<Edit> {
  const hole = /[\w$]/.test(text[at - 1] ?? "") ? ` ${HOLE}` : HOLE
  const holes = [hole, `:${HOLE}`, `=>${HOLE}`, `=${HOLE}`]
  const marks = [",", "(", "{}", "()", "(){}", ":", ">", `;;)${HOLE}`, `from "${HOLE}"`, "catch{}"]
  if (closer) yield { at, remove: 0, insert: closer }
  for (const insert of [hole, ";", `:${HOLE}`, `?${HOLE}:${HOLE}`, ",", `=>${HOLE}`, `=${HOLE}`]) {
    yield { at, remove: 0, insert }
  }
  for (const insert of marks) yield { at, remove: 0, insert }
  if (closer) for (const insert of holes) yield { at, remove: 0, insert: insert + closer }
}

/** Ends of strings, templates, comments and regular expressions, at the end of the line or of the text. */
function* terminators(text: string, at: number, open: readonly string[]): Generator<Edit> {
  const newline = text.indexOf("\n", at)
  const lineEnd = newline < 0 ? text.length : newline
  const closers = [...open].reverse().join("")
  for (const quote of ['"', "'", "`", "}`", "/", "*/"]) {
    yield { at: lineEnd, remove: 0, insert: quote }
    if (closers) yield { at: lineEnd, remove: 0, insert: quote + closers }
    if (lineEnd < text.length) yield { at: text.length, remove: 0, insert: quote }
  }
}

function* removals(text: string, at: number): Generator<Edit> {
  const token = /^\s*([\w$]+|[^\w\s])/.exec(text.slice(at))
  const last = /([\w$]+|[^\w\s])\s*$/.exec(text.slice(0, at))
  if (token) yield { at, remove: token[0].length, insert: "" }
  if (last) yield { at: last.index, remove: last[1]!.length, insert: "" }
}

const TOKEN =
  /\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|\\.|\$\{|[`()[\]{}]/g

/** The closers that the text still owes, outermost first. Strings and comments do not count; templates do. */
export function openBrackets(text: string): string[] {
  const open: string[] = []
  for (const [token] of text.matchAll(TOKEN)) {
    const inTemplate = open.at(-1) === "`"
    if (token === "`") inTemplate ? open.pop() : open.push("`")
    else if (token === "${") open.push("}")
    else if (inTemplate) continue
    else if (CLOSER[token]) open.push(CLOSER[token])
    else if (token === open.at(-1)) open.pop()
  }
  return open
}
