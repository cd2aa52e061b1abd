/** @file Graphs that are too large to be stored whole, kept so that a view can open what is left out; bounded. */
import { type GraphLike, PARTS, type PartReply, partWith, stored } from "@defnote/display"
import { hashText } from "@defnote/display/document"
import { answerQuestions, kernelHost, type Question } from "./host.ts"
import { Recent, type RecentLimits } from "./recent.ts"

/** Which run of which cell shows a graph. */
export interface ShownBy {
  readonly cellId?: string
  readonly executionCount: number
}

interface Kept {
  /** JSON. */
  readonly text: Uint8Array
  readonly by: ShownBy | undefined
}

/** Most characters of one answer: a reader takes no payload of more than four million values. */
const MOST_ANSWERED = 8_000_000
/** Most scopes that a question may name. */
const MOST_SCOPES = 10_000

/** Documents by the hash of their text, the least recently used given up first. */
export class GraphStore {
  readonly #kept: Recent<Kept>

  constructor(limits: RecentLimits = { count: 16, bytes: 64 * 2 ** 20 }) {
    this.#kept = new Recent(limits, ({ text }) => text.length)
  }

  /** How many graphs are kept. */
  get size(): number {
    return this.#kept.size
  }

  /**
   * Keeps a whole document; those that an earlier run of the same cell showed go, as its output went.
   *
   * @returns its name, the same for the same document, so that a notebook does not change when it runs again;
   *   undefined when it is larger than the bound
   */
  keep(whole: GraphLike, by?: ShownBy): string | undefined {
    for (const [id, kept] of this.#kept.entries()) if (isReplaced(kept.by, by)) this.#kept.drop(id)
    const json = JSON.stringify(whole)
    const text = new TextEncoder().encode(json)
    const id = `${hashText(json)}${text.length.toString(16)}`
    return this.#kept.keep(id, { text, by }) ? id : undefined
  }

  /** Answers a question of a view; whatever it is, it never throws. */
  answer(question: Question): PartReply {
    const request = Number(question.request)
    const id = String(question.id)
    const kept = this.#kept.use(id)
    if (!kept) return { request, problem: "not kept" }
    const { scopes } = question
    if (!Array.isArray(scopes) || scopes.length > MOST_SCOPES || !scopes.every(Number.isInteger))
      return { request, problem: "not valid" }
    const doc = partOf(JSON.parse(new TextDecoder().decode(kept.text)) as GraphLike, id, scopes)
    const fits = JSON.stringify(doc).length <= MOST_ANSWERED
    return fits ? { request, doc } : { request, problem: "too large" }
  }
}

const partOf = (whole: GraphLike, id: string, scopes: readonly number[]): GraphLike =>
  withName(partWith(whole, scopes), id)

const withName = <D extends GraphLike>(doc: D, id: string | undefined): D =>
  doc.whole && id ? { ...doc, whole: { ...doc.whole, id } } : doc

/** The same cell, run again. */
const isReplaced = (old: ShownBy | undefined, now: ShownBy | undefined): boolean =>
  old?.cellId !== undefined &&
  old.cellId === now?.cellId &&
  old.executionCount !== now.executionCount

let shared: GraphStore | undefined

/** What of a document is stored in a notebook. The kernel, where there is one, keeps the rest. */
export function storedPart<D extends GraphLike>(doc: D): D {
  const { doc: part, whole } = stored(doc)
  const host = kernelHost()
  if (!whole || !host) return part
  if (!shared) {
    const store = new GraphStore()
    shared = store
    answerQuestions(PARTS, (question) => store.answer(question))
  }
  return withName(part, shared.keep(whole, host.cell?.()))
}
