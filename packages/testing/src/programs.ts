/** @file Programs of the conformance table: the graph of a sample, what is derived from it, and running graphs. */
import {
  batchGraph,
  type CompileOptions,
  type Compiler,
  compileScalar,
  type DType,
  differentiable,
  elements,
  fit,
  type Graph,
  graphOf,
  inline,
  isConstant,
  isElement,
  isParam,
  jvpGraph,
  make,
  type Op,
  postorder,
  type Sample,
  scalarInstructions as s,
  sizeOf,
  strides,
  type Tensor,
  type TensorType,
  typesOf,
  type Value,
  type Values,
  vjpGraph,
  withTable,
} from "@defnote/core"
import { fromStorage, toStorage } from "./values.ts"

/** The sample as a program. Call it inside a trace. */
export function sampleGraph(op: Op, sample: Sample): Graph {
  return graphOf(sample.inputs, (...x) => {
    const y = sample.apply ? sample.apply(...x) : make(op, x, sample.attrs)
    return Array.isArray(y) ? y : elements(y as Tensor)
  })
}
/** The same sample with other float dtypes; undefined when nothing changes or an attribute names a dtype. */
export function retyped(sample: Sample, to: DType): Sample | undefined {
  if (sample.attrs?.dtype || !sample.inputs.some((t) => t.dtype === "f64")) return undefined
  if (sample.inputs.some((t) => differentiable(t) && t.dtype !== "f64")) return undefined
  const inputs = sample.inputs.map((t): TensorType => (t.dtype === "f64" ? { ...t, dtype: to } : t))
  return { ...sample, inputs }
}

/** The float outputs only. */
export const floatsOf = (g: Graph): Graph =>
  withTable(g.table, () =>
    graphOf(typesOf(g.inputs), (...x) => inline(g, x).filter(differentiable)),
  )
/** Inputs, then cotangents of the float outputs, to cotangents of the float inputs. */
export const gradientOf = vjpGraph
/** Inputs, then tangents of the float inputs, to the tangents of the outputs. */
export function forwardOf(g: Graph): Graph {
  const both = jvpGraph(g)
  const k = g.outputs.length
  return withTable(g.table, () => graphOf(typesOf(both.inputs), (...x) => inline(both, x).slice(k)))
}
export const batchedOf = (g: Graph, on: readonly boolean[], size: number): Graph =>
  batchGraph(
    g,
    on,
    size,
    g.outputs.map(() => true),
  ).graph

/** Several programs side by side as one. */
export function packed(graphs: readonly Graph[]): Graph {
  const { table } = graphs[0]
  return withTable(table, () =>
    graphOf(
      graphs.flatMap((g) => typesOf(g.inputs)),
      (...x) => {
        let start = 0
        return graphs.flatMap((g) => {
          start += g.inputs.length
          return inline(g, x.slice(start - g.inputs.length, start))
        })
      },
    ),
  )
}

/** Compiles and runs once. */
export function run(
  compiler: Compiler,
  graph: Graph,
  inputs: readonly Values[],
  options: CompileOptions = {},
): Value[][] {
  const program = compiler.compile(graph, options)
  try {
    const out = program.run(inputs.map((x, i) => toStorage(graph.inputs[i].type, x)))
    return graph.outputs.map((y, i) => fromStorage(y.type, out[i]))
  } finally {
    program.dispose()
  }
}

/** Whether every node has a scalar definition, so that {@link runDefinitions} can run it. */
export const hasDefinitions = (graph: Graph): boolean =>
  postorder(graph.outputs).every(
    (n) => isParam(n) || isConstant(n) || (n.op.at !== undefined && !isElement(n)),
  )
/** The outputs by the scalar definitions alone, node by node: what compilers are given to spell. */
export function runDefinitions(graph: Graph, inputs: readonly Values[], fused: boolean): Values[] {
  const known = new Map<Tensor, Values>(graph.inputs.map((p, i) => [p, inputs[i]]))
  for (const n of postorder(graph.outputs)) {
    if (!known.has(n))
      known.set(
        n,
        define(
          n,
          n.inputs.map((x) => known.get(x) as Values),
          fused,
        ),
      )
  }
  return graph.outputs.map((y) => known.get(y) as Values)
}
function define(n: Tensor, buffers: readonly Values[], fused: boolean): Values {
  const flat = (i: readonly s.Scalar[], x: Tensor): s.Scalar =>
    strides(x.shape).reduce<s.Scalar>(
      (sum, step, k) => s.add(sum, s.mul(i[k], step)),
      s.constant("i32", 0),
    )
  const load = (k: number, i: readonly s.Scalar[]): s.Scalar =>
    s.load(n.inputs[k].dtype, k, flat(i, n.inputs[k]))
  const root = (n.op.at as NonNullable<Op["at"]>)(
    n.shape.map((_, k) => s.index(k)),
    load,
    n,
  )
  const element = compileScalar(root, { fused })
  const steps = strides(n.shape)
  return Array.from({ length: sizeOf(n.shape) }, (_, at) => {
    const index = steps.map((step, k) => Math.floor(at / step) % n.shape[k])
    return fit(n.dtype, element({ index, buffers }))
  })
}
