/** @file What a view says while it asks for scopes that are not stored, and what it asks; without a page. */
import { type GraphLike, layoutGraph, type PartProblem, partWith, stored } from "@defnote/display"
import { describe, expect, it } from "vitest"
import { mlpStep } from "../../display/src/examples/graphs.ts"
import { GraphParts, type PartSource } from "./graph-parts.ts"
import { english } from "./view.ts"

const LIMIT = 6_000

function cut(): { part: GraphLike; whole: GraphLike } {
  const { doc, whole } = stored(mlpStep(), LIMIT)
  if (!whole || !doc.whole) throw new Error("the graph is small")
  return { part: { ...doc, whole: { ...doc.whole, id: "some" } }, whole }
}

/** A view that writes down what happens to it. */
function view(ask: PartSource["ask"], runAgain?: () => void) {
  const log: string[] = []
  const shown: GraphLike[] = []
  const parts = new GraphParts(
    { ask, runAgain },
    {
      busy: (on) => log.push(on ? "busy" : "done"),
      say: (text, action) => log.push(action ? `${text} [${action.label}]` : text),
      wait: (text) => log.push(text),
      show: (doc, scope) => {
        shown.push(doc)
        log.push(`shows ${scope}`)
      },
      missing: () => log.push("missing"),
    },
    english,
  )
  return { parts, log, shown }
}

const scopeOf = (doc: GraphLike, key: string) => {
  const layout = layoutGraph(doc)
  const scope = layout.tree.scopes.find((s) => s.key === key)
  if (!scope) throw new Error(`no scope ${key}`)
  return { scope, layout }
}

describe("scopes that are not stored (VISUAL 12)", () => {
  const { part, whole } = cut()
  const [first, second] = [...new Set(part.summaries?.map((s) => part.nodes.scope[s.node]))]
    .map((n) => layoutGraph(part).tree.scopes.find((s) => s.index === n)?.key as string)
    .filter(Boolean)

  it("says how many there are", () => {
    const { parts } = view(async () => null)
    expect(parts.sentence(part)).toMatch(/^\d scopes not stored$/)
    expect(parts.sentence(whole)).toBe("")
    const one = { ...part, whole: { nodes: 9, scopes: 1 } }
    expect(parts.sentence(one)).toBe("1 scope not stored")
  })

  it("waits, then shows what came; with the next it asks for what is open of the last", async () => {
    const asked: (readonly number[])[] = []
    const { parts, log, shown } = view(async (id, scopes) => {
      expect(id).toBe("some")
      asked.push(scopes)
      return partWith(whole, scopes, LIMIT)
    })
    parts.setDocument(part)
    const one = scopeOf(part, first)
    await parts.open(one.scope, one.layout)
    expect(log).toEqual(["busy", "Waiting for the kernel …", "done", `shows ${first}`])
    const two = scopeOf(shown[0], second)
    const open = { ...two.layout, open: new Set([first]) }
    await parts.open(two.scope, open)
    expect(asked[1]).toEqual([one.scope.unstored, two.scope.unstored])
    const closed = { ...two.layout, open: new Set<string>() }
    await parts.open(two.scope, closed)
    expect(asked[2]).toEqual([two.scope.unstored])
  })

  it.each<[PartProblem | null, string]>([
    [
      null,
      "Saved view. Scopes that are not stored need the kernel: run the cell again. [Run again]",
    ],
    ["not kept", "The kernel no longer keeps this graph. Run the cell again. [Run again]"],
    [
      "not valid",
      "Saved view. Scopes that are not stored need the kernel: run the cell again. [Run again]",
    ],
    ["too large", "More is open than can be shown. Close some scopes first."],
  ])("answer %s: says what to do, and marks what cannot be had", async (answer, sentence) => {
    const { parts, log } = view(
      async () => answer,
      () => log.push("ran"),
    )
    parts.setDocument(part)
    const { scope, layout } = scopeOf(part, first)
    expect(parts.kept).toBe(true)
    await parts.open(scope, layout)
    expect(log.at(-1)).toBe(sentence)
    expect(parts.kept).toBe(answer === "too large")
    const marked = parts.notes(layoutGraph(part, { open: new Set() }))
    expect(marked.size > 0).toBe(answer !== "too large")
  })

  it("without a kernel that ever had it, nobody is asked", async () => {
    const { parts, log } = view(async () => {
      throw new Error("asked")
    })
    const alone = { ...part, whole: { nodes: 9, scopes: 2 } }
    parts.setDocument(alone)
    const { scope, layout } = scopeOf(alone, first)
    await parts.open(scope, layout)
    expect(log.at(-1)).toBe("Only a summary of this scope was stored, and no kernel keeps it.")
  })

  it("an answer for a document that is no longer shown changes nothing", async () => {
    let answer: (doc: GraphLike) => void = () => {}
    const { parts, log } = view(() => new Promise((resolve) => (answer = resolve)))
    parts.setDocument(part)
    const { scope, layout } = scopeOf(part, first)
    const asked = parts.open(scope, layout)
    parts.setDocument(part)
    answer(partWith(whole, [scope.unstored as number], LIMIT))
    await asked
    expect(log).toEqual(["busy", "Waiting for the kernel …"])
  })
})
