/** @file A stepped run as a trace document: the graph of the gradient, and the steps through it with their values. */
import { isConstant, isElement, isParam, sizeOf, type Tensor, type TensorType } from "@defnote/core"
import type { BackwardStep, ForwardStep, Jacobian, Kinks, Place, Stepping } from "@defnote/inspect"
import { bytesToBase64, floatsToBase64 } from "../base64.ts"
import { formatConstant, subscript } from "../format.ts"
import { prepare } from "../layout/fold.ts"
import { fill, nameNodes } from "../paint/names.ts"
import {
  type GraphDoc,
  type TraceDoc,
  type TraceJacobian,
  type TraceKinks,
  type TraceStep,
  versionOf,
} from "../payload.ts"
import { type DocumentOptions, documentOf, hashText } from "./document.ts"
import { backwardRule, forwardRule, indexForm, type StepRule, writtenRule } from "./step-rules.ts"
import { TraceValues } from "./trace-values.ts"

export interface TraceOptions extends DocumentOptions {
  /** What an unnamed result is called: the function's name. */
  readonly lossName?: string
  /** Hide the gradients until they are predicted. */
  readonly exercise?: boolean
  /** What a teacher asks, and the first hint. */
  readonly task?: TraceDoc["task"]
}

/** Entries of Jacobians that one document stores, and kinks of one value. */
const ENTRIES = 4096
const KINKS = 1024

/** The document of a run; `live` is a name that is the same for the same content. */
export function traceDocument(run: Stepping, options: TraceOptions = {}): TraceDoc {
  return new TraceWriter(run, options).document()
}

class TraceWriter {
  readonly #run: Stepping
  readonly #options: TraceOptions
  readonly #doc: GraphDoc
  readonly #rowOf: RowOf
  readonly #names: ReadonlyMap<Tensor, string>
  readonly #values = new TraceValues()
  #entries = ENTRIES

