/** @file Kernels as groups behind the boxes that they compute (VISUAL 11 v): which boxes, and their frames. */
import type { Box, Column } from "../layout/boxes.ts"
import type { Layout } from "../layout/fold.ts"
import type { Canvas } from "./paint.ts"

/** Neighbouring boxes of one column that one kernel computes. A kernel may have several groups. */
export interface KernelGroup {
  /** Index into the document's kernels. */
  readonly kernel: number
  readonly column: Column
  /** Boxes from top to bottom. */
  readonly boxes: readonly number[]
}

/** The kernel that computes most of a box's nodes, the later of equals; -1 for none. */
export function kernelOfBoxes(layout: Layout): Int32Array {
  const counts = layout.boxes.map(() => new Map<number, number>())
  layout.model.doc.kernels?.forEach((kernel, k) => {
    for (const node of kernel.nodes) {
      const box = layout.boxOf[node]
      if (box >= 0) counts[box].set(k, (counts[box].get(k) ?? 0) + 1)
    }
  })
  return Int32Array.from(counts, (of) => {
    let best = -1
    for (const [k, n] of of) if (n >= (of.get(best) ?? 0)) best = k
    return best
  })
}

/** All groups, column by column. A box without work of its own stands in the group around it. */
export function kernelGroups(layout: Layout): KernelGroup[] {
  const kernel = kernelOfBoxes(layout)
  const columns: readonly (readonly number[])[] = [
    layout.rows.flatMap((row) => (row.forward >= 0 ? [row.forward] : [])),
    layout.rows.flatMap((row) => row.backward),
  ]
  return columns.flatMap((boxes) => runs(boxes, kernel, layout.boxes))
}

function runs(column: readonly number[], kernel: Int32Array, boxes: readonly Box[]): KernelGroup[] {
  const found: { kernel: number; column: Column; boxes: number[] }[] = []
  let idle: number[] = []
  for (const box of column) {
    const last = found.at(-1)
    if (kernel[box] < 0) idle.push(box)
    else {
      if (last?.kernel === kernel[box]) last.boxes.push(...idle, box)
      else found.push({ kernel: kernel[box], column: boxes[box].column, boxes: [box] })
      idle = []
    }
  }
  return found
}

const HUE = { leaf: "ink3", forward: "fwd", backward: "bwd", update: "upd" } as const
const TINT = { leaf: "panel", forward: "fwdTint", backward: "bwdTint", update: "updTint" } as const
/** Room between a box and the frame of its group: less than half the gap between rows. */
const PAD = 6

/** Neutral frames; that of the chosen kernel alone takes the colour of its column. */
export function drawGroups({ layout, options, add }: Canvas): void {
  if (options.kernels === undefined) return
  for (const { kernel, column, boxes } of kernelGroups(layout)) {
    const first = layout.boxes[boxes[0]]
    const last = layout.boxes[boxes[boxes.length - 1]]
    const chosen = options.kernels === kernel
    add({
      kind: "rect",
      role: "band",
      x: first.x - PAD + 0.5,
      y: first.y - PAD + 0.5,
      w: first.w + 2 * PAD - 1,
      h: last.y + last.h - first.y + 2 * PAD - 1,
      radius: 6,
      fill: chosen ? TINT[column] : "panel",
      stroke: chosen ? HUE[column] : "line",
      width: chosen ? 1.75 : 1,
    })
  }
}
