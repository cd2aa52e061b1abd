/** @file Rows: one per forward box in program order, with the leaves, derivatives and updates that belong to it. */
import type { Box, Edge } from "./boxes.ts"
import type { ScopeNode, ScopeTree } from "./scopes.ts"
import { restKey } from "./scopes.ts"

/** A leaf beside its consumer; `again` when it already stands at an earlier one. */
export interface LeafChip {
  readonly box: number
  readonly again: boolean
  x: number
  y: number
  w: number
  h: number
}

export interface Row {
  /** Box of the forward column; -1 for a row of leaves that no forward op reads. */
  readonly forward: number
  readonly leaves: LeafChip[]
  readonly backward: number[]
  readonly updates: number[]
  /** Scopes that begin at this row, outermost first. */
  readonly headers: ScopeNode[]
  /** Innermost open scope around the row. */
  readonly scope: ScopeNode
  top: number
  y: number
  height: number
}

export interface Rows {
  readonly rows: Row[]
  /** Row of each box. */
  readonly rowOf: Int32Array
}

export function makeRows(boxes: readonly Box[], edges: readonly Edge[], tree: ScopeTree): Rows {
  const rows: Row[] = []
  const rowOf = new Int32Array(boxes.length).fill(-1)
  const byPair = new Map<string, number>()
  for (const forward of forwardOrder(boxes, tree)) {
    const box = boxes[forward]
    rowOf[forward] = rows.length
    byPair.set(box.pair, rows.length)
    rows.push(newRow(forward, box.kind === "scope" ? (box.scope.parent ?? tree.root) : box.scope))
  }
  placeLeaves(boxes, edges, rows, rowOf, byPair, tree)
  boxes.forEach((box, i) => {
    if (rowOf[i] >= 0) return
    const row = byPair.get(box.pair) ?? rows.length - 1
    rowOf[i] = row
    rows[row][box.column === "update" ? "updates" : "backward"].push(i)
  })
  for (const row of rows) sortBackward(row, boxes)
  findHeaders(rows, tree)
  return { rows, rowOf }
}

const newRow = (forward: number, scope: ScopeNode): Row => ({
  forward,
  leaves: [],
  backward: [],
  updates: [],
  headers: [],
  scope,
  top: 0,
  y: 0,
  height: 0,
})

/** Program order, with each scope in one piece even where sharing interleaves two of them. */
function forwardOrder(boxes: readonly Box[], tree: ScopeTree): number[] {
  const byPair = new Map<string, number>()
  boxes.forEach((box, i) => {
    if (box.column === "forward") byPair.set(box.pair, i)
  })
  const order: number[] = []
  const take = (pair: string): boolean => {
    const at = byPair.get(pair)
    if (at === undefined) return false
    byPair.delete(pair)
    order.push(at)
    return true
  }
  const walk = (scope: ScopeNode): void => {
    for (const item of scope.items) {
      if (typeof item === "number") take(`n${item}`)
      else if (!takeScope(item, take)) walk(item)
    }
  }
  walk(tree.root)
  return [...order, ...byPair.values()]
}

/** A closed scope is one box: of its run, of the rest of its run, or its own. */
function takeScope(scope: ScopeNode, take: (pair: string) => boolean): boolean {
  const { run } = scope
  if (run && (take(run.key) || (scope.runIndex > 0 && take(restKey(run))))) return true
  return take(scope.key)
}

/** A leaf stands beside its first consumer; each later consumer gets a chip "again". */
function placeLeaves(
  boxes: readonly Box[],
  edges: readonly Edge[],
  rows: Row[],
  rowOf: Int32Array,
  byPair: Map<string, number>,
  tree: ScopeTree,
): void {
  const uses = edges
    .filter((edge) => edge.kind === "leaf")
    .sort((a, b) => rowOf[a.to] - rowOf[b.to])
  for (const edge of uses) {
    const row = rowOf[edge.to]
    const again = rowOf[edge.from] >= 0
    if (!again) settle(edge.from, row)
    rows[row].leaves.push({ box: edge.from, again, x: 0, y: 0, w: 0, h: 0 })
  }
  const unused = boxes.flatMap((box, i) => (box.column === "leaf" && rowOf[i] < 0 ? [i] : []))
  if (unused.length === 0 && rows.length > 0) return
  if (unused.length === 0 && boxes.length === 0) return
  const row = rows.length
  rows.push(newRow(-1, tree.root))
  for (const leaf of unused) {
    settle(leaf, row)
    rows[row].leaves.push({ box: leaf, again: false, x: 0, y: 0, w: 0, h: 0 })
  }
  function settle(leaf: number, row: number): void {
    rowOf[leaf] = row
    if (!byPair.has(boxes[leaf].pair)) byPair.set(boxes[leaf].pair, row)
  }
}

/** A derivative flows up, so within a row the last one computed is on top; tangents flow down. */
function sortBackward(row: Row, boxes: readonly Box[]): void {
  const down = row.backward.length > 0 && boxes[row.backward[0]].key.includes("#jvp")
  row.backward.sort((p, q) => (boxes[q].members[0] - boxes[p].members[0]) * (down ? -1 : 1))
}

/** Scopes around a row that are not around the row before. */
function findHeaders(rows: readonly Row[], tree: ScopeTree): void {
  let previous = tree.root
  for (const row of rows) {
    if (row.scope !== previous) {
      const around = new Set<ScopeNode>()
      for (let s: ScopeNode | undefined = previous; s; s = s.parent) around.add(s)
      for (let s: ScopeNode | undefined = row.scope; s?.parent && !around.has(s); s = s.parent)
        row.headers.unshift(s)
    }
    previous = row.scope
  }
}
