/**
 * @file Runs a function and its gradient node by node with the reference semantics: every value in program order, then
 * every contribution to a cotangent in reverse. Data, no pictures.
 */
import {
  condOp,
  fit,
  type Graph,
  isConstant,
  isElement,
  isFloat,
  isParam,
  OptionError,
  type Program,
  postorder,
  type Storage,
  scanOp,
  sizeOf,
  type Tensor,
  whileOp,
} from "@defnote/core"
import { type Differences, differencesOf, type Sweep, sweepsOf } from "./step-differences.ts"
import { type Jacobian, Jacobians, type LocalRule, localPull, type Parts } from "./step-local.ts"
import { type Cost, costOf, type Tangents, tangentsOf } from "./step-modes.ts"
import { FEW, operationsIn, type Place, unroll } from "./unroll.ts"

/** A node gets its value. */
export interface ForwardStep {
  readonly node: Tensor
  /** Of control flow: how often it turned, or which branch it took. */
  readonly inside?: string
}

/** One operation sends a part of a gradient to one of its inputs. */
export interface BackwardStep {
  /** The operation. */
  readonly node: Tensor
  /** Which of its inputs, and the value that is there. */
  readonly input: number
  readonly of: Tensor
  readonly contribution: Float64Array
  /** The sum of all contributions to the same value so far, this one included. */
  readonly sum: Float64Array
  /** This is use number `use` of `uses`, counted as the gradient meets them. */
  readonly use: number
  readonly uses: number
  readonly rule: LocalRule
  /** What an entry of the rule's formula takes as numbers. */
  readonly parts: Parts
  readonly jacobian: Jacobian
}

/** A run of a scalar function and of its gradient. */
export interface Stepping {
  readonly program: Program
  readonly loss: Tensor
  /** The float inputs of the first argument that the loss uses. */
  readonly leaves: readonly Tensor[]
  /** Where in the program each node stands: loops are gone through turn by turn. */
  readonly places: ReadonlyMap<Tensor, Place>
  readonly forward: readonly ForwardStep[]
  readonly backward: readonly BackwardStep[]
  /** Values of inputs and of every node on the way to the loss; of several outputs the first. */
  readonly values: ReadonlyMap<Tensor, Float64Array>
  /** The whole cotangent of every value that has one. */
  readonly cotangents: ReadonlyMap<Tensor, Float64Array>
  readonly differences: Differences
  readonly sweeps: readonly Sweep[]
  readonly cost: Cost
  readonly tangents: readonly Tangents[]
}

/** Elements of all values together, beyond which a program is not stepped through. */
const LARGEST = 1_000_000

/**
 * @param program - of `valueAndGrad(f)`: its first output is the loss
 * @param inputs - the memory of its inputs
 * @throws OptionError for a program whose values are too many to look at one by one
 */
export function stepProgram(program: Program, inputs: readonly Storage[]): Stepping {
  const [given] = program.graph.outputs
  requireSmall(postorder([given]).filter((n) => !isElement(n)))
  const { loss, order, values: run, places, remarks } = unroll(program.graph, given, inputs)
  requireSmall(order)
  const used = new Set(postorder([loss]))
  const leaves = program.graph.inputs.filter(
    (p, i) => isFloat(p.dtype) && program.inputPaths[i].startsWith("[0]") && used.has(p),
  )
  const back = runBackward(loss, order, leaves, run)
  const values = new Map([...run].map(([n, outs]) => [n, outs[0]]))
  const whole = { program, loss, order, leaves, values }
  return {
    program,
    loss,
    leaves,
    places,
    forward: order
      .filter((n) => n.inputs.length)
      .map((node) => ({ node, ...inside(node, run, remarks.get(node)) })),
    ...back,
    values,
    differences: differencesOf(whole, back.cotangents),
    sweeps: sweepsOf(whole, back.cotangents),
    cost: costOf(program, given, leaves),
    tangents: tangentsOf(whole),
  }
}

function requireSmall(order: readonly Tensor[]): void {
  const total = order.reduce((sum, n) => sum + n.types.reduce((s, t) => s + sizeOf(t.shape), 0), 0)
  if (total <= LARGEST) return
  throw new OptionError(
    `stepThrough: the values of the function have ${total} elements; at most ${LARGEST} can be stepped through`,
    { remedy: "Call it with a smaller example, such as two rows of the data, or use inspect()." },
  )
}

