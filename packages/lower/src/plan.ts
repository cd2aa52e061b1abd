/**
 * @file The memory plan (D4.4): how long each value lives, and where it lies in one block of scratch memory. Knows steps and
 * sizes, nothing of what they compute.
 */
import { mayOverwrite } from "./in-place.ts"
import { innerSteps, type LoweredProgram, type Step } from "./program.ts"

export interface Life {
  from: number
  to: number
}
export interface Placement {
  /** Byte offset per value; -1 for values that are never touched. */
  readonly offsets: readonly number[]
  readonly lives: readonly Life[]
  /** Bytes of the block. */
  readonly bytes: number
}

const ALIGN = 64
const END = Number.MAX_SAFE_INTEGER

/**
 * Places all values, copies of the inputs included, except those in `without`. A result lies in the memory of an operand of
 * its kernel that is used there for the last time, where {@link mayOverwrite} allows it; a copy in the memory of what it
 * copies.
 */
export function plan(
  program: LoweredProgram,
  without: ReadonlyMap<number, unknown> = new Map(),
): Placement {
  const { lives, steps } = livesOf(program)
  const offsets = program.values.map(() => -1)
  const active: { id: number; at: number; end: number }[] = []
  let bytes = 0
  const order = program.values.filter(
    (v) => v.home.kind !== "window" && lives[v.id].to >= 0 && !without.has(v.id),
  )
  order.sort((a, b) => lives[a.id].from - lives[b.id].from || b.bytes - a.bytes)
  for (const v of order) {
    const { from } = lives[v.id]
    for (let i = active.length - 1; i >= 0; i--) {
      if (lives[active[i].id].to < from) active.splice(i, 1)
    }
    const host = active.findIndex(
      ({ id }) => lives[id].to === from && hosts(program, steps.get(from), id, v.id),
    )
    if (host >= 0) {
      offsets[v.id] = active[host].at
      active[host] = { ...active[host], id: v.id }
      continue
    }
    const size = Math.max(ALIGN, Math.ceil(v.bytes / ALIGN) * ALIGN)
    const { at, index } = gapFor(active, size)
    active.splice(index, 0, { id: v.id, at, end: at + size })
    offsets[v.id] = at
    bytes = Math.max(bytes, at + size)
  }
  return { offsets, lives, bytes }
}
/** Whether the step that is the last to read `from` may write `to` over it. */
function hosts(program: LoweredProgram, step: Step | undefined, from: number, to: number): boolean {
  if (step?.kind === "copy") return step.from === from && step.to === to
  if (step?.kind !== "kernel") return false
  const { values } = step
  const target = values.indexOf(to)
  const kernel = program.kernels[step.kernel]
  if (kernel.buffers[target]?.use !== "write" || values.lastIndexOf(to) !== target) return false
  const uses = values.flatMap((v, i) => (v === from ? [i] : []))
  // What dies here unread shared a place with what is read: that may lie in either place now.
  return (
    uses.length > 0 &&
    uses.every((i) => kernel.buffers[i].use === "read" && mayOverwrite(kernel, i, target))
  )
}
/** The smallest gap that fits between the values alive, which are in the order of their places. */
function gapFor(
  active: readonly { at: number; end: number }[],
  size: number,
): { at: number; index: number } {
  let best = -1
  let room = Number.POSITIVE_INFINITY
  let at = 0
  for (let i = 0; i < active.length; i++) {
    const free = active[i].at - (i ? active[i - 1].end : 0)
    if (free >= size && free < room) {
      best = i
      room = free
      at = i ? active[i - 1].end : 0
    }
  }
  if (best >= 0) return { at, index: best }
  return { at: active.length ? active[active.length - 1].end : 0, index: active.length }
}

/** When each value lives, and which step each moment is. */
function livesOf(program: LoweredProgram): { lives: Life[]; steps: Map<number, Step> } {
  const times = new Map<number, Step>()
  const lives: Life[] = program.values.map(() => ({ from: END, to: -1 }))
  const partners = new Map<number, Set<number>>()
  const owner = new Map<number, number>()
  let now = 0
  const touch = (value: number): void => {
    const life = lives[owner.get(value) ?? value]
    life.from = Math.min(life.from, now)
    life.to = Math.max(life.to, now)
  }
  program.inputs.forEach(touch)
  const walk = (steps: readonly Step[]): void => {
    for (const step of steps) {
      now++
      times.set(now, step)
      touchStep(step, touch)
      if (step.kind === "swap") pair(partners, step.a, step.b)
      if (step.kind === "for") for (const w of step.windows) owner.set(w.window, w.of)
      const start = now
      for (const inner of innerSteps(step)) walk(inner)
      now++
      if (step.kind === "while") touch(step.flag)
      if (step.kind === "while" || step.kind === "for") {
        unite(partners, lives)
        for (const life of lives) if (life.from < start && life.to >= start) life.to = now
      }
      if (step.kind === "for") step.windows.forEach((w) => touch(w.of))
    }
  }
  walk(program.steps)
  now++
  program.outputs.forEach(touch)
  unite(partners, lives)
  return { lives, steps: times }
}
function touchStep(step: Step, touch: (value: number) => void): void {
  if (step.kind === "kernel") step.values.forEach(touch)
  if (step.kind === "routine")
    for (const v of [...step.inputs, ...step.outputs]) if (v !== undefined) touch(v)
  if (step.kind === "effect") step.inputs.forEach(touch)
  if (step.kind === "copy") [step.from, step.to].forEach(touch)
  if (step.kind === "swap") [step.a, step.b].forEach(touch)
  if (step.kind === "if") touch(step.test)
  if (step.kind === "while" && step.count !== undefined) touch(step.count)
  if (step.kind === "for") step.windows.forEach((w) => touch(w.of))
}
function pair(partners: Map<number, Set<number>>, a: number, b: number): void {
  const all = new Set([a, b, ...(partners.get(a) ?? []), ...(partners.get(b) ?? [])])
  for (const x of all) partners.set(x, all)
}
/** Values that change places live as long as all of them. */
function unite(partners: ReadonlyMap<number, Set<number>>, lives: Life[]): void {
  for (const all of new Set(partners.values())) {
    const from = Math.min(...[...all].map((x) => lives[x].from))
    const to = Math.max(...[...all].map((x) => lives[x].to))
    for (const x of all) Object.assign(lives[x], { from, to })
  }
}
