/** @file What opens and closes when a box or a header is activated, and which y must stay in place. */
import type { Box, Layout, ScopeNode } from "@defnote/display"

/** What is open: scopes and runs, and derivatives that show their ops. */
export interface Opened {
  readonly scopes: ReadonlySet<string> | undefined
  readonly rules: ReadonlySet<string>
}

/** Finds in a layout the y that must keep its place on the screen. */
export type Anchor = (layout: Layout) => number | undefined

/** A change of what is open, with its anchor. */
export interface Change {
  readonly opened: Opened
  readonly anchor: Anchor
}

/** Opens a closed scope, or opens and closes the ops of a derivative; null when there is nothing inside. */
export function toggleBox(opened: Opened, box: Box): Change | null {
  if (!box.opens) return null
  if (box.kind === "rule" || box.kind === "op") return toggleRule(opened, box)
  const first = box.run && !box.rest ? box.run.members[0].key : null
  const scopes = new Set(opened.scopes)
  scopes.add(box.opens)
  if (first) scopes.add(first)
  return { opened: { ...opened, scopes }, anchor: topOf(box.opens, first ?? box.opens) }
}

function toggleRule(opened: Opened, box: Box): Change {
  const rules = new Set(opened.rules)
  const key = box.opens as string
  if (!rules.delete(key)) rules.add(key)
  const anchor: Anchor = (layout) => {
    const forward = layout.boxes.find((b) => b.pair === box.pair && b.column === "forward")
    return forward?.y
  }
  return { opened: { ...opened, rules }, anchor }
}

/** Closes a scope; the run of which it is the first closes with it. */
export function closeScope(opened: Opened, scope: ScopeNode): Change {
  const scopes = new Set(opened.scopes)
  scopes.delete(scope.key)
  const run = scope.run && scope.runIndex === 0 ? scope.run : undefined
  if (run) scopes.delete(run.key)
  return { opened: { ...opened, scopes }, anchor: topOf(run?.key ?? scope.key, scope.key) }
}

/** Closes what is around a box: the ops of its derivative, or its scope; null at the outermost. */
export function closeAround(opened: Opened, box: Box): Change | null {
  if (box.kind === "op" && box.opens) return toggleRule(opened, box)
  const scope = box.kind === "scope" ? box.scope.parent : box.scope
  return scope?.parent ? closeScope(opened, scope) : null
}

/** The first row below `top` keeps its place, as itself or as the closed scope that takes it in. */
export function keepRow(layout: Layout, top: number): Anchor {
  const row = layout.rows.find((r) => r.forward >= 0 && r.y + r.height > top)
  const node = row ? layout.boxes[row.forward].members[0] : -1
  return (other) => other.boxes[other.boxOf[node]]?.y
}

/** The y of a scope: of its closed box, or of the first row inside once it is open. */
export function topOf(closed: string, open: string): Anchor {
  const inside = (scope: ScopeNode | undefined): boolean => {
    for (let s = scope; s; s = s.parent) if (s.key === open) return true
    return false
  }
  return (layout) => {
    const box = layout.boxes.find((b) => b.opens === closed && b.column === "forward")
    if (box) return box.y
    const row = layout.rows.find((r) => inside(r.scope))
    return row && (layout.boxes[row.forward]?.y ?? row.y)
  }
}
