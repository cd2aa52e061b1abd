/** @file What is searched for and marked in a graph: queries, their nodes, where the search stands. No DOM. */
import { type GraphLike, type Layout, type Query, queryable, search } from "@defnote/display"

/** Most styling rules at a time: their letters and colours must stay apart. */
export const MOST_RULES = 8

/** A styling rule with what it finds. */
interface Rule {
  readonly text: string
  readonly nodes: ReadonlySet<number>
}

/** Searches one document. */
export class Finder {
  #query: ((text: string) => Query) | null = null
  #count = 0
  #unsearched = 0
  #text = ""
  #nodes: readonly number[] = []
  #problem = ""
  #at = -1
  #rules: Rule[] = []
  #kept: readonly string[] | null = null

  setDocument(doc: GraphLike): void {
    this.#query = queryable(doc)
    this.#count = doc.nodes.op.length
    this.#unsearched = doc.whole?.scopes ?? 0
    this.setText(this.#text)
    this.setRules(this.#kept ?? this.rules)
    this.#kept = null
  }

  /** Rules for the document that comes. */
  keepRules(texts: readonly string[]): void {
    this.#kept = texts
  }

  get text(): string {
    return this.#text
  }
  /** Why the text is no query; "" when it is. */
  get problem(): string {
    return this.#problem
  }
  /** Scopes that are not stored, in which nothing can be found. */
  get unsearched(): number {
    return this.#unsearched
  }
  get found(): number {
    return this.#nodes.length
  }
  /** Place of the current match, from 0; -1 before the first. */
  get at(): number {
    return this.#at
  }
  /** The node where the search stands; -1 for none. */
  get node(): number {
    return this.#nodes[this.#at] ?? -1
  }
  get rules(): readonly string[] {
    return this.#rules.map((rule) => rule.text)
  }
  /** Nodes of a rule. */
  ruleCount(index: number): number {
    return this.#rules[index]?.nodes.size ?? 0
  }

  setText(text: string): void {
    this.#text = text
    this.#at = -1
    const { nodes, problem } = this.#run(text)
    this.#nodes = nodes
    this.#problem = problem
  }

  /** The next or previous match, round the ends; -1 when there is none. */
  step(by: 1 | -1): number {
    const count = this.#nodes.length
    if (count === 0) return -1
    this.#at = this.#at < 0 ? (by > 0 ? 0 : count - 1) : (this.#at + by + count) % count
    return this.node
  }

  /** Styling rules; what cannot be read, and all beyond the eighth, is left out. */
  setRules(texts: readonly string[]): void {
    this.#rules = [...new Set(texts)].slice(0, MOST_RULES).flatMap((text) => {
      const { nodes, problem } = this.#run(text)
      return problem || text.trim() === "" ? [] : [{ text, nodes: new Set(nodes) }]
    })
  }

  /** Matches by box key; a node inside a label or a closed scope counts for the box that shows it. */
  foundBoxes(boxOf: (node: number) => number, layout: Layout): Map<string, number> {
    const found = new Map<string, number>()
    for (const node of this.#nodes) {
      const key = layout.boxes[boxOf(node)]?.key
      if (key !== undefined) found.set(key, (found.get(key) ?? 0) + 1)
    }
    return found
  }

  /** Rules by box key. */
  ruledBoxes(boxOf: (node: number) => number, layout: Layout): Map<string, number[]> {
    const ruled = new Map<string, number[]>()
    this.#rules.forEach(({ nodes }, rule) => {
      for (const node of nodes) {
        const key = layout.boxes[boxOf(node)]?.key
        if (key === undefined) continue
        const list = ruled.get(key)
        if (!list) ruled.set(key, [rule])
        else if (list[list.length - 1] !== rule) list.push(rule)
      }
    })
    return ruled
  }

  #run(text: string): { nodes: readonly number[]; problem: string } {
    const query = this.#query?.(text)
    if (!query) return { nodes: [], problem: "" }
    return { nodes: search(query, this.#count), problem: query.problem ?? "" }
  }
}
