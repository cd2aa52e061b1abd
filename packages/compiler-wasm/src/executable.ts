/** @file A compiled program: brings inputs in, runs, copies results out into buffers of their own (D4.2). */
import {
  affordedBytes,
  CpuStorage,
  DeviceError,
  type Executable,
  engine,
  type KernelInfo,
  type MemoryPlan,
  type Optimized,
  originsOf,
  placesOf,
  read,
  type Storage,
  type Tensor,
  type TypedArray,
  takeSpare,
  view,
} from "@defnote/core"
import type { LoweredProgram, Placement } from "@defnote/lower"
import { Gifts, type Takeovers } from "./donations.ts"
import { type HostStep, inputSlot } from "./driver-code.ts"
import { inputCache, type Kept } from "./input-cache.ts"
import type { KernelTimes } from "./kernel-times.ts"
import { routineFor } from "./kernels/index.ts"
import { linearMemory } from "./memory.ts"
import { uninitialised } from "./uninitialised.ts"

export interface Parts {
  readonly program: LoweredProgram
  readonly placement: Placement
  /** Bytes of the block that a run needs. */
  readonly blockBytes: number
  readonly hostSteps: readonly HostStep[]
  readonly kernels: readonly KernelInfo[]
  readonly steps: Executable["steps"]
  /** The nodes of the given graph that a node of the program stands for. */
  readonly origins: Optimized["origins"]
  /** Outputs whose place is only known at the end: read from the table. */
  readonly moving: ReadonlySet<number>
  /** Values that pass by in parts and are never in the block as a whole. */
  readonly streamed: ReadonlyMap<number, number>
  /** Inputs whose place stands in the table. */
  readonly placed: ReadonlySet<number>
  /** Results that take over the buffers of donated inputs. */
  readonly takeovers: Takeovers
  /** Present in programs that were compiled to be measured. */
  readonly times: KernelTimes | undefined
  readonly name: string
}

export class WasmExecutable implements Executable {
  readonly kernels: readonly KernelInfo[]
  readonly memory: MemoryPlan
  readonly steps: Executable["steps"]
  readonly #parts: Parts
  #main: ((base: number) => void) | undefined