  constructor(run: Stepping, options: TraceOptions) {
    this.#run = run
    this.#options = options
    const { doc, rowAt } = documentOf(run.program, { ...options, nested: true })
    this.#doc = doc
    this.#rowOf = (n) => {
      const { node, within } = run.places.get(n) as Place
      return rowAt(node, within) as number
    }
    this.#names = namesOf(run, doc, this.#rowOf, options.lossName)
  }

  document(): TraceDoc {
    const run = this.#run
    const steps = [...run.forward.map((s) => this.#forward(s)), this.#seed(), ...this.#backwards()]
    const { cost, sweeps, tangents, loss, leaves } = run
    const rest = {
      leaves: leaves.map((p) => ({
        node: this.#row(p),
        name: this.#name(p),
        value: this.#value(p),
        gradient: run.cotangents.has(p) ? this.#cotangent(p) : -1,
      })),
      loss: this.#value(loss),
      cost,
      tolerance: run.differences.tolerance,
      ...(sweeps.length ? { eps: floatsToBase64(sweeps[0].eps) } : {}),
      sweeps: sweeps.map(({ leaf, entry, curves }) => ({
        node: this.#row(leaf),
        entry,
        curves: curves.map(({ dtype, error }) => ({ dtype, error: floatsToBase64(error) })),
      })),
      tangents: tangents.map(({ leaf, entry, of }) => ({
        node: this.#row(leaf),
        entry,
        values: [...of].map(([n, v]) => this.#values.add(this.#row(n), n.type, v)),
      })),
    }
    const { exercise, task } = this.#options
    const doc: TraceDoc = {
      ...this.#doc,
      schema: versionOf("trace"),
      ...(exercise ? { exercise } : {}),
      ...(task ? { task } : {}),
      steps,
      ...rest,
      values: this.#values.list(),
    }
    return { ...doc, live: hashText(JSON.stringify([doc.sources, doc.nodes, doc.values])) }
  }

  #forward({ node, inside }: ForwardStep): TraceStep {
    const rule = forwardRule(node)
    const { spec } = node.attrs
    const names = this.#namesAt(node)
    const index = typeof spec === "string" ? indexForm(spec, "y", [0, 1]) : undefined
    const label = this.#name(node)
    return {
      node: this.#row(node),
      phase: "fwd",
      label,
      text: `${label} = ${fill(rule.text, names)}`,
      value: this.#value(node),
      operands: node.inputs.map((x) => this.#value(x)),
      names,
      latex: rule.latex,
      ...(index ? { index } : {}),
      ...(isElementwise(node) ? { elementwise: true } : {}),
      ...(typeof spec === "string" ? { spec } : {}),
      ...(inside ? { inside } : {}),
      ...this.#turns(node),
    }
  }
  /** In which turns of the loops around it, outermost first. */
  #turns(n: Tensor): Pick<TraceStep, "turns"> {
    const { within } = this.#run.places.get(n) as Place
    const turns = within.flatMap(({ turn, turns }) => (turn ? [[turn, turns ?? 0] as const] : []))
    return turns.length ? { turns } : {}
  }

  /** The gradient begins with 1. */
  #seed(): TraceStep {
    const { loss } = this.#run
    const name = `∂${this.#name(loss)}`
    return {
      node: this.#row(loss),
      phase: "bwd",
      label: name,
      text: `${name} = 1`,
      value: this.#cotangent(loss),
      operands: [],
      names: [this.#name(loss)],
      latex: "1",
    }
  }

  #backwards(): TraceStep[] {
    const terms = new Map<Tensor, number[]>()
    return this.#run.backward.map((s) => {
      const { of, contribution } = s
      const value = this.#values.add(this.#row(of), typeOf(of), contribution)
      const list = [...(terms.get(of) ?? []), value]
      terms.set(of, list)
      return this.#backward(s, value, list)
    })
  }

  #backward(s: BackwardStep, value: number, terms: readonly number[]): TraceStep {
    const { node, input, of, use, uses } = s
    const rule = backwardRule(node, s.rule, input) as StepRule
    const names = this.#namesAt(node)
    const label = `∂${this.#name(of)}`
    const right = fill(rule.text, names, {
      g: `∂${names[node.inputs.length]}`,
      y: names[node.inputs.length],
    })
    const { of: all, kinks } = this.#run.differences
    const differences = use === uses ? all.get(of) : undefined
    const corners = use === uses ? kinks.get(of) : undefined
    const { spec } = node.attrs
    const others = ["g", 1 - input] as const
    const index =
      typeof spec === "string" ? indexForm(spec, input, ordered(spec, input, others)) : undefined
    return {
      node: this.#row(node),
      phase: "bwd",
      label,
      text: `${label}${rule.entry ? `[${rule.entry}]` : ""} ${uses > 1 ? "+=" : "="} ${right}`,
      value,
      operands: node.inputs.map((x) => this.#value(x)),
      names,
      latex: rule.latex,
      ...(index ? { index } : {}),
      ...(rule.entry ? { entry: rule.entry } : {}),
      ...(isElementwise(node) && !rule.general
        ? { elementwise: true }
        : rule.entry
          ? {}
          : this.#written(s)),
      ...this.#turns(node),
      back: {
        of: this.#row(of),
        input,
        upstream: this.#cotangent(node),
        output: this.#value(node),
        jacobian: this.#jacobian(s.jacobian, s),
        use,
        uses,
        terms,
        sum: this.#values.add(this.#row(of), typeOf(of), s.sum),
        ...(differences
          ? {
              differences: this.#values.add(
                this.#row(of),
                { ...typeOf(of), dtype: "f32" },
                rounded(differences),
              ),
            }
          : {}),
        ...(corners ? { kinks: this.#kinks(corners) } : {}),
      },
    }
  }

  #kinks({ entries, by }: Kinks): TraceKinks {
    const shown = entries.slice(0, KINKS)
    return {
      ...(by ? { node: this.#row(by) } : {}),
      entries: shown.map((k) => k.entry),
      left: floatsToBase64(Float64Array.from(shown, (k) => k.left)),
      right: floatsToBase64(Float64Array.from(shown, (k) => k.right)),
    }
  }

  /** Of a rule that is not element by element: its formula for one entry, and the numbers in it. */
  #written({ node, input, rule, parts }: BackwardStep): Partial<TraceStep> {
    const type = typeOf(node.inputs[input])
    const written = writtenRule(rule, input, [...parts.keys()])
    if (!written) return {}
    const row = this.#row(node)
    return { written, parts: [...parts.values()].map((v) => this.#values.add(row, type, v)) }
  }

  #jacobian(j: Jacobian, { node, input, of }: BackwardStep): TraceJacobian {
    if (j.kind === "contraction") return { kind: j.kind, spec: j.spec }
    if (j.kind === "unknown") return { kind: j.kind, why: j.why }
    if (j.kind === "diagonal")
      return { kind: j.kind, value: this.#values.add(this.#row(of), typeOf(of), j.values) }
    const large = Math.max(sizeOf(node.shape), sizeOf(node.inputs[input].shape)) > 0xffff
    if (large || j.values.length > this.#entries)
      return { kind: "unknown", why: "its entries are too many to be stored" }
    this.#entries -= j.values.length
    const ones = j.values.every((v) => v === 1)
    return {
      kind: j.kind,
      row: shortsToBase64(j.row),
      column: shortsToBase64(j.column),
      ...(ones ? {} : { data: floatsToBase64(j.values) }),
    }
  }

  /** Names of the operands, then of the output. */
  #namesAt(n: Tensor): string[] {
    return [...n.inputs, n].map((x) => this.#name(x))
  }
  #row(n: Tensor): number {
    return this.#rowOf(through(n))
  }
  #name(n: Tensor): string {
    return this.#names.get(through(n)) ?? n.op.name
  }
  #value(x: Tensor): number {
    const n = through(x)
    return this.#values.add(this.#row(n), n.type, this.#run.values.get(n) as Float64Array)
  }
  #cotangent(x: Tensor): number {
    const n = through(x)
    const g = this.#run.cotangents.get(n) ?? new Float64Array(sizeOf(n.shape))
    return this.#values.add(this.#row(n), n.type, g)
  }
}

