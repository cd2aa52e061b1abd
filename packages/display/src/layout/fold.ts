/**
 * @file The folded layout: forward flows down, the derivative of each op sits in its row on the right, the
 * parameter on the left, its update on the far right. Program order decides everything: no crossing
 * minimisation, so opening a scope inserts rows and moves nothing sideways.
 */
import type { GraphLike } from "../payload.ts"
import { type Box, type Edge, makeBoxes, makeEdges } from "./boxes.ts"
import { type GraphModel, readModel } from "./model.ts"
import {
  type Columns,
  frameScopes,
  placeColumns,
  placeRows,
  type ScopeFrame,
  SIZE,
  type Size,
} from "./place.ts"
import { routeEdges } from "./route.ts"
import { makeRows, type Row } from "./rows.ts"
import { autoOpen, MAX_ITEMS, type ScopeTree, scopeTree } from "./scopes.ts"
import { makeTracks } from "./tracks.ts"

/** Forward boxes that the notebook shows at first. */
export const DEFAULT_BUDGET = 44

/** A read graph with its scopes: what stays the same while scopes are opened and closed. */
export interface Prepared {
  readonly model: GraphModel
  readonly tree: ScopeTree
}

/** A picture without paint: plain data, so that a worker can hand it over. */
export interface Layout extends Prepared {
  readonly boxes: readonly Box[]
  readonly edges: readonly Edge[]
  readonly rows: readonly Row[]
  readonly frames: readonly ScopeFrame[]
  readonly columns: Columns
  readonly width: number
  readonly height: number
  /** Box of each node, -1 for nodes that are part of a label. */
  readonly boxOf: Int32Array
  /** Row of each box. */
  readonly rowOf: Int32Array
  readonly open: ReadonlySet<string>
  readonly expanded: ReadonlySet<string>
  readonly tracks: readonly [forward: number, backward: number]
}

export interface LayoutOptions {
  /** Keys of open scopes and runs; absent: as many as the budget allows. */
  readonly open?: ReadonlySet<string>
  /** Forward boxes at most, default 44; used only without `open`. */
  readonly budget?: number
  /** Keys of derivative boxes that show their ops. */
  readonly expanded?: ReadonlySet<string>
  readonly size?: Size
}

/** Reads a document once for many layouts. Scopes with more boxes than `maxItems` are grouped. */
export function prepare(doc: GraphLike, maxItems = MAX_ITEMS): Prepared {
  const model = readModel(doc)
  return { model, tree: scopeTree(model, maxItems) }
}

/** Lays out a graph. Linear in nodes and edges but for sorting; the same graph gives the same numbers. */
export function layoutGraph(graph: GraphLike | Prepared, options: LayoutOptions = {}): Layout {
  const { model, tree } = "model" in graph ? graph : prepare(graph)
  const open = options.open ?? autoOpen(tree, options.budget ?? DEFAULT_BUDGET)
  const expanded = options.expanded ?? new Set<string>()
  const size = options.size ?? SIZE
  const made = makeBoxes(model, tree, open, expanded)
  const { boxes, boxOf } = made
  const edges = makeEdges(model, made)
  const { rows, rowOf } = makeRows(boxes, edges, tree)
  const position = Float64Array.from(rowOf)
  for (const row of rows) {
    row.backward.forEach((box, k) => {
      position[box] += k / (row.backward.length + 1)
    })
  }
  const forward = makeTracks(
    longEdges(
      edges,
      "forward",
      rows.map((row) => row.forward),
    ),
    position,
  )
  const backward = makeTracks(
    longEdges(
      edges,
      "backward",
      rows.flatMap((row) => row.backward),
    ),
    position,
  )
  const columns = placeColumns(rows, forward.count, backward.count, size)
  const height = placeRows(rows, boxes, columns, size)
  routeEdges(edges, boxes, forward, backward, columns, size)
  return {
    model,
    tree,
    boxes,
    edges,
    rows,
    rowOf,
    boxOf,
    open,
    expanded,
    columns,
    frames: frameScopes(rows, size),
    width: columns.width,
    height,
    tracks: [forward.count, backward.count],
  }
}

/** Edges that do not join neighbours of the column. */
function longEdges(edges: readonly Edge[], kind: Edge["kind"], column: readonly number[]): Edge[] {
  const place = new Map(column.filter((box) => box >= 0).map((box, i) => [box, i]))
  return edges.filter(
    (edge) => edge.kind === kind && Math.abs(place.get(edge.from)! - place.get(edge.to)!) !== 1,
  )
}
