/** @file The keys of a graph (VISUAL 9): what each one asks of its view. */
import type { Direction } from "@defnote/display"

/** What keys do. */
export interface KeyActions {
  column(step: 1 | -1): void
  row(step: 1 | -1): void
  /** Along an edge: to what reads the value, or to what it reads. */
  edge(step: 1 | -1): void
  partner(): void
  toggle(): void
  close(): void
  saved(): void
  overlay(): void
  find(): void
  trace(direction: Direction): void
  hops(limit: number): void
  zoom(factor: number): void
  fit(): void
  source(): void
  leave(): void
}

const ZOOM = 1.2

/** Actions by the name of the key. */
export function keyMap(act: KeyActions): ReadonlyMap<string, () => void> {
  const hops = Array.from({ length: 9 }, (_, i) => [String(i + 1), () => act.hops(i + 1)] as const)
  return new Map<string, () => void>([
    ["ArrowDown", () => act.column(1)],
    ["ArrowUp", () => act.column(-1)],
    ["ArrowLeft", () => act.row(-1)],
    ["ArrowRight", () => act.row(1)],
    ["Shift+ArrowDown", () => act.edge(1)],
    ["Shift+ArrowUp", () => act.edge(-1)],
    ["d", () => act.partner()],
    ["Enter", () => act.toggle()],
    ["Backspace", () => act.close()],
    ["s", () => act.saved()],
    ["t", () => act.overlay()],
    ["/", () => act.find()],
    ["i", () => act.trace("inputs")],
    ["o", () => act.trace("outputs")],
    ...hops,
    ["+", () => act.zoom(ZOOM)],
    ["=", () => act.zoom(ZOOM)],
    ["-", () => act.zoom(1 / ZOOM)],
    ["0", () => act.fit()],
    ["c", () => act.source()],
    ["Escape", () => act.leave()],
  ])
}
