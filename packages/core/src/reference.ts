/**
 * @file The reference compiler: naive loops over JavaScript numbers, rounded to the dtype where a value is stored. The
 * ground truth of every test (D6.5); slow and plain. A graph is prepared once and may run many times.
 */
import { allocateBuffer } from "./budget.ts"
import type { Compiler, Executable, KernelBuffer, KernelInfo } from "./compiler.ts"
import {
  allocate,
  DTYPES,
  type DType,
  isFloat,
  isHalf,
  isWide,
  type TypedArray,
  view,
} from "./dtype.ts"
import { engine } from "./engine.ts"
import { CompileError, internal } from "./errors.ts"
import { type Graph, postorder } from "./graph.ts"
import { fit, read, type Value, write } from "./number.ts"
import type { Op, Values } from "./op.ts"
import { callOp, condOp, scanOp, whileOp } from "./ops/control.ts"
import { linear } from "./ops/move-family.ts"
import { elementOp, isElement, paramOp, valueOp } from "./ops/source.ts"
import { type Optimized, optimize, originsOf } from "./passes.ts"
import * as s from "./scalar.ts"
import { compileScalar } from "./scalar-run.ts"
import { formatType, range, sizeOf, type TensorType } from "./shape.ts"
import { CpuStorage, elementsOf, type Storage } from "./storage.ts"
import { describe, storageOf, type Tensor } from "./tensor.ts"
import { currentTrace, withTable } from "./trace.ts"

/** Values of the inputs to values of the outputs. */
type Run = (inputs: readonly Values[]) => readonly Values[]
/** How one node computes: values of its inputs to values of its outputs. */
type NodeRun = (inputs: readonly Values[], wanted: ReadonlySet<number>) => readonly Values[]

/** Halves are held as the numbers that they mean. */
const held = (d: DType, n: number): TypedArray => (isHalf(d) ? new Float32Array(n) : allocate(d, n))
/** The values rounded or wrapped to the dtype. */
function store(t: TensorType, x: Values): Values {
  const out = held(t.dtype, sizeOf(t.shape))
  const lift: (v: Value) => Value = isWide(t.dtype)
    ? (v) => BigInt(v)
    : isFloat(t.dtype)
      ? Number
      : (v) => v
  for (let i = 0; i < out.length; i++) out[i] = fit(t.dtype, lift(x[i]))
  return out
}
/** What a storage of this type holds, as values. */
function decode(t: TensorType, storage: Storage): Values {
  const elements = elementsOf(storage, t.dtype)
  if (!isHalf(t.dtype)) return elements
  return Float32Array.from(
    { length: elements.length },
    (_, i) => read(t.dtype, elements, i) as number,
  )
}
function encode(t: TensorType, x: Values): Storage {
  const out = view(t.dtype, allocateBuffer(t.dtype, sizeOf(t.shape), "reference"))
  for (let i = 0; i < out.length; i++) write(t.dtype, out, i, x[i])
  return new CpuStorage(out.buffer as ArrayBuffer)
}

/** Elements between two looks at the cancel word (K2.1). */
const POLL_EVERY = 4096
/** Every element by the op's own definition of it. */
function mapped(n: Tensor): NodeRun {
  const at = n.op.at as NonNullable<Op["at"]>
  const load = (k: number, i: readonly s.Scalar[]): s.Scalar =>
    s.load(n.inputs[k].dtype, k, linear(i, n.inputs[k].shape))
  const element = compileScalar(
    at(
      n.shape.map((_, k) => s.index(k)),
      load,
      n,
    ),
  )
  const size = sizeOf(n.shape)
  return (buffers) => {
    const out = held(n.dtype, size)
    const index = n.shape.map(() => 0)
    for (let i = 0; i < size; i++) {
      if (i % POLL_EVERY === 0) engine.poll()
      out[i] = element({ index, buffers })
      for (let k = index.length - 1; k >= 0 && ++index[k] === n.shape[k]; k--) index[k] = 0
    }
    return [out]
  }
}

