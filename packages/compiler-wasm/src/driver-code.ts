/** @file The function that runs a whole program: calls kernels in order, turns loops, chooses branches, moves carries. */
import {
  innerSteps,
  type LoweredProgram,
  type Placement,
  type Step,
  type Streams,
} from "@defnote/lower"
import type { CodedFunctions, CodedKernel } from "./coded.ts"
import { type Code, FunctionBuilder, I32, OP } from "./encoder.ts"
import { codedFor } from "./kernels/index.ts"

export interface Imports {
  readonly poll: number
  /** Runs step `i` of the host, which finds the places of its values in the table. */
  readonly host: number
  /** Moves a stretch of value `v` between its own buffer and a place: (value, from, bytes, place). */
  readonly streamIn: number
  readonly streamOut: number
  /** Kernels of single nodes that are functions of the module. */
  readonly coded: CodedFunctions
  /** Told before a kernel its number, and after it -1; absent where nobody measures. */
  readonly mark?: number
}
/** Bytes of the tiles that streamed values pass through: with the kernel's work they stay in the second cache. */
const TILES = 512 * 1024
/** A step that the host runs. */
export type HostStep = Extract<Step, { kind: "routine" | "effect" }>

export interface Driver {
  readonly main: FunctionBuilder
  readonly hostSteps: readonly HostStep[]
  /** Bytes of tiles, behind the table. */
  readonly tileBytes: number
}
/** How the inputs and outputs of a program come and go. */
export interface Passing extends Streams {
  /** Inputs whose place the host chooses before each run and writes to the table; 0 for one that streams. */
  readonly placed: ReadonlySet<number>
}

/** Parameter 0 is the place of the program's block; behind the values it holds a table of places for the host. */
export function driverFunction(
  program: LoweredProgram,
  placement: Placement,
  functions: readonly number[],
  imports: Imports,
  passing: Passing,
): Driver {
  const f = new FunctionBuilder([I32])
  const writer = new DriverWriter(program, placement, functions, imports, f, passing)
  writer.write()
  return { main: f, hostSteps: writer.hostSteps, tileBytes: writer.tileBytes }
}

class DriverWriter {
  readonly hostSteps: HostStep[] = []
  readonly #program: LoweredProgram
  readonly #placement: Placement
  readonly #functions: readonly number[]
  readonly #imports: Imports
  readonly #f: FunctionBuilder
  /** Values whose place changes while the program runs. */
  readonly #moving = new Map<number, number>()

  readonly #stretches: ReadonlyMap<number, number>
  readonly #placed: ReadonlySet<number>
  tileBytes = 0

