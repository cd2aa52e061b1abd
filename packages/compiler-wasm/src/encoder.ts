/** @file Bytes of a WebAssembly module: instructions, functions, sections. Knows nothing of tensors. */
import { F32, F64, FC, I32, I64, OP, SIMD, V128, type WasmType } from "./opcodes.ts"

const scratch = new DataView(new ArrayBuffer(8))

/** A run of instructions. */
export class Code {
  readonly bytes: number[] = []
  /** How many loops this code stands in, for reusing locals. */
  readonly depth: number
  constructor(depth = 0) {
    this.depth = depth
  }
  op(...ops: readonly number[]): this {
    for (const o of ops) this.bytes.push(o)
    return this
  }
  /** Unsigned LEB128. */
  u(n: number): this {
    let x = n >>> 0
    while (x > 127) {
      this.bytes.push((x & 127) | 128)
      x >>>= 7
    }
    this.bytes.push(x)
    return this
  }
  /** Signed LEB128. */
  s(n: bigint): this {
    let x = n
    for (;;) {
      const byte = Number(x & 127n)
      x >>= 7n
      if ((x === 0n && !(byte & 64)) || (x === -1n && byte & 64)) {
        this.bytes.push(byte)
        return this
      }
      this.bytes.push(byte | 128)
    }
  }
  i32(n: number): this {
    this.bytes.push(OP.i32Const)
    let x = n | 0
    for (;;) {
      const byte = x & 127
      x >>= 7
      if ((x === 0 && !(byte & 64)) || (x === -1 && byte & 64)) {
        this.bytes.push(byte)
        return this
      }
      this.bytes.push(byte | 128)
    }
  }
  i64(n: bigint): this {
    this.bytes.push(OP.i64Const)
    return this.s(BigInt.asIntN(64, n))
  }
  f32(x: number): this {
    scratch.setFloat32(0, x, true)
    this.bytes.push(OP.f32Const)
    return this.#raw(4)
  }
  f64(x: number): this {
    scratch.setFloat64(0, x, true)
    this.bytes.push(OP.f64Const)
    return this.#raw(8)
  }
  #raw(n: number): this {
    for (let i = 0; i < n; i++) this.bytes.push(scratch.getUint8(i))
    return this
  }
  get(local: number): this {
    this.bytes.push(OP.localGet)
    return this.u(local)
  }
  set(local: number): this {
    this.bytes.push(OP.localSet)
    return this.u(local)
  }
  tee(local: number): this {
    this.bytes.push(OP.localTee)
    return this.u(local)
  }
  call(f: number): this {
    this.bytes.push(OP.call)
    return this.u(f)
  }
  fc(op: number, ...rest: readonly number[]): this {
    return this.op(0xfc)
      .u(op)
      .op(...rest)
  }
  simd(op: number, ...rest: readonly number[]): this {
    this.bytes.push(0xfd)
    return this.u(op).op(...rest)
  }
  /** A load or store; alignment is a hint, always given as one byte. */
  memory(op: number, offset: number): this {
    this.bytes.push(op, 0)
    return this.u(offset)
  }
  simdMemory(op: number, offset: number, lane?: number): this {
    this.bytes.push(0xfd)
    this.u(op)
    this.bytes.push(0)
    this.u(offset)
    if (lane !== undefined) this.bytes.push(lane)
    return this
  }
  /** A vector constant of four 32-bit words. */
  words(a: number, b: number, c: number, d: number): this {
    this.simd(SIMD.const)
    for (const w of [a, b, c, d]) for (let k = 0; k < 4; k++) this.bytes.push((w >>> (8 * k)) & 255)
    return this
  }
  /** Picks 32-bit words: 0 to 3 of the first vector, 4 to 7 of the second. */
  shuffleWords(a: number, b: number, c: number, d: number): this {
    this.simd(SIMD.shuffle)
    for (const w of [a, b, c, d]) for (let k = 0; k < 4; k++) this.bytes.push(4 * w + k)
    return this
  }
  append(other: Code): this {
    const from = other.bytes
    for (let i = 0; i < from.length; i++) this.bytes.push(from[i])
    return this
  }
}
export { FC, OP, SIMD }