/** The row in which a node of the run stands. */
type RowOf = (n: Tensor) => number
const through = (n: Tensor): Tensor => (isElement(n) ? n.inputs[0] : n)
const typeOf = (n: Tensor): TensorType => n.types[0]
const rounded = (x: Float64Array): Float64Array => x.map(Math.fround)
const isElementwise = (n: Tensor): boolean =>
  ["unary", "binary", "select", "compare"].includes(n.op.family)

function shortsToBase64(x: Int32Array): string {
  const bytes = new Uint8Array(2 * x.length)
  x.forEach((v, i) => {
    bytes[2 * i] = v & 255
    bytes[2 * i + 1] = v >> 8
  })
  return bytesToBase64(bytes)
}

/** The factors of a derivative in the order of the product, as matrix algebra writes them. */
function ordered(
  spec: string,
  input: number,
  [g, other]: readonly ["g", number],
): readonly (number | "g")[] {
  const target = spec.split("->")[0].split(",")[input]
  const first = target[0] ?? ""
  return spec.split("->")[1].includes(first) ? [g, other] : [other, g]
}

/** The user's names; t₁, t₂ as in the graph; a view is its operand with a prime. */
function namesOf(
  run: Stepping,
  doc: GraphDoc,
  rowOf: RowOf,
  lossName: string | undefined,
): ReadonlyMap<Tensor, string> {
  const { model, tree } = prepare(doc, Number.POSITIVE_INFINITY)
  const given = nameNodes(model, tree, false).of
  const names = new Map<Tensor, string>()
  let next = 1
  const name = (n: Tensor): string => {
    const own = given[rowOf(n)]
    const { partial } = run.places.get(n) as Place
    if (own) return partial ? `${own}′` : own
    if (isConstant(n)) return formatConstant(Number(n.attrs.value))
    const inner = n.inputs.length === 1 ? names.get(through(n.inputs[0])) : undefined
    if (inner && !isParam(n) && model.folded[rowOf(n)]) return `${inner}′`
    return n.inputs.length ? `t${subscript(next++)}` : n.op.name
  }
  const nodes = run.forward.flatMap((s) => [...s.node.inputs.map(through), s.node])
  for (const n of [run.loss, ...run.leaves].filter((n) => !n.inputs.length).concat(nodes))
    if (run.places.has(n) && !names.has(n)) names.set(n, name(n))
  const unnamed = !doc.nodes.name || doc.nodes.name[rowOf(run.loss)] < 0
  const fits = lossName && /^[A-Za-z]\w*$/.test(lossName) && ![...names.values()].includes(lossName)
  if (unnamed && fits && run.loss.inputs.length) names.set(run.loss, lossName)
  return names
}