/** A node whose op has a body is that body over its inputs, with the effects that happen in it. */
function expanded(n: Tensor): NodeRun {
  const params = [...new Set(n.inputs)]
  const { outputs, effects } = bodyOf(n)
  const run = prepare(params, outputs, effects)
  return (x) => run(params.map((p) => x[n.inputs.indexOf(p)]))
}
interface Body {
  readonly outputs: readonly Tensor[]
  readonly effects: readonly Tensor[]
}
const bodies = new WeakMap<Tensor, Body>()
function bodyOf(n: Tensor): Body {
  const known = bodies.get(n)
  if (known) return known
  const made = currentTrace()?.effects ?? []
  const before = made.length
  const outputs = (n.op.body as NonNullable<Op["body"]>)(n)
  const body = { outputs, effects: made.slice(before) }
  bodies.set(n, body)
  return body
}

const graphAttr = (n: Tensor, name: string): Graph => n.attrs[name] as Graph

function cond(n: Tensor): NodeRun {
  const [yes, no] = [graphAttr(n, "yes"), graphAttr(n, "no")].map(prepared)
  if (n.inputs[0].rank === 0) return ([p, ...x]) => (p[0] ? yes(x) : no(x))
  return ([p, ...x]) => {
    const [a, b] = [yes(x), no(x)]
    return n.types.map((t, k) => perLane(t, p, a[k], b[k]))
  }
}
/** A predicate with axes chooses for whole lanes. */
function perLane(t: TensorType, p: Values, yes: Values, no: Values): Values {
  const out = held(t.dtype, sizeOf(t.shape))
  const width = out.length / p.length
  for (let i = 0; i < out.length; i++) out[i] = p[Math.floor(i / width)] ? yes[i] : no[i]
  return out
}

function loop(n: Tensor): NodeRun {
  const carries = n.attrs.carries as number
  const [test, body] = [graphAttr(n, "test"), graphAttr(n, "body")].map(prepared)
  return (x) => {
    const fixed = x.slice(carries)
    let state: readonly Values[] = x.slice(0, carries)
    let count = 0
    while (test([...state, ...fixed])[0][0]) {
      engine.poll()
      state = body([...state, ...fixed])
      count++
    }
    return [...state, [count]]
  }
}

interface ScanAttrs {
  readonly carries: number
  readonly xs: number
  readonly length: number
  readonly reverse: boolean
}
function scan(n: Tensor): NodeRun {
  const { carries, xs, length, reverse } = n.attrs as unknown as ScanAttrs
  const body = prepared(graphAttr(n, "body"))
  const width = (t: TensorType): number => sizeOf(t.shape) / length
  return (x, wanted) => {
    const out = n.types.map((t, i) =>
      i >= carries && wanted.has(i) ? held(t.dtype, sizeOf(t.shape)) : [],
    )
    const slices = (at: number): Values[] =>
      range(xs).map((i) => {
        const w = width(n.inputs[carries + i].type)
        return (x[carries + i] as TypedArray).subarray(at * w, at * w + w)
      })
    let state: readonly Values[] = x.slice(0, carries)
    for (let turn = 0; turn < length; turn++) {
      engine.poll()
      const at = reverse ? length - 1 - turn : turn
      const y = body([...state, ...slices(at), ...x.slice(carries + xs)])
      const rows = [...y, ...state]
      for (const i of wanted) {
        if (i >= carries) (out[i] as TypedArray).set(rows[i] as never, at * width(n.types[i]))
      }
      state = y.slice(0, carries)
    }
    return [...state, ...out.slice(carries)]
  }
}

/** The closed list of syntax nodes (D3.3). */
const SYNTAX = new Map<Op, (n: Tensor) => NodeRun>([
  [valueOp, (n) => () => [decode(n.type, storageOf(n) as Storage)]],
  [elementOp, () => (x) => x],
  [condOp, cond],
  [whileOp, loop],
  [scanOp, scan],
  [callOp, (n) => prepared(graphAttr(n, "body"))],
])

/** How a node computes. @throws CompileError for an op without a definition */
function prepareNode(n: Tensor): NodeRun {
  const syntax = SYNTAX.get(n.op)
  if (syntax) return syntax(n)
  const { evaluate } = n.op
  if (evaluate)
    return (x, wanted) =>
      evaluate(x, n, wanted).map((v, i) => (v.length ? store(n.types[i], v) : v))
  if (n.op.at) return mapped(n)
  if (n.op.body) return expanded(n)
  if (n.op === paramOp) throw internal(`reference: ${describe(n)} is a parameter without a value`)
  throw new CompileError(
    `reference: ${n.op.name} of ${n.types.map(formatType).join(", ")} has no definition to run`,
    { op: n.op.name, node: n },
  )
}