  constructor(
    program: LoweredProgram,
    placement: Placement,
    functions: readonly number[],
    imports: Imports,
    f: FunctionBuilder,
    { stretches, placed }: Passing,
  ) {
    this.#stretches = stretches
    this.#placed = placed
    this.#program = program
    this.#placement = placement
    this.#functions = functions
    this.#imports = imports
    this.#f = f
  }
  write(): void {
    this.#findMoving(this.#program.steps)
    const c = this.#f.code
    for (const [value, local] of this.#moving) {
      if (this.#placement.offsets[value] < 0) continue
      this.#fixed(c, value)
      c.set(local)
    }
    this.#program.inputs.forEach((value, i) => {
      if (!this.#placed.has(value)) return
      const local = this.#f.local(I32)
      this.#moving.set(value, local)
      this.#tableSlot(c)
      c.memory(OP.i32Load, this.#tableOffset + inputSlot(this.#program, i)).set(local)
    })
    this.#steps(c, this.#program.steps)
    // where the results are, for the host
    this.#program.outputs.forEach((value, i) => {
      if (!this.#moving.has(value)) return
      this.#tableSlot(c)
      this.#place(c, value)
      c.memory(OP.i32Store, this.#tableOffset + 4 * i)
    })
  }
  get #tableOffset(): number {
    return this.#placement.bytes
  }
  #tableSlot(c: Code): void {
    c.get(0)
  }
  #findMoving(steps: readonly Step[]): void {
    const move = (value: number): void => {
      if (!this.#moving.has(value)) this.#moving.set(value, this.#f.local(I32))
    }
    for (const x of steps) {
      if (x.kind === "swap") [x.a, x.b].forEach(move)
      if (x.kind === "for") for (const w of x.windows) move(w.window)
      if (x.kind === "if") [x.yes, x.no].forEach((s) => void this.#findMoving(s))
      if (x.kind === "while") [x.test, x.body].forEach((s) => void this.#findMoving(s))
      if (x.kind === "for") this.#findMoving(x.body)
    }
  }
  #fixed(c: Code, value: number): void {
    c.get(0)
    const offset = this.#placement.offsets[value]
    if (offset < 0) throw new Error(`internal: wasm: value ${value} has no place`)
    if (offset) c.i32(offset).op(OP.i32Add)
  }
  /** Puts the place of a value on the stack. */
  #place(c: Code, value: number): void {
    const local = this.#moving.get(value)
    if (local === undefined) this.#fixed(c, value)
    else c.get(local)
  }
  #steps(c: Code, steps: readonly Step[]): void {
    for (const x of steps) this.#step(c, x)
  }
  #step(c: Code, x: Step): void {
    switch (x.kind) {
      case "kernel":
        this.#mark(c, x.kernel)
        this.#kernel(c, x)
        return this.#mark(c, -1)
      case "copy":
        return this.#copy(c, x.from, x.to)
      case "swap":
        return this.#swap(c, x.a, x.b)
      case "if":
        this.#place(c, x.test)
        c.memory(OP.i32Load8U, 0).op(OP.if, 0x40)
        this.#steps(c, x.yes)
        c.op(OP.else)
        this.#steps(c, x.no)
        c.op(OP.end)
        return
      case "while":
        return this.#while(c, x)
      case "for":
        return this.#for(c, x)
      case "routine": {
        const coded = codedFor(x.node)
        return coded ? this.#coded(c, x, coded) : this.#host(c, x)
      }
      default:
        return this.#host(c, x)
    }
  }
  #mark(c: Code, kernel: number): void {
    if (this.#imports.mark !== undefined) c.i32(kernel).call(this.#imports.mark)
  }
  #kernel(c: Code, { kernel, values }: Extract<Step, { kind: "kernel" }>): void {
    const { range } = this.#program.kernels[kernel]
    const places = (): void => values.forEach((v) => void this.#place(c, v))
    const f = this.#functions[kernel]
    const streamed = values.some((v) => this.#stretches.has(v))
    if (!range) {
      places()
      c.call(f)
    } else if (range.grain >= range.extent && !streamed) {
      places()
      c.i32(0).i32(range.extent).call(f)
    } else this.#chunks(c, kernel, values, f)
  }
  /** Calls the kernel part by part, with a poll before each; streamed values pass through tiles. */
  #chunks(c: Code, kernel: number, values: readonly number[], f: number): void {
    const { buffers, range } = this.#program.kernels[kernel]
    const { extent, grain, multiple } = range as NonNullable<typeof range>
    const tiles = this.#tiles(values, extent, grain, multiple)
    const at = this.#f.local(I32)
    const to = this.#f.local(I32)
    c.i32(0).set(at).op(OP.loop, 0x40).call(this.#imports.poll)
    c.get(at).i32(tiles.turns).op(OP.i32Add, OP.localTee).u(to).i32(extent).get(to).i32(extent)
    c.op(OP.i32LtS, OP.select).set(to)
    for (const [v, place] of tiles.places) {
      const reads = values.some((w, k) => w === v && buffers[k].use === "read")
      if (reads) this.#streamIn(c, v, place, at, to)
    }
    for (const v of values) this.#tilePlace(c, v, tiles.places.get(v), at)
    c.get(at).get(to).call(f)
    for (const [v, place] of tiles.places) {
      const writes = values.some((w, k) => w === v && buffers[k].use === "write")
      if (writes) this.#move(c, this.#imports.streamOut, v, place, at, to)
    }
    c.get(to).tee(at).i32(extent).op(OP.i32LtS, OP.brIf).u(0).op(OP.end)
    this.#f.release(I32, at)
    this.#f.release(I32, to)
  }
  /** Turns per call, and where the tile of each streamed value lies in the block. */
  #tiles(
    values: readonly number[],
    extent: number,
    grain: number,
    multiple: number,
  ): { turns: number; places: Map<number, number> } {
    const places = new Map<number, number>()
    const streamed = [...new Set(values.filter((v) => this.#stretches.has(v)))]
    const perTurn = streamed.reduce((sum, v) => sum + (this.#stretches.get(v) as number), 0)
    if (!perTurn) return { turns: grain, places }
    const fit = Math.floor(TILES / perTurn / multiple) * multiple
    const turns = Math.min(extent, grain, Math.max(multiple, fit))
    let offset = this.#tableOffset + this.tableBytes
    const start = offset
    for (const v of streamed) {
      places.set(v, offset)
      offset += Math.ceil((turns * (this.#stretches.get(v) as number)) / 64) * 64 + 64
    }
    this.tileBytes = Math.max(this.tileBytes, offset - start)
    return { turns, places }
  }
  get tableBytes(): number {
    return tableBytes(this.#program)
  }
  /** Fills the tile of an input that has no place of its own. */
  #streamIn(c: Code, v: number, place: number, at: number, to: number): void {
    const own = this.#moving.get(v)
    if (own !== undefined) c.get(own).op(OP.i32Eqz, OP.if, 0x40)
    this.#move(c, this.#imports.streamIn, v, place, at, to)
    if (own !== undefined) c.op(OP.end)
  }
  #move(c: Code, f: number, v: number, place: number, at: number, to: number): void {
    const stretch = this.#stretches.get(v) as number
    c.i32(v).get(at).i32(stretch).op(OP.i32Mul)
    c.get(to).get(at).op(OP.i32Sub).i32(stretch).op(OP.i32Mul)
    c.get(0).i32(place).op(OP.i32Add).call(f)
  }
  /** Where the whole value would lie if the tile were a part of it, or where it does lie. */
  #tilePlace(c: Code, v: number, place: number | undefined, at: number): void {
    if (place === undefined) return this.#place(c, v)
    const own = this.#moving.get(v)
    if (own !== undefined) c.get(own)
    c.get(0).i32(place).op(OP.i32Add)
    c.get(at)
      .i32(this.#stretches.get(v) as number)
      .op(OP.i32Mul, OP.i32Sub)
    if (own !== undefined) c.get(own).op(OP.select)
  }
  #copy(c: Code, from: number, to: number): void {
    const { offsets } = this.#placement
    const shared = offsets[to] >= 0 && offsets[to] === offsets[from]
    // Values that change places may lie apart although they share one.
    if (shared) {
      this.#place(c, to)
      this.#place(c, from)
      c.op(OP.i32Ne, OP.if, 0x40)
    }
    this.#place(c, to)
    this.#place(c, from)
    c.i32(this.#program.values[to].bytes).fc(10, 0, 0)
    if (shared) c.op(OP.end)
  }
  #swap(c: Code, a: number, b: number): void {
    const [x, y] = [this.#moving.get(a) as number, this.#moving.get(b) as number]
    c.get(x).get(y).set(x).set(y)
  }
  #while(c: Code, x: Extract<Step, { kind: "while" }>): void {
    const count = this.#f.local(I32)
    c.i32(0).set(count).op(OP.block, 0x40, OP.loop, 0x40).call(this.#imports.poll)
    this.#steps(c, x.test)
    this.#place(c, x.flag)
    c.memory(OP.i32Load8U, 0).op(OP.i32Eqz, OP.brIf).u(1)
    this.#steps(c, x.body)
    c.get(count).i32(1).op(OP.i32Add).set(count).op(OP.br).u(0).op(OP.end, OP.end)
    if (x.count !== undefined) {
      this.#place(c, x.count)
      c.get(count).memory(OP.i32Store, 0)
    }
    this.#f.release(I32, count)
  }
  #for(c: Code, x: Extract<Step, { kind: "for" }>): void {
    if (x.length === 0) return
    const turn = this.#f.local(I32)
    const bytes = (value: number): number => this.#program.values[value].bytes
    for (const w of x.windows) {
      this.#place(c, w.of)
      if (x.reverse) c.i32((x.length - 1) * bytes(w.window)).op(OP.i32Add)
      c.set(this.#moving.get(w.window) as number)
    }
    c.i32(0).set(turn).op(OP.loop, 0x40).call(this.#imports.poll)
    this.#steps(c, x.body)
    for (const w of x.windows) {
      const local = this.#moving.get(w.window) as number
      c.get(local)
        .i32(x.reverse ? -bytes(w.window) : bytes(w.window))
        .op(OP.i32Add)
        .set(local)
    }
    c.get(turn)
      .i32(1)
      .op(OP.i32Add, OP.localTee)
      .u(turn)
      .i32(x.length)
      .op(OP.i32LtS, OP.brIf)
      .u(0)
      .op(OP.end)
    this.#f.release(I32, turn)
  }
  #coded(c: Code, x: Extract<Step, { kind: "routine" }>, kernel: CodedKernel): void {
    for (const v of [...x.inputs, ...x.outputs]) if (v !== undefined) this.#place(c, v)
    for (const size of kernel.sizes) c.i32(size)
    c.call(this.#imports.coded.index(kernel))
  }
  #host(c: Code, x: HostStep): void {
    const values = [...x.inputs, ...(x.kind === "routine" ? x.outputs : [])]
    values.forEach((v, i) => {
      c.get(0)
      if (v === undefined) c.i32(0)
      else this.#place(c, v)
      c.memory(OP.i32Store, this.#tableOffset + 4 * i)
    })
    c.get(0)
      .i32(this.hostSteps.push(x) - 1)
      .call(this.#imports.host)
  }
}
/** Places that the host reads at the end, or in a step of its own. */
function hostSlots(program: LoweredProgram): number {
  const most = (steps: readonly Step[]): number =>
    steps.reduce((n, x) => {
      if (x.kind === "routine") return Math.max(n, x.inputs.length + x.outputs.length)
      if (x.kind === "effect") return Math.max(n, x.inputs.length)
      return Math.max(n, ...innerSteps(x).map(most))
    }, 0)
  return Math.max(program.outputs.length, most(program.steps))
}
/** Where in the table the place of input `i` stands. */
export const inputSlot = (program: LoweredProgram, i: number): number =>
  4 * (hostSlots(program) + i)
/** Bytes behind the values for the table of places. */
export const tableBytes = (program: LoweredProgram): number =>
  64 * Math.ceil(inputSlot(program, program.inputs.length) / 64) + 64
