/**
 * @file Which inputs and outputs can pass by in parts: every turn of a kernel's ranged loop touches its own stretch of them,
 * so a compiler may move a stretch at a time through fast memory. Knows no target.
 */
import { IndexMath } from "./index-math.ts"
import { expressionsOf, type Kernel, statements } from "./loop-ir.ts"
import { innerSteps, type LoweredProgram, type Step } from "./program.ts"
import { order, type Scalar } from "./scalar-rebuild.ts"

/** Smaller values are cheaper to move as a whole. */
const LARGE = 128 * 1024

/** Elements of a buffer that one turn of the ranged loop touches; undefined where turns share elements. */
export function stretchOf(kernel: Kernel, buffer: number): number | undefined {
  const outer = [...statements(kernel.body)].find((x) => x.kind === "loop" && x.ranged)
  if (outer?.kind !== "loop") return undefined
  const { size } = kernel.buffers[buffer]
  const stretch = size / outer.extent
  if (!Number.isInteger(stretch)) return undefined
  const math = new IndexMath(kernel.extents)
  return placesOf(kernel, buffer).every((at) => staysIn(math, at, outer.index, stretch))
    ? stretch
    : undefined
}
function placesOf(kernel: Kernel, buffer: number): Scalar[] {
  const places: Scalar[] = []
  const roots: Scalar[] = []
  for (const x of statements(kernel.body)) {
    roots.push(...expressionsOf(x))
    if (x.kind === "store" && x.buffer === buffer) places.push(x.at)
  }
  for (const e of order(roots))
    if (e.op === "load" && Number(e.value) === buffer) places.push(e.args[0])
  return places
}
function staysIn(math: IndexMath, at: Scalar, index: number, stretch: number): boolean {
  const { terms, offset } = math.linear(at)
  let step = 0
  let [lo, hi] = [offset, offset]
  for (const [atom, k] of terms) {
    if (atom.op === "index" && Number(atom.value) === index) {
      step = k
      continue
    }
    const r = math.linear(atom)
    if (order([atom]).some((e) => e.op === "index" && Number(e.value) === index)) return false
    lo += Math.min(r.lo * k, r.hi * k)
    hi += Math.max(r.lo * k, r.hi * k)
  }
  return step === stretch && lo >= 0 && hi < stretch
}

/** Inputs that nothing writes to or hands on: a compiler may read them wherever they lie. */
export function untouchedInputs(program: LoweredProgram): Set<number> {
  const touched = new Set<number>(program.outputs)
  for (const step of program.steps) noteWrites(program, step, touched)
  return new Set(program.inputs.filter((v) => !touched.has(v)))
}
function noteWrites(program: LoweredProgram, step: Step, touched: Set<number>): void {
  if (step.kind === "kernel") {
    const { buffers } = program.kernels[step.kernel]
    step.values.forEach((v, k) => {
      if (buffers[k].use !== "read") touched.add(v)
    })
  }
  if (step.kind === "routine") for (const v of step.outputs) if (v !== undefined) touched.add(v)
  if (step.kind === "copy") touched.add(step.to)
  if (step.kind === "swap") touched.add(step.a).add(step.b)
  if (step.kind === "while" && step.count !== undefined) touched.add(step.count)
  for (const inner of innerSteps(step)) for (const x of inner) noteWrites(program, x, touched)
  if (step.kind === "for")
    for (const w of step.windows) if (touched.has(w.window)) touched.add(w.of)
}

/** Values that never need to be in memory as a whole, with the bytes of a turn by kernel step. */
export interface Streams {
  /** Per value: bytes of one turn. */
  readonly stretches: ReadonlyMap<number, number>
}
export function streams(program: LoweredProgram): Streams {
  const users = new Map<number, { kernel: number; buffer: number }[]>()
  const blocked = new Set<number>()
  for (const step of program.steps) noteStep(program, step, users, blocked)
  const stretches = new Map<number, number>()
  const written = new Map<number, number>()
  for (const out of program.outputs) written.set(out, (written.get(out) ?? 0) + 1)
  for (const v of program.values) {
    const input = v.home.kind === "input"
    const uses = users.get(v.id) ?? []
    if (v.bytes < LARGE || blocked.has(v.id) || !uses.length) continue
    if (input ? written.has(v.id) : written.get(v.id) !== 1 || uses.length > 1) continue
    const found = uses.map((u) => stretchOf(program.kernels[u.kernel], u.buffer))
    const per = v.bytes / v.elements
    if (found.every((x) => x !== undefined && x === found[0]))
      stretches.set(v.id, (found[0] as number) * per)
  }
  return { stretches }
}
/** Only kernels at the top level stream: what a loop uses again and again stays. */
function noteStep(
  program: LoweredProgram,
  step: Step,
  users: Map<number, { kernel: number; buffer: number }[]>,
  blocked: Set<number>,
): void {
  if (step.kind !== "kernel") {
    for (const v of valuesIn(step)) blocked.add(v)
    return
  }
  step.values.forEach((v, buffer) => {
    const list = users.get(v) ?? []
    list.push({ kernel: step.kernel, buffer })
    users.set(v, list)
    if (!program.kernels[step.kernel].range) blocked.add(v)
  })
}
function valuesIn(step: Step): number[] {
  switch (step.kind) {
    case "kernel":
      return [...step.values]
    case "routine":
      return [...step.inputs, ...step.outputs.filter((v) => v !== undefined)]
    case "effect":
      return [...step.inputs]
    case "copy":
      return [step.from, step.to]
    case "swap":
      return [step.a, step.b]
    case "if":
      return [step.test, ...[...step.yes, ...step.no].flatMap(valuesIn)]
    case "while":
      return [
        step.flag,
        ...(step.count === undefined ? [] : [step.count]),
        ...[...step.test, ...step.body].flatMap(valuesIn),
      ]
    case "for":
      return [...step.windows.map((w) => w.of), ...step.body.flatMap(valuesIn)]
  }
}