/** Which outputs of nodes with several are looked at (C6). */
function wantedOutputs(
  order: readonly Tensor[],
  outputs: readonly Tensor[],
): Map<Tensor, Set<number>> {
  const wanted = new Map<Tensor, Set<number>>()
  const want = (n: Tensor, i: number): void => {
    wanted.set(n, (wanted.get(n) ?? new Set()).add(i))
  }
  for (const n of order) {
    if (isElement(n)) want(n.inputs[0], n.attrs.i as number)
    else for (const x of n.inputs) want(x, 0)
  }
  for (const y of outputs) want(y, 0)
  return wanted
}

/** A function of the values of `params`; everything that does not depend on values is done once. */
function prepare(
  params: readonly Tensor[],
  outputs: readonly Tensor[],
  effects: readonly Tensor[],
): Run {
  const roots = [...effects, ...outputs]
  const given = new Set(params)
  const order = postorder(roots, (n) => !given.has(n)).filter((n) => !given.has(n))
  const wanted = wantedOutputs(order, outputs)
  const slots = new Map([...params, ...order].map((n, i) => [n, i]))
  const none = new Set<number>()
  const steps = order.map((n) => ({
    run: prepareNode(n),
    wanted: wanted.get(n) ?? none,
    inputs: n.inputs.map((x) => slots.get(x) as number),
    output: isElement(n) ? (n.attrs.i as number) : 0,
  }))
  const results = outputs.map((y) => slots.get(y) as number)
  return (inputs) => {
    const values: (readonly Values[])[] = params.map((_, i) => [inputs[i]])
    for (const step of steps) {
      engine.poll()
      values.push(
        step.run(
          step.inputs.map((i) => values[i][step.output]),
          step.wanted,
        ),
      )
    }
    return results.map((i) => values[i][0])
  }
}

const programs = new WeakMap<Graph, Run>()
/** The program of a closed graph, prepared once. */
function prepared(graph: Graph): Run {
  let run = programs.get(graph)
  if (!run) {
    run = withTable(graph.table, () => prepare(graph.inputs, graph.outputs, graph.effects))
    programs.set(graph, run)
  }
  return run
}

/** The values of the outputs for values of the inputs, plain arrays too: for tests and tools. */
export function runGraph(graph: Graph, inputs: readonly Values[]): readonly Values[] {
  return prepared(graph)(inputs.map((x, i) => store(graph.inputs[i].type, x)))
}

/** One kernel per node, spelled as what it is. */
function kernelsOf(graph: Graph, origins: Optimized["origins"]): KernelInfo[] {
  return postorder([...graph.effects, ...graph.outputs])
    .filter((n) => n.inputs.length)
    .map((n, i) => ({
      id: `reference_${i}`,
      form: "node",
      nodes: originsOf(origins, [n]),
      why: "the reference compiler runs every node on its own",
      language: "text",
      source: describe(n),
      lineNodes: originsOf(origins, [n]).map((o) => [1, o] as const),
      bytes: 0,
      flops: 0,
      buffers: [
        ...n.inputs.map((x, k) => buffer(x, `x${k}`, "read", origins)),
        buffer(n, "y", "write", origins),
      ],
    }))
}
const buffer = (
  n: Tensor,
  name: string,
  use: KernelBuffer["use"],
  origins: Optimized["origins"],
): KernelBuffer => ({
  name,
  use,
  node: originsOf(origins, [n])[0],
  bytes: n.types.reduce((sum, t) => sum + sizeOf(t.shape) * DTYPES[t.dtype].bytes, 0),
})

/** Runs everything, anywhere, slowly: the oracle of the other compilers. */
export const reference: Compiler = {
  name: "reference",
  devices: ["cpu"],
  available: () => true,
  compile(given, options): Executable {
    const { graph, steps, origins } = optimize(given, options)
    const run = prepared(graph)
    return {
      run: (inputs) => {
        const values = run(inputs.map((storage, i) => decode(graph.inputs[i].type, storage)))
        return values.map((v, i) => encode(graph.outputs[i].type, v))
      },
      get kernels() {
        return kernelsOf(graph, origins)
      },
      memory: { peakBytes: 0, values: [] },
      steps,
      dispose() {},
    }
  },
}
