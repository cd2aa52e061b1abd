/**
 * @file One kernel of the loop IR as one WebAssembly function. Every expression is computed in the outermost loop that knows
 * all it depends on; bodies are copied for unrolled loops, and shared where they do not differ.
 */
import { DTYPES, type DType } from "@defnote/core"
import {
  type Accumulator,
  IndexMath,
  type Kernel,
  type Loop,
  type Scalar,
  type Statement,
  type Store,
} from "@defnote/lower"
import { argument } from "./arguments.ts"
import { type Code, FunctionBuilder, I32, OP, SIMD } from "./encoder.ts"
import type { Helpers } from "./helpers.ts"
import { Addresses } from "./kernel-address.ts"
import { type Copy, FIRST, type Handle, Levels, type Open, project } from "./kernel-levels.ts"
import { Placement } from "./kernel-places.ts"
import { pushConstant, pushLoad, pushStore, ScalarSpeller, wasmType } from "./spell-scalar.ts"
import { LANES, type Vector, VectorSpeller } from "./spell-vector.ts"
import { loadVector, storeVector } from "./vector-narrow.ts"

export interface Options {
  readonly relaxed: boolean
  readonly poll: number
}

/** Writes the function: parameters are the buffers, then the range. */
export function kernelFunction(
  kernel: Kernel,
  helpers: Helpers,
  options: Options,
): FunctionBuilder {
  const ranged = kernel.range ? 2 : 0
  const f = new FunctionBuilder(Array.from({ length: kernel.buffers.length + ranged }, () => I32))
  new KernelWriter(kernel, f, helpers, options).write()
  return f
}

class KernelWriter {
  readonly #kernel: Kernel
  readonly #f: FunctionBuilder
  readonly #scalar: ScalarSpeller
  readonly #vector: VectorSpeller
  readonly #math: IndexMath
  readonly #places: Placement
  readonly #poll: number
  readonly #levels: Levels
  readonly #addresses: Addresses
  readonly #open = new Map<number, Open>()
  /** The index that lanes run along, or -1. */
  #lanes = -1
  /** Lanes that count in this turn. */
  #valid = LANES
  #temporaries = 100_000

