/** @file Graph to executable: lowers, places values, writes one module, instantiates it. */
import {
  type CompileOptions,
  DTYPES,
  type Executable,
  engine,
  type Graph,
  type KernelInfo,
  type Optimized,
  optimize,
  originsOf,
  placesOf,
} from "@defnote/core"
import {
  type Kernel,
  type Listing,
  type LoweredProgram,
  listing,
  lower,
  plan,
  type Step,
  streams,
  type Target,
  untouchedInputs,
} from "@defnote/lower"
import { CodedFunctions } from "./coded.ts"
import { takeovers } from "./donations.ts"
import { driverFunction, tableBytes } from "./driver-code.ts"
import { F64, I32, ModuleBuilder } from "./encoder.ts"
import { WasmExecutable } from "./executable.ts"
import { hasRelaxedSimd } from "./features.ts"
import { Helpers } from "./helpers.ts"
import { WORTH_KEEPING } from "./input-cache.ts"
import { kernelFunction } from "./kernel-code.ts"
import { KernelTimes } from "./kernel-times.ts"
import { codedFor, routineFor } from "./kernels/index.ts"
import { linearMemory } from "./memory.ts"
import { needWebAssembly } from "./web-assembly.ts"

const IMPORTS = [
  { name: "poll", params: [], results: [] },
  { name: "host", params: [I32, I32], results: [] },
  { name: "streamIn", params: [I32, I32, I32, I32], results: [] },
  { name: "streamOut", params: [I32, I32, I32, I32], results: [] },
  { name: "fmod", params: [F64, F64], results: [F64] },
  { name: "mark", params: [I32], results: [] },
] as const

/** How many rows of a matrix tile fit beside the vectors: V8 has about 15 vector registers. */
function targetFor(relaxed: boolean): Target {
  return {
    name: "wasm",
    lanes: 4,
    tile: relaxed ? { rows: 6, vectors: 2 } : { rows: 4, vectors: 2 },
    claims: (n) => routineFor(n) !== undefined || codedFor(n) !== undefined,
  }
}

export function compile(given: Graph, options: CompileOptions): Executable {
  const { graph, steps, origins } = optimize(given, options)
  const relaxed = hasRelaxedSimd() && !options.strict
  const program = lower(graph, targetFor(relaxed))
  const donated = options.donate ?? []
  const passing = { ...streams(program), placed: placedInputs(program, donated) }
  const placement = plan(program, passing.stretches)
  const module = new ModuleBuilder(IMPORTS)
  const helpers = new Helpers(module)
  const poll = module.importIndex("poll")
  const functions = program.kernels.map((k) =>
    module.add(kernelFunction(k, helpers, { relaxed, poll })),
  )
  const { main, hostSteps, tileBytes } = driverFunction(
    program,
    placement,
    functions,
    {
      poll,
      host: module.importIndex("host"),
      streamIn: module.importIndex("streamIn"),
      streamOut: module.importIndex("streamOut"),
      coded: new CodedFunctions(module),
      mark: options.profile ? module.importIndex("mark") : undefined,
    },
    passing,
  )
  module.add(main, "main")
  const parts = {
    program,
    placement,
    hostSteps,
    streamed: passing.stretches,
    placed: passing.placed,
    takeovers: takeovers(program, placement, passing.stretches, donated),
    blockBytes: placement.bytes + tableBytes(program) + tileBytes,
    kernels: program.kernels.map((k, i) => describeKernel(k, i, origins)),
    steps,
    origins,
    moving: swapped(program.steps),
    times: options.profile ? new KernelTimes(program.kernels.length) : undefined,
    name: "wasm",
  }
  return instantiate(module, parts)
}
function instantiate(
  module: ModuleBuilder,
  parts: ConstructorParameters<typeof WasmExecutable>[0],
): Executable {
  const wasm = needWebAssembly()
  const { times } = parts
  const env = {
    memory: linearMemory.memory,
    poll: () => engine.poll(),
    host: (base: number, i: number) => executable.host(base, i),
    streamIn: (v: number, from: number, bytes: number, to: number) =>
      executable.streamIn(v, from, bytes, to),
    streamOut: (v: number, from: number, bytes: number, at: number) =>
      executable.streamOut(v, from, bytes, at),
    fmod: (a: number, b: number) => a % b,
    mark: (kernel: number) => times?.mark(kernel),
  }
  const instance = new wasm.Instance(new wasm.Module(module.bytes()), { env })
  const executable = new WasmExecutable(parts, instance.exports.main)
  return executable
}

/** Inputs that are read in place where linear memory has a copy of them. Donated ones do not come again. */
function placedInputs(program: LoweredProgram, donated: readonly number[]): Set<number> {
  const gone = new Set(donated.map((i) => program.inputs[i]))
  const worthIt = [...untouchedInputs(program)].filter(
    (v) => program.values[v].bytes >= WORTH_KEEPING && !gone.has(v),
  )
  return new Set(worthIt)
}
/** Values that change places. */
function swapped(steps: readonly Step[], found = new Set<number>()): Set<number> {
  for (const x of steps) {
    if (x.kind === "swap") found.add(x.a).add(x.b)
    if (x.kind === "if") swapped(x.yes, swapped(x.no, found))
    if (x.kind === "while") swapped(x.test, swapped(x.body, found))
    if (x.kind === "for") swapped(x.body, found)
  }
  return found
}
/** The text is made when somebody looks at it. */
function describeKernel(k: Kernel, i: number, origins: Optimized["origins"]): KernelInfo {
  let text: Listing | undefined
  const read = (): Listing => {
    text ??= listing(k)
    return text
  }
  return {
    id: `k${i}`,
    form: k.form,
    nodes: originsOf(origins, k.nodes),
    places: k.places?.flatMap((p) => placesOf(origins, p)),
    why: k.why,
    whyNotNext: k.whyNotNext,
    language: "loop-ir",
    get source() {
      return read().source
    },
    get lineNodes() {
      return read().lineNodes.flatMap(([line, n]) =>
        originsOf(origins, [k.placeOf?.(n).node ?? n]).map((o) => [line, o] as const),
      )
    },
    get linePlaces() {
      return read().lineNodes.flatMap(([line, n]) =>
        k.placeOf ? placesOf(origins, k.placeOf(n)).map((p) => [line, p] as const) : [],
      )
    },
    bytes: k.bytes,
    flops: k.flops,
    buffers: k.buffers.map(({ name, use, dtype, size, node, place }) => ({
      name,
      use,
      bytes: size * DTYPES[dtype].bytes,
      node: node && originsOf(origins, [node])[0],
      place: place && placesOf(origins, place)[0],
    })),
  }
}