/** One function: parameters, locals, a body. */
export class FunctionBuilder {
  readonly params: readonly WasmType[]
  readonly results: readonly WasmType[]
  readonly #locals: WasmType[] = []
  /** Locals that nobody uses any more, by the loop depth from which on they may be used again. */
  readonly #free: Map<WasmType, number[]>[] = []
  readonly code = new Code()
  constructor(params: readonly WasmType[], results: readonly WasmType[] = []) {
    this.params = params
    this.results = results
  }
  /**
   * A local for code in `depth` loops. What was used inside an inner loop is not given to outer code, which stands before
   * that loop and would find it overwritten in the next turn.
   */
  local(type: WasmType, depth = 0): number {
    for (let d = Math.min(depth, this.#free.length - 1); d >= 0; d--) {
      const free = this.#free[d]?.get(type)?.pop()
      if (free !== undefined) return free
    }
    this.#locals.push(type)
    return this.params.length + this.#locals.length - 1
  }
  release(type: WasmType, local: number, depth = 0): void {
    this.#free[depth] ??= new Map()
    const list = this.#free[depth].get(type)
    if (list) list.push(local)
    else this.#free[depth].set(type, [local])
  }
  /** The code at this depth ends: what it used may be used by what stands behind it. */
  leave(depth: number): void {
    const inner = this.#free[depth]
    if (!inner || depth === 0) return
    for (const [type, list] of inner) for (const local of list) this.release(type, local, depth - 1)
    this.#free[depth] = new Map()
  }
  body(): Code {
    const runs: [number, WasmType][] = []
    for (const t of this.#locals) {
      const last = runs.at(-1)
      if (last?.[1] === t) last[0]++
      else runs.push([1, t])
    }
    const out = new Code().u(runs.length)
    for (const [n, t] of runs) out.u(n).op(t)
    return out.append(this.code).op(OP.end)
  }
}

export interface Import {
  readonly name: string
  readonly params: readonly WasmType[]
  readonly results: readonly WasmType[]
}

/** A module that imports its memory as `env.memory` and functions of `env`. */
export class ModuleBuilder {
  readonly #types: string[] = []
  readonly #imports: Import[]
  readonly #functions: FunctionBuilder[] = []
  readonly #exports: [string, number][] = []
  constructor(imports: readonly Import[]) {
    this.#imports = [...imports]
  }
  importIndex(name: string): number {
    return this.#imports.findIndex((i) => i.name === name)
  }
  add(f: FunctionBuilder, exported?: string): number {
    this.#functions.push(f)
    const index = this.#imports.length + this.#functions.length - 1
    if (exported) this.#exports.push([exported, index])
    return index
  }
  #type(params: readonly WasmType[], results: readonly WasmType[]): number {
    const key = JSON.stringify([params, results])
    const known = this.#types.indexOf(key)
    return known >= 0 ? known : this.#types.push(key) - 1
  }
  bytes(): Uint8Array<ArrayBuffer> {
    const imports = new Code().u(this.#imports.length + 1)
    text(text(imports, "env"), "memory").op(0x02, 0x00).u(1)
    for (const i of this.#imports) {
      text(text(imports, "env"), i.name).op(0x00).u(this.#type(i.params, i.results))
    }
    const functions = new Code().u(this.#functions.length)
    for (const f of this.#functions) functions.u(this.#type(f.params, f.results))
    const exports = new Code().u(this.#exports.length)
    for (const [name, index] of this.#exports) text(exports, name).op(0x00).u(index)
    const code = new Code().u(this.#functions.length)
    for (const f of this.#functions) {
      const body = f.body()
      code.u(body.bytes.length).append(body)
    }
    const types = new Code().u(this.#types.length)
    for (const key of this.#types) {
      const [params, results] = JSON.parse(key) as [number[], number[]]
      types
        .op(0x60)
        .u(params.length)
        .op(...params)
        .u(results.length)
        .op(...results)
    }
    const out = new Code().op(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
    const sections = [
      [1, types],
      [2, imports],
      [3, functions],
      [7, exports],
      [10, code],
    ] as const
    for (const [id, content] of sections) out.op(id).u(content.bytes.length).append(content)
    return Uint8Array.from(out.bytes)
  }
}
function text(code: Code, s: string): Code {
  const bytes = [...s].map((c) => c.charCodeAt(0))
  return code.u(bytes.length).op(...bytes)
}

export { F32, F64, I32, I64, V128, type WasmType }
