/** @file Completions: those of the server and the names of other cells that the text does not use yet. */

import { type CellDocument, fromDocument, type ServerRange, toDocument } from "./document.ts"
import type { NameTable } from "./names.ts"
import type { CompletionItem, CompletionList, Span } from "./ports.ts"
import type { LanguageServer } from "./server.ts"

interface ServerItem {
  label: string
  kind?: number
  sortText?: string
  filterText?: string
  insertText?: string
  textEdit?: { range?: ServerRange; newText: string }
  labelDetails?: { detail?: string }
}

const WORD_BEFORE = /[\p{L}\p{N}_$]*$/u

/** Names of the kinds of the protocol, by number. */
const KINDS = [
  ..."text text method function constructor field variable class interface module".split(" "),
  ..."property unit value enum keyword snippet color file reference folder".split(" "),
  ..."enumMember constant struct event operator typeParameter".split(" "),
]

/** Completes at an offset of the source. @returns undefined without a server */
export async function completions(
  server: LanguageServer,
  file: string,
  document: CellDocument,
  offset: number,
  names: NameTable,
): Promise<CompletionList | undefined> {
  const word = wordBefore(document.source, offset)
  const shared = isBare(document.source, word.from) ? sharedNames(names) : []
  const position = toDocument(document, offset)
  if (!position) return select(word, document.source, [], shared)
  type Answer = { items: ServerItem[] } | ServerItem[] | null
  const answer = await server.ask<Answer>("textDocument/completion", file, { position })
  if (answer === undefined)
    return shared.length > 0 ? select(word, document.source, [], shared) : undefined
  const items = Array.isArray(answer) ? answer : (answer?.items ?? [])
  const span = replacedSpan(document, items) ?? word
  return select(span, document.source, items, shared)
}

function wordBefore(source: string, offset: number): Span {
  const length = WORD_BEFORE.exec(source.slice(0, offset))?.[0].length ?? 0
  return { from: offset - length, to: offset }
}

/** Whether a word is a name by itself, not a member. */
function isBare(source: string, from: number): boolean {
  return !/\.\s*$/u.test(source.slice(0, from))
}

function sharedNames(names: NameTable): CompletionItem[] {
  return [...names.entries()].map(([text, { kind }]) => ({ text, kind: kindOfDeclaration(kind) }))
}

/** Inside of strings every item says what it replaces; elsewhere only odd ones, as `["a-b"]`. */
function replacedSpan(document: CellDocument, items: readonly ServerItem[]): Span | undefined {
  const ranges = items.map((item) => item.textEdit?.range)
  const [first] = ranges
  return first && !ranges.includes(undefined) ? fromDocument(document, first) : undefined
}

function select(
  span: Span,
  source: string,
  items: readonly ServerItem[],
  shared: readonly CompletionItem[],
): CompletionList {
  const prefix = source.slice(span.from, span.to).toLowerCase()
  const fits = ({ text }: CompletionItem) => text.toLowerCase().startsWith(prefix)
  const sorted = [...items].sort((a, b) => rank(a).localeCompare(rank(b)))
  const found = [...sorted.flatMap(readItem), ...shared].filter(fits)
  const unique = new Map<string, CompletionItem>()
  for (const item of found) if (!unique.has(item.text)) unique.set(item.text, item)
  return { ...span, items: [...unique.values()] }
}

function rank({ sortText, label }: ServerItem): string {
  return `${sortText ?? ""} ${label}`
}

function readItem(item: ServerItem): CompletionItem[] {
  const text = item.textEdit?.newText ?? item.insertText ?? item.label
  // Text that would rewrite what stands before the word (`?.x`, `["a-b"]`) is no completion of it.
  if (/^[?[]/u.test(text)) return []
  const signature = item.labelDetails?.detail
  return [{ text, kind: KINDS[item.kind ?? 0] ?? "text", ...(signature ? { signature } : {}) }]
}

function kindOfDeclaration(kind: string): string {
  if (kind === "function" || kind === "class" || kind === "interface") return kind
  return kind === "import" ? "module" : "variable"
}
