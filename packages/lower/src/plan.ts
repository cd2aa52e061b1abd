/**
 * @file The memory plan (D4.4): how long each value lives, and where it lies in one block of scratch memory. Knows steps and
 * sizes, nothing of what they compute.
 */
import type { LoweredProgram, Step } from "./program.ts"

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

/** Places all values, inputs included, except those in `without`. */
export function plan(
  program: LoweredProgram,
  without: ReadonlyMap<number, unknown> = new Map(),
): Placement {
  const lives = livesOf(program)
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
    const size = Math.max(ALIGN, Math.ceil(v.bytes / ALIGN) * ALIGN)
    const { at, index } = gapFor(active, size)
    active.splice(index, 0, { id: v.id, at, end: at + size })
    offsets[v.id] = at
    bytes = Math.max(bytes, at + size)
  }
  return { offsets, lives, bytes }
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

function livesOf(program: LoweredProgram): Life[] {
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
  return lives
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
export function innerSteps(step: Step): readonly (readonly Step[])[] {
  if (step.kind === "if") return [step.yes, step.no]
  if (step.kind === "while") return [step.test, step.body]
  return step.kind === "for" ? [step.body] : []
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