  constructor(parts: Parts, main: (base: number) => void) {
    this.#parts = parts
    this.#main = main
    this.kernels = parts.kernels
    this.steps = parts.steps
    this.memory = memoryPlan(parts)
  }
  get kernelNs(): readonly number[] | undefined {
    return this.#parts.times?.nanoseconds
  }
  run(inputs: readonly Storage[]): Storage[] {
    this.#parts.times?.begin()
    const main = this.#main
    if (!main) throw new Error("internal: wasm: the program was disposed")
    engine.poll()
    const { blockBytes, name, streamed, program, takeovers } = this.#parts
    const outer = [this.#streams, this.#gifts] as const
    const buffers = this.#buffersOf(inputs)
    const bytesOf = (k: number): number => program.values[program.outputs[k]].bytes
    const gifts = takeovers.size ? new Gifts(takeovers, inputs, buffers, bytesOf) : undefined
    const base = linearMemory.acquire(blockBytes, name)
    const held: Kept[] = []
    try {
      this.#gifts = gifts
      if (streamed.size) this.#streams = new Map()
      this.#bringIn(base, buffers, held)
      main(base)
      return this.#copyOut(base)
    } catch (e) {
      gifts?.spoil()
      throw e
    } finally {
      ;[this.#streams, this.#gifts] = outer
      for (const kept of held) inputCache.letGo(kept)
      linearMemory.release(base, blockBytes)
    }
  }
  /** Buffers of the streamed values of the run in progress. */
  #streams = new Map<number, Uint8Array<ArrayBuffer>>()
  /** The buffers that were donated to the run in progress. */
  #gifts: Gifts | undefined
  /** The buffers of the inputs; those worth it get their copies before the block takes what room there is. */
  #buffersOf(inputs: readonly Storage[]): ArrayBuffer[] {
    const { program, placed } = this.#parts
    return program.inputs.map((value, i) => {
      const storage = inputs[i]
      if (!storage.readSync)
        throw new DeviceError(
          `wasm: input ${i} is on ${storage.device}; write \`await t.to("cpu")\``,
        )
      const buffer = storage.readSync()
      if (placed.has(value)) inputCache.notice(buffer)
      return buffer
    })
  }
  #bringIn(base: number, buffers: readonly ArrayBuffer[], held: Kept[]): void {
    const { program, placed, streamed } = this.#parts
    program.inputs.forEach((value, i) => {
      const kept = placed.has(value) ? inputCache.hold(buffers[i]) : undefined
      if (kept) held.push(kept)
      const at = kept ? kept.at : this.#copyIn(base, value, buffers[i])
      if (placed.has(value)) this.#tellPlace(base, i, at)
    })
    program.outputs.forEach((value, k) => {
      if (streamed.has(value)) this.#streams.set(value, new Uint8Array(this.#memoryFor(value, k)))
    })
  }
  /** Copies an input into the block, or prepares its stream; gives its place, 0 for a stream. */
  #copyIn(base: number, value: number, buffer: ArrayBuffer): number {
    const { program, placement, streamed } = this.#parts
    if (streamed.has(value)) {
      this.#streams.set(value, new Uint8Array(buffer))
      return 0
    }
    const at = base + placement.offsets[value]
    if (placement.offsets[value] >= 0)
      linearMemory.bytes.set(new Uint8Array(buffer, 0, program.values[value].bytes), at)
    return at
  }
  #tellPlace(base: number, input: number, at: number): void {
    const { program, placement } = this.#parts
    const slot = base + placement.bytes + inputSlot(program, input)
    new Uint32Array(linearMemory.memory.buffer, slot, 1)[0] = at
  }
  /** Memory for result `k`, which must be written as a whole. */
  #memoryFor(value: number, k: number): ArrayBuffer {
    const given = this.#gifts?.of(k)
    if (given) return given
    const { bytes, dtype, elements } = this.#parts.program.values[value]
    return takeSpare(bytes) ?? uninitialised(affordedBytes(dtype, elements, "wasm"))
  }
  #copyOut(base: number): Storage[] {
    const { program, placement, moving, streamed } = this.#parts
    const { buffer } = linearMemory.memory
    const table = new Uint32Array(buffer, base + placement.bytes, program.outputs.length)
    return program.outputs.map((value, i) => {
      const passed = streamed.has(value) && this.#streams.get(value)
      if (passed) return new CpuStorage(passed.buffer, { ours: true })
      const at = moving.has(value) ? table[i] : base + placement.offsets[value]
      const out = this.#memoryFor(value, i)
      new Uint8Array(out).set(new Uint8Array(buffer, at, program.values[value].bytes))
      return new CpuStorage(out, { ours: true })
    })
  }
  streamIn(value: number, from: number, bytes: number, to: number): void {
    const source = this.#streams.get(value) as Uint8Array
    linearMemory.bytes.set(source.subarray(from, from + bytes), to)
  }
  streamOut(value: number, to: number, bytes: number, from: number): void {
    const target = this.#streams.get(value) as Uint8Array
    target.set(linearMemory.bytes.subarray(from, from + bytes), to)
  }
  /** Runs a step of the host; the table holds the places of its values. */
  host(base: number, index: number): void {
    const { hostSteps, placement } = this.#parts
    const x = hostSteps[index]
    const outputs = x.kind === "routine" ? x.outputs : []
    const table = new Uint32Array(
      linearMemory.memory.buffer,
      base + placement.bytes,
      x.inputs.length + outputs.length,
    )
    const places = [...table]
    const array = (value: number, i: number): TypedArray => {
      const { dtype, elements } = this.#parts.program.values[value]
      return view(dtype, linearMemory.memory.buffer, places[i], elements)
    }
    const given = x.inputs.map(array)
    if (x.kind === "effect") return runEffect(x.node, given)
    const to = outputs.map((v, i) => (v === undefined ? undefined : array(v, x.inputs.length + i)))
    routineFor(x.node)?.(x.node, given, to)
  }
  dispose(): void {
    this.#main = undefined
  }
}
/** An effect sees values, not memory: it may keep them. */
function runEffect(n: Tensor, inputs: readonly TypedArray[]): void {
  const values = inputs.map((x, i) => valuesOf(n.inputs[i], x))
  n.op.evaluate?.(values, n, new Set())
}
function valuesOf(n: Tensor, x: TypedArray): ArrayLike<number | bigint> {
  return Array.from({ length: x.length }, (_, i) => read(n.dtype, x, i))
}
function memoryPlan({ program, placement, origins }: Parts): MemoryPlan {
  const values = program.values.flatMap((v) => {
    const { from, to } = placement.lives[v.id]
    const node = v.node && originsOf(origins, [v.node])[0]
    const place = v.place && placesOf(origins, v.place)[0]
    return v.home.kind === "scratch" && to >= 0 ? [{ node, place, bytes: v.bytes, from, to }] : []
  })
  return { peakBytes: placement.bytes, values }
}