  constructor(kernel: Kernel, f: FunctionBuilder, helpers: Helpers, options: Options) {
    this.#kernel = kernel
    this.#f = f
    this.#scalar = new ScalarSpeller(helpers)
    this.#vector = new VectorSpeller(f, this.#scalar, options.relaxed)
    this.#math = new IndexMath(kernel.extents)
    this.#places = new Placement(kernel)
    this.#poll = options.poll
    this.#levels = new Levels(f)
    const around = {
      kernel,
      f,
      math: this.#math,
      places: this.#places,
      levels: this.#levels,
      open: this.#open,
    }
    this.#addresses = new Addresses(around, (e, copy) => {
      const h = this.#value(e, copy)
      return (c) => this.#push(c, h)
    })
  }
  write(): void {
    this.#levels.enter(this.#f.code)
    this.#statements(this.#kernel.body, [])
    this.#levels.leave()
  }

  #varies(e: Scalar): boolean {
    return this.#lanes >= 0 && (this.#places.of(e).mask & (1 << this.#lanes)) !== 0
  }

  // ---- statements ----
  #statements(body: readonly Statement[], accumulators: readonly Accumulator[]): void {
    let run: Store[] = []
    const flush = (last: readonly Accumulator[]): void => {
      if (run.length || last.length) this.#copies(run, last)
      run = []
    }
    for (const statement of body) {
      if (statement.kind === "store") run.push(statement)
      else {
        flush([])
        if (statement.kind === "loop") this.#loop(statement)
        else this.#pollEvery(statement.index, statement.every)
      }
    }
    flush(accumulators)
  }
  /** Stores and updates, once for every copy that differs. */
  #copies(stores: readonly Store[], accumulators: readonly Accumulator[]): void {
    const seen = new Set<string>()
    const once = (key: string): boolean => !seen.has(key) && seen.add(key) !== undefined
    for (const copy of this.#allCopies()) {
      stores.forEach((x, i) => {
        const mask = this.#places.of(x.at).mask | this.#places.of(x.value).mask
        if (once(`s${i}${project(mask, copy)}`)) this.#store(x, copy)
      })
      accumulators.forEach((a) => {
        const { mask } = this.#places.argument(a.carry)
        if (once(`a${a.carry}${project(mask, copy)}`)) this.#update(a, copy)
      })
    }
  }
  #allCopies(): Copy[] {
    let all: Map<number, number>[] = [new Map()]
    for (const [index, { copies }] of this.#open) {
      if (copies < 2) continue
      all = all.flatMap((m) => Array.from({ length: copies }, (_, c) => new Map(m).set(index, c)))
    }
    return all
  }
  #pollEvery(index: number, every: number): void {
    const { local } = this.#open.get(index) as Open
    this.#levels.code
      .get(local)
      .i32(every - 1)
      .op(OP.i32And, OP.i32Eqz, OP.if, 0x40)
      .call(this.#poll)
      .op(OP.end)
  }

  // ---- loops ----
  #loop(l: Loop): void {
    const lanes = l.vector && (l.extent >= LANES || (l.ranged && l.extent >= LANES))
    const local = this.#f.local(I32, this.#levels.depth)
    const outer = { lanes: this.#lanes, valid: this.#valid }
    const copies = lanes ? l.copies : Math.min(l.copies, Math.max(1, l.extent))
    if (lanes) this.#lanes = l.index
    this.#initialise(l, Math.max(1, Math.min(copies, Math.max(1, l.extent))))
    this.#turns(l, local, lanes ? LANES : 1, Math.max(1, copies))
    this.#finish(l, lanes, outer)
    this.#f.release(I32, local, this.#levels.depth)
  }
  /** The turns: as many copies as fit, then single ones, then the masked rest. */
  #turns(l: Loop, local: number, width: number, copies: number): void {
    const last = this.#kernel.buffers.length
    const [from, to] = [last, last + 1]
    if (l.ranged) this.#levels.code.get(from).set(local)
    else this.#levels.code.i32(0).set(local)
    let done = 0
    const round = (c: number, unroll: number): void => {
      const step = width * c * unroll
      const count = Math.floor((l.extent - done) / step)
      if (count <= 0) return
      const body = this.#levels.round(unroll, (u) => {
        this.#turn(l, { local, step: width, copies: c, shift: u * width * c }, width)
      })
      if (l.ranged) this.#whileRange(local, to, step, body)
      else this.#counted(local, step, count, done + count * step, body)
      done += count * step
    }
    round(copies, l.unroll)
    if (l.unroll > 1) round(copies, 1)
    if (width > 1 && copies > 1) round(1, 1)
    const rest = l.extent - done
    if (rest <= 0) return
    const body = this.#levels.round(1, () => {
      this.#turn(l, { local, step: width, copies: width > 1 ? 1 : rest, shift: 0 }, rest)
    })
    if (l.ranged) {
      this.#levels.code.get(local).get(to).op(OP.i32LtS, OP.if, 0x40).append(body).op(OP.end)
    } else this.#levels.code.append(body)
  }
  /**
   * Tests at the end, behind one test before the loop: V8 moves what does not change (the vectors of constants) out of a
   * loop only if every way out of it has passed there.
   */
  #whileRange(local: number, to: number, step: number, body: Code): void {
    const fits = (): Code => {
      const c = this.#levels.code
      return c.get(local).i32(step).op(OP.i32Add).get(to).op(OP.i32LeS)
    }
    fits().op(OP.if, 0x40, OP.loop, 0x40).append(body)
    this.#levels.code.get(local).i32(step).op(OP.i32Add).set(local)
    fits().op(OP.brIf).u(0).op(OP.end, OP.end)
  }
  #counted(local: number, step: number, count: number, end: number, body: Code): void {
    if (count === 1) {
      this.#levels.code.append(body).i32(end).set(local)
      return
    }
    this.#levels.code.op(OP.loop, 0x40).append(body)
    this.#levels.code
      .get(local)
      .i32(step)
      .op(OP.i32Add)
      .tee(local)
      .i32(end)
      .op(OP.i32LtS, OP.brIf)
      .u(0)
      .op(OP.end)
  }
  /** One turn of all copies; of the lanes, `valid` count. */
  #turn(l: Loop, open: Open, valid: number): void {
    this.#open.set(l.index, open)
    const outer = this.#valid
    if (open.step > 1) this.#valid = Math.min(valid, LANES)
    this.#statements(l.body, l.accumulators)
    this.#valid = outer
    this.#open.delete(l.index)
  }

  // ---- accumulators ----
  /** Every accumulator starts from its identity, once per copy. */
  #initialise(l: Loop, copies: number): void {
    this.#open.set(l.index, { local: -1, step: 0, copies, shift: 0 })
    for (const a of l.accumulators) {
      const { mask } = this.#places.argument(a.carry)
      const varies = this.#lanes >= 0 && (mask & (1 << this.#lanes)) !== 0
      const seen = new Set<string>()
      for (const copy of this.#allCopies()) {
        const key = `${a.carry}${project(mask, copy)}`
        if (seen.has(key)) continue
        seen.add(key)
        this.#levels.keep(this.#levels.depth, `arg${key}`, this.#start(a, varies))
      }
    }
    this.#open.delete(l.index)
  }
  #start(a: Accumulator, varies: boolean): Handle {
    if (varies)
      return {
        kind: "vector",
        vector: this.#vector.constant(this.#levels.code, a.dtype, a.identity),
      }
    const local = this.#f.local(wasmType(a.dtype), this.#levels.depth)
    pushConstant(this.#levels.code, a.dtype, a.identity)
    this.#levels.code.set(local)
    return { kind: "scalar", dtype: a.dtype, local }
  }
  #argument(number: number, copy: Copy): Handle {
    const key = `arg${number}${project(this.#places.argument(number).mask, copy)}`
    const known = this.#levels.find(key)
    if (known) return known
    throw new Error(`internal: wasm: argument ${number} is read where it is not known`)
  }
  #update(a: Accumulator, copy: Copy): void {
    const into = this.#argument(a.carry, copy)
    const value = this.#value(a.update, copy)
    const c = this.#levels.code
    if (into.kind === "scalar") {
      this.#push(c, value)
      c.set(into.local)
      return
    }
    if (into.kind !== "vector") return
    const vector = this.#asVector(value, this.#levels.depth, `${a.update.id}`)
    into.vector.locals.forEach((local, i) => {
      c.get(vector.locals[i])
      if (this.#valid < LANES) {
        c.get(local)
        this.#mask(c, into.vector.locals.length === 2 ? i : -1)
        c.simd(SIMD.bitselect)
      }
      c.set(local)
    })
  }
  /** A mask of the lanes that count. */
  #mask(c: Code, part: number): void {
    const on = (lane: number): number => (lane < this.#valid ? -1 : 0)
    if (part < 0) c.words(on(0), on(1), on(2), on(3))
    else c.words(on(2 * part), on(2 * part), on(2 * part + 1), on(2 * part + 1))
  }
  /** Joins copies, then lanes; the results are known from here on. */
  #finish(l: Loop, lanes: boolean, outer: { lanes: number; valid: number }): void {
    for (const a of l.accumulators) {
      const groups = new Map<string, Handle[]>()
      const copies = this.#levels.at(this.#levels.depth).known
      for (const [key, h] of copies) {
        const prefix = `arg${a.carry}`
        if (key !== prefix && !key.startsWith(`${prefix},`)) continue
        const rest = key
          .slice(prefix.length)
          .split(",")
          .filter((x) => x && !x.startsWith(`${l.index}:`))
        const name = rest.map((x) => `,${x}`).join("")
        groups.set(name, [...(groups.get(name) ?? []), h])
      }
      for (const [name, parts] of groups) {
        if (lanes) this.#lanes = l.index
        const joined = this.#joinAll(a, parts)
        const result = lanes ? this.#joinLanes(a, joined, outer.lanes) : joined
        this.#levels.at(this.#levels.depth).known.set(`arg${a.result}${name}`, result)
      }
    }
    this.#lanes = outer.lanes
    this.#valid = outer.valid
  }
  #joinAll(a: Accumulator, parts: readonly Handle[]): Handle {
    let list = [...parts]
    while (list.length > 1) {
      const next: Handle[] = []
      for (let i = 0; i < list.length; i += 2) {
        next.push(i + 1 < list.length ? this.#combine(a, list[i], list[i + 1]) : list[i])
      }
      list = next
    }
    return list[0]
  }
  #combine(a: Accumulator, x: Handle, y: Handle): Handle {
    const [p, q] = [x, y].map((h) => this.#temporary(a.dtype, h))
    return this.#value(a.combine(p, q), FIRST)
  }
  /** A handle as an expression. */
  #temporary(dtype: DType, h: Handle): Scalar {
    const number = this.#temporaries++
    const mask = h.kind === "vector" && this.#lanes >= 0 ? 1 << this.#lanes : 0
    this.#places.declare(number, this.#levels.depth, mask)
    this.#levels.at(this.#levels.depth).known.set(`arg${number}`, h)
    return argument(dtype, number)
  }
  #joinLanes(a: Accumulator, h: Handle, outerLanes: number): Handle {
    if (h.kind !== "vector") return h
    this.#lanes = outerLanes
    const scalars = Array.from({ length: LANES }, (_, lane): Handle => {
      const local = this.#f.local(wasmType(a.dtype), this.#levels.depth)
      this.#vector.extract(this.#levels.code, h.vector, lane)
      this.#levels.code.set(local)
      this.#levels.at(this.#levels.depth).locals.push([wasmType(a.dtype), local])
      return { kind: "scalar", dtype: a.dtype, local }
    })
    return this.#joinAll(a, scalars)
  }

  // ---- values ----
  /**
   * The value of an expression for a copy: a vector where it varies along the lanes. Iterative; what a load needs of its
   * position it asks for itself.
   */
  #value(root: Scalar, copy: Copy): Handle {
    const found = this.#find(root, copy)
    if (found) return found
    const done = new Set<Scalar>()
    const stack: [Scalar, number][] = [[root, 0]]
    while (stack.length) {
      const top = stack[stack.length - 1]
      const next = top[0].op === "load" ? undefined : top[0].args[top[1]++]
      if (!next) {
        this.#compute(top[0], copy)
        stack.pop()
      } else if (!done.has(next) && !(this.#varies(top[0]) && this.#isSplatLoad(next))) {
        done.add(next)
        if (!this.#find(next, copy)) stack.push([next, 0])
      }
    }
    return this.#find(root, copy) as Handle
  }
  #find(e: Scalar, copy: Copy): Handle | undefined {
    if (e.op === "constant") return { kind: "constant", dtype: e.dtype, value: e.value }
    if (e.op === "argument") return this.#argument(Number(e.value), copy)
    const { mask, depth } = this.#places.of(e)
    return this.#levels
      .at(depth)
      .known.get(`${e.id}${project(mask, copy)}${this.#varies(e) ? "v" : ""}`)
  }
  #compute(e: Scalar, copy: Copy): void {
    if (e.op === "constant" || e.op === "argument") return
    const { mask, depth } = this.#places.of(e)
    const varies = this.#varies(e)
    const key = `${e.id}${project(mask, copy)}${varies ? "v" : ""}`
    if (this.#levels.at(depth).known.has(key)) return
    const h = varies ? this.#computeVector(e, copy, depth) : this.#computeScalar(e, copy, depth)
    this.#levels.keep(depth, key, h)
  }
  #computeScalar(e: Scalar, copy: Copy, depth: number): Handle {
    const c = this.#levels.at(depth).code
    if (e.op === "index") return this.#indexValue(Number(e.value), copy, depth)
    const args = e.op === "load" ? [] : e.args.map((a) => this.#value(a, copy))
    const address =
      e.op === "load" ? this.#addresses.of(Number(e.value), e.args[0], copy) : undefined
    if (address) {
      address.push(c)
      pushLoad(c, e.dtype, address.offset)
    } else this.#scalar.spell(c, e, (k) => this.#push(c, args[k]))
    const local = this.#f.local(wasmType(e.dtype), depth)
    c.set(local)
    return { kind: "scalar", dtype: e.dtype, local }
  }
  #indexValue(index: number, copy: Copy, depth: number): Handle {
    const { local, step, shift: before } = this.#open.get(index) as Open
    const shift = (copy.get(index) ?? 0) * step + before
    const to = this.#f.local(I32, depth)
    const c = this.#levels.at(depth).code
    c.get(local)
    if (shift) c.i32(shift).op(OP.i32Add)
    c.set(to)
    return { kind: "scalar", dtype: "i32", local: to }
  }
  #computeVector(e: Scalar, copy: Copy, depth: number): Handle {
    const c = this.#levels.at(depth).code
    if (e.op === "index") return this.#laneIndices(Number(e.value), copy, c)
    if (e.op === "load") return { kind: "vector", vector: this.#loadVector(e, copy, depth) }
    const handles = e.args.map((a) =>
      this.#isSplatLoad(a) ? this.#splatLoad(a, copy) : this.#value(a, copy),
    )
    const shifts = e.op === "shiftLeft" || e.op === "shiftRight"
    const amount = shifts && handles[1].kind !== "vector" ? handles[1] : undefined
    const vectors = handles.map((h, k) =>
      k === 1 && amount ? undefined : this.#spread(h, e.args[k], copy),
    )
    const push = amount && ((): void => this.#push(c, amount))
    return { kind: "vector", vector: this.#vector.spell(c, e, vectors as Vector[], push) }
  }
  /** A load of 32 or 64 bits that is the same for all lanes: one instruction loads and spreads it. */
  #isSplatLoad(e: Scalar): boolean {
    return e.op === "load" && DTYPES[e.dtype].bytes >= 4 && !this.#varies(e)
  }
  #splatLoad(e: Scalar, copy: Copy): Handle {
    const { mask, depth } = this.#places.of(e)
    const key = `spread${e.id}${project(mask, copy)}`
    const known = this.#levels.at(depth).known.get(key)
    if (known) return known
    const address = this.#addresses.of(Number(e.value), e.args[0], copy)
    const c = this.#levels.at(depth).code
    const vector = this.#vector.make(c, e.dtype)
    const wide = vector.locals.length === 2
    address.push(c)
    c.simdMemory(wide ? SIMD.load64Splat : SIMD.load32Splat, address.offset)
    c.set(vector.locals[0])
    if (wide) c.get(vector.locals[0]).set(vector.locals[1])
    return this.#levels.keep(depth, key, { kind: "vector", vector })
  }
  #laneIndices(index: number, copy: Copy, c: Code): Handle {
    const { local, step, shift: before } = this.#open.get(index) as Open
    const shift = (copy.get(index) ?? 0) * step + before
    const vector = this.#vector.splat(c, "i32", () => c.get(local))
    c.get(vector.locals[0])
      .words(shift, shift + 1, shift + 2, shift + 3)
      .simd(SIMD.i32x4Add)
      .set(vector.locals[0])
    return { kind: "vector", vector }
  }
  /** A scalar as a vector, made where the scalar is known. */
  #spread(h: Handle, e: Scalar, copy: Copy): Vector {
    if (h.kind === "vector") return h.vector
    const place = this.#places.of(e)
    const depth = h.kind === "constant" ? Math.max(0, this.#levels.depth - 1) : place.depth
    return this.#asVector(h, depth, `${e.id}${project(place.mask, copy)}`)
  }
  #asVector(h: Handle, depth: number, name: string): Vector {
    if (h.kind === "vector") return h.vector
    const key = `splat${h.kind === "constant" ? `${h.dtype}${String(h.value)}${Object.is(h.value, -0)}` : `${h.local}:${name}`}`
    const known = this.#levels.find(key, Math.min(depth, this.#levels.depth))
    if (known?.kind === "vector") return known.vector
    const c = this.#levels.at(depth).code
    const vector = this.#vector.splat(c, h.dtype, () => this.#push(c, h))
    this.#levels.keep(depth, key, { kind: "vector", vector })
    return vector
  }
  #push(c: Code, h: Handle): void {
    if (h.kind === "constant") pushConstant(c, h.dtype, h.value)
    else if (h.kind === "scalar") c.get(h.local)
    else throw new Error("internal: wasm: a vector where a scalar is meant")
  }

  // ---- memory ----
  #store(x: Store, copy: Copy): void {
    const value = this.#value(x.value, copy)
    const c = this.#levels.code
    const lanes = this.#lanes >= 0 && this.#varies(x.at)
    if (!lanes) {
      const address = this.#addresses.of(x.buffer, x.at, copy)
      address.push(c)
      this.#push(c, value)
      pushStore(c, x.value.dtype, address.offset)
      return
    }
    const vector = this.#spread(value, x.value, copy)
    const stride = this.#stride(x.at)
    if (stride === 1) {
      const address = this.#addresses.of(x.buffer, x.at, copy)
      storeVector(c, vector, address.offset, this.#valid, () => address.push(c))
      return
    }
    const place = this.#lanePlaces(x.buffer, x.at, copy, stride)
    for (let lane = 0; lane < this.#valid; lane++) {
      const offset = place(c, lane)
      this.#vector.extract(c, vector, lane)
      pushStore(c, x.value.dtype, offset)
    }
  }
  #loadVector(e: Scalar, copy: Copy, depth: number): Vector {
    const c = this.#levels.at(depth).code
    const [buffer, at] = [Number(e.value), e.args[0]]
    const stride = this.#stride(at)
    const vector = this.#vector.make(c, e.dtype)
    if (stride === 1) {
      const address = this.#addresses.of(buffer, at, copy)
      loadVector(c, vector, address.offset, () => address.push(c))
      return vector
    }
    const place = this.#lanePlaces(buffer, at, copy, stride)
    for (let lane = 0; lane < this.#valid; lane++) {
      this.#vector.replace(c, vector, lane, () => pushLoad(c, e.dtype, place(c, lane)))
    }
    return vector
  }
  /** Elements between neighbouring lanes; undefined where no line describes it. */
  #stride(at: Scalar): number | undefined {
    let stride = 0
    for (const [atom, k] of this.#math.linear(at).terms) {
      if (atom.op === "index" && Number(atom.value) === this.#lanes) stride = k
      else if (this.#varies(atom)) return undefined
    }
    return stride
  }
  /** Puts the place of a lane on the stack; gives the constant offset. */
  #lanePlaces(
    buffer: number,
    at: Scalar,
    copy: Copy,
    stride: number | undefined,
  ): (c: Code, lane: number) => number {
    const { bytes } = DTYPES[this.#kernel.buffers[buffer].dtype]
    if (stride !== undefined) {
      const address = this.#addresses.of(buffer, at, copy)
      return (c, lane) => {
        address.push(c)
        const offset = address.offset + lane * stride * bytes
        if (offset >= 0) return offset
        c.i32(offset).op(OP.i32Add)
        return 0
      }
    }
    const places = this.#spread(this.#value(at, copy), at, copy)
    return (c, lane) => {
      c.get(buffer)
      this.#vector.extract(c, places, lane)
      c.i32(bytes).op(OP.i32Mul, OP.i32Add)
      return 0
    }
  }
}