type Run = ReadonlyMap<Tensor, readonly Float64Array[]>

/** What control flow did that is one step, or what follows from a value. */
function inside(n: Tensor, run: Run, remark: string | undefined): { inside?: string } {
  const outs = run.get(n) as readonly Float64Array[]
  const counted = (count: number, what: string): string =>
    `${count} ${what}${count === 1 ? "" : "s"}`
  const holds = (name: string): string => counted(operationsIn(n.attrs[name] as Graph), "operation")
  const turns = (count: number): string => `${counted(count, "turn")} of ${holds("body")}; ${FEW}`
  if (n.op === whileOp) return { inside: turns((outs[outs.length - 1] ?? [0])[0]) }
  if (n.op === scanOp) return { inside: turns(n.attrs.length as number) }
  if (n.op !== condOp) return remark ? { inside: remark } : {}
  return { inside: `both branches, ${holds("yes")} and ${holds("no")}` }
}

/** The value that an operand stands for; an element is one output of its node. */
const valueOf = (x: Tensor, run: Run): Float64Array => {
  const outs = run.get(isElement(x) ? x.inputs[0] : x) as readonly Float64Array[]
  return outs[isElement(x) ? (x.attrs.i as number) : 0]
}

interface Backward {
  readonly backward: readonly BackwardStep[]
  readonly cotangents: ReadonlyMap<Tensor, Float64Array>
}

/** One walk from the loss; cotangents are summed in the order and in the dtype in which the compiled gradient sums. */
function runBackward(
  loss: Tensor,
  order: readonly Tensor[],
  leaves: readonly Tensor[],
  run: Run,
): Backward {
  const active = activeNodes(order, leaves)
  const received = new Map<Tensor, (Float64Array | undefined)[]>([[loss, [Float64Array.of(1)]]])
  const steps: Omit<BackwardStep, "uses">[] = []
  const uses = new Map<Tensor, number>()
  const jacobians = new Jacobians()
  for (const n of [...order].reverse()) {
    const g = received.get(n)
    if (!g || !n.inputs.length || "flat" in n.op.vjp) continue
    const inputs = n.inputs.map((x) => valueOf(x, run))
    const pull = localPull(
      n,
      inputs,
      n.types.map((_, i) => g[i] !== undefined),
    )
    const given = g.filter((x) => x !== undefined)
    const bars = pull.run(given)
    const parts = pull.parts(given)
    n.inputs.forEach((x, input) => {
      const contribution = bars[input]
      const [of, slot] = isElement(x) ? [x.inputs[0], x.attrs.i as number] : [x, 0]
      if (!contribution || !active.has(of)) return
      const list = received.get(of) ?? []
      const sum = added(x, list[slot], contribution)
      list[slot] = sum
      received.set(of, list)
      uses.set(of, (uses.get(of) ?? 0) + 1)
      const use = uses.get(of) as number
      const jacobian = jacobians.of(n, input, pull)
      const { rule } = pull
      const sent = { node: n, input, of, contribution, sum, use }
      steps.push({ ...sent, rule, parts: parts[input], jacobian })
    })
  }
  const cotangents = new Map<Tensor, Float64Array>()
  for (const [n, [first]] of received) if (first) cotangents.set(n, first)
  return {
    backward: steps.map((s) => ({ ...s, uses: uses.get(s.of) as number })),
    cotangents,
  }
}

/** What a leaf reaches. */
function activeNodes(order: readonly Tensor[], leaves: readonly Tensor[]): ReadonlySet<Tensor> {
  const active = new Set(leaves)
  for (const n of order) {
    if (isParam(n) || isConstant(n)) continue
    if (n.inputs.some((x) => active.has(isElement(x) ? x.inputs[0] : x))) active.add(n)
  }
  return active
}

function added(x: Tensor, sum: Float64Array | undefined, part: Float64Array): Float64Array {
  if (!sum) return part
  return sum.map((v, i) => Number(fit(x.dtype, v + part[i])))
}
