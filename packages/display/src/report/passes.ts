/** @file What each optimisation pass did, in words: rules in the order in which they fired, before and after (D3.9). */
import { formatCount, formatTime } from "../format.ts"
import { prepare } from "../layout/fold.ts"
import { application, formula, type Names, nameNodes, reference } from "../paint/names.ts"
import type { GraphLike, Pass } from "../payload.ts"
import { changingPasses, stageOf } from "./stages.ts"

/** Matches of one pass that are written out. */
const MOST_MATCHES = 200

export interface PassReport {
  /** Place in the document's list: the stage before the pass; the next number is the stage after it. */
  readonly at: number
  readonly name: string
  /** `2 rules fired, 3 nodes fewer, 0.12 ms`. */
  readonly summary: string
  readonly matches: readonly MatchReport[]
  /** Matches that are not written out. */
  readonly more: number
}
export interface MatchReport {
  readonly rule: string
  /** `x × 1 → x`; "" where both sides are written alike. */
  readonly text: string
  /** Nodes of the whole document: those that matched, root first, and those in their place, root last. */
  readonly in: readonly number[]
  readonly out: readonly number[]
}

/** Reports of the passes that changed something. */
export function passReports(doc: GraphLike): PassReport[] {
  const { model, tree } = prepare(doc, Number.POSITIVE_INFINITY)
  const own = nameNodes(model, tree, true)
  return changingPasses(doc).map(({ pass, at }) => {
    const names = namesBefore(doc, at, own)
    return {
      at,
      name: pass.name,
      summary: summaryOf(pass),
      matches: pass.matches.slice(0, MOST_MATCHES).map((m) => matchReport(m, pass, names)),
      more: Math.max(0, pass.matches.length - MOST_MATCHES),
    }
  })
}

/** Values are called what they are called in the picture before the pass; what the pass made has a name only if the user gave it. */
function namesBefore(doc: GraphLike, passes: number, own: Names): Names {
  const stage = stageOf(doc, passes)
  const { model, tree } = prepare(stage.doc, Number.POSITIVE_INFINITY)
  const before = nameNodes(model, tree, true)
  const of = own.model.nodes.map(({ name }, n) => before.of[stage.at[n] ?? -1] ?? name)
  return { ...own, of }
}

/** Passes that changed nothing: `2 other passes changed nothing`, "" for none. */
export function idlePasses(doc: GraphLike): string {
  const idle = (doc.passes?.length ?? 0) - changingPasses(doc).length
  return idle ? `${idle} ${idle === 1 ? "pass" : "passes"} changed nothing` : ""
}

function summaryOf({ matches, added, removed, ms }: Pass): string {
  const fewer = removed.length - added.length
  const fired = `${formatCount(matches.length)} ${matches.length === 1 ? "rule" : "rules"} fired`
  const size =
    fewer === 0
      ? `${formatCount(added.length)} nodes replaced`
      : `${formatCount(Math.abs(fewer))} ${Math.abs(fewer) === 1 ? "node" : "nodes"} ${fewer > 0 ? "fewer" : "more"}`
  return `${fired}, ${size}, ${formatTime(ms * 1e6)}`
}

function matchReport(match: Pass["matches"][number], { added }: Pass, names: Names): MatchReport {
  const [root = -1] = match.in
  const result = match.out.at(-1) ?? -1
  const made = new Set(match.out.filter((n) => added.includes(n)))
  const before = root < 0 ? "" : written(root, new Set(match.in), names)
  const after =
    result < 0 ? "" : made.has(result) ? written(result, made, names) : plain(result, names)
  // A view is read through in formulas: both sides then look the same, and the rule alone says what happened.
  const text = before === after ? "" : `${before} → ${after}`
  return { rule: match.rule.replaceAll("->", "→"), text, in: match.in, out: match.out }
}

/** The formula of a node with the nodes of `inside` written out, whatever they are called. */
function written(root: number, inside: ReadonlySet<number>, names: Names): string {
  const of = names.of.map((name, n) => (inside.has(n) && n !== root ? "" : name))
  const text = formula({ ...names, of }, root, inside)
  return text || formula(names, root, inside) || application(names, root).text
}
const plain = (node: number, names: Names): string =>
  reference(names, node) || application(names, node).text
