/** @file The tables that were shown last, kept so that a view can ask for other rows and orders; bounded in number. */
import { type RowsReply, TABLES, type TableDoc } from "@defnote/display"
import { hashText } from "@defnote/display/document"
import { inOrder, type Table, textsOf } from "@defnote/display/table"
import { answerQuestions, kernelHost, type Question } from "./host.ts"
import { Recent } from "./recent.ts"

/** Tables that are kept, and rows of one answer. */
const KEPT = 16
const MOST = 1000

interface Kept {
  readonly table: Table
  /** The order that was asked for last: pages of it follow. */
  sorted?: { readonly key: string; readonly order: readonly number[] }
}

/** Tables by a hash of what was stored of them, the least recently used given up first. */
export class TableStore {
  readonly #kept = new Recent<Kept>({ count: KEPT })

  /** Keeps a table; its name is the same for the same contents, so that a notebook does not change when it runs again. */
  keep(table: Table, doc: TableDoc): string {
    const id = hashText(JSON.stringify([doc.title, doc.count, doc.rows, doc.columns]))
    this.#kept.keep(id, { table })
    return id
  }

  /** Answers a question of a view; whatever it is, it never throws. */
  answer(question: Question): RowsReply {
    const request = Number(question.request)
    const kept = this.#kept.use(String(question.id))
    if (!kept) return { request, problem: "not kept" }
    const { from, count } = question
    const order = orderOf(kept, question.order)
    if (!order || !isCount(from) || !isCount(count) || count > MOST)
      return { request, problem: "not valid" }
    const rows = order.slice(from, from + count)
    return { request, rows, values: kept.table.columns.map((column) => textsOf(column, rows)) }
  }
}

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0

function orderOf(kept: Kept, asked: unknown): readonly number[] | undefined {
  if (asked === undefined || asked === null) return kept.table.order
  const { column: name, descending } = asked as { column?: unknown; descending?: unknown }
  const column = kept.table.columns.find((c) => c.name === name)
  if (!column) return undefined
  const key = `${descending === true}${column.name}`
  if (kept.sorted?.key !== key) {
    const plain = [...kept.table.order].sort((a, b) => a - b)
    kept.sorted = { key, order: inOrder(plain, column, descending === true) }
  }
  return kept.sorted.order
}

let shared: TableStore | undefined

/** Keeps a shown table in the kernel's store; undefined where no kernel could answer. */
export function keepTable(table: Table, doc: TableDoc): string | undefined {
  if (!kernelHost()) return undefined
  if (!shared) {
    const store = new TableStore()
    shared = store
    answerQuestions(TABLES, (question) => store.answer(question))
  }
  return shared.keep(table, doc)
}
