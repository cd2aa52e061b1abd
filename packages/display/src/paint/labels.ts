/** @file The texts of a box (VISUAL: node anatomy). */
import {
  clipPath,
  formatBytes,
  formatCount,
  formatShape,
  formatType,
  subscript,
  superscript,
} from "../format.ts"
import type { Box } from "../layout/boxes.ts"
import { type GraphModel, isLeaf, operationsIn } from "../layout/model.ts"
import type { ScopeNode, ScopeTree } from "../layout/scopes.ts"
import type { Rule } from "../payload.ts"
import {
  application,
  derivativeName,
  fill,
  formula,
  isRepeated,
  type Names,
  nameNodes,
  reference,
  sizeOf,
} from "./names.ts"

/** Line 1, line 2 and what stands at their right ends; unclipped. */
export interface Label {
  readonly title: string
  readonly second: string
  /** Line 2 is a formula, to be read, not a type. */
  readonly formula: boolean
  /** Repeats of a stacked box, 0 for none. */
  readonly times: number
  /** Uses that the derivative sums over, 0 for one. */
  readonly uses: number
  /** Bytes that the box keeps for the backward pass. */
  readonly saved: number
  /** `8 B × 3 turns` of what a loop carries; "" for other values. */
  readonly savedTurns: string
}

const NOTHING = { second: "", formula: false, times: 0, uses: 0, saved: 0, savedTurns: "" }

/** Makes labels of boxes; names and saved bytes are found once. */
export class Labels {
  readonly names: Names
  readonly #saved: Map<number, number>
  readonly #perTurn: ReadonlyMap<number, string>
  readonly #known = new Map<Box, Label>()
  readonly #kept: boolean

  /** @param kept what is not stored is in the kernel, as far as one knows */
  constructor(model: GraphModel, tree: ScopeTree, kept = model.doc.whole?.id !== undefined) {
    this.names = nameNodes(model, tree)
    this.#saved = savedBytes(model)
    this.#perTurn = savedPerTurn(model)
    this.#kept = kept
  }

  of(box: Box): Label {
    let label = this.#known.get(box)
    if (!label) this.#known.set(box, (label = this.#make(box)))
    return label
  }

  #make(box: Box): Label {
    const { names } = this
    if (box.kind === "scope") {
      const where = isUnstored(box) ? (this.#kept ? ", in the kernel" : ", not stored") : ""
      return { ...scopeLabel(names.model, box, where), saved: this.#savedBy(box) }
    }
    if (box.kind === "leaf")
      return {
        ...NOTHING,
        title: names.of[box.node] || names.model.nodes[box.node].op,
        second: shapeOf(names.model, box.node),
      }
    if (box.kind === "result") {
      const second = box.opens ? "" : shapeOf(names.model, box.node)
      return { ...NOTHING, title: resultTitle(names, box), second }
    }
    if (box.column === "update")
      return { ...NOTHING, title: updateTitle(names, box), second: shapeOf(names.model, box.node) }
    if (box.kind === "rule") return ruleLabel(names, box)
    const savedTurns = this.#perTurn.get(box.node) ?? ""
    return { ...opLabel(names, box.node), saved: this.#savedBy(box), savedTurns }
  }

  #savedBy(box: Box): number {
    if (box.column !== "forward") return 0
    return box.members.reduce((sum, n) => sum + (this.#saved.get(n) ?? 0), 0)
  }
}

/** Saved bytes of each forward node; arguments live anyway and do not count. */
function savedBytes(model: GraphModel): Map<number, number> {
  const saved = new Map<number, number>()
  for (const { node, bytes, policy } of model.doc.residuals) {
    if (policy === "saved" && !isLeaf(model.nodes[node]))
      saved.set(node, (saved.get(node) ?? 0) + bytes)
  }
  return saved
}

/** `8 B × 3 turns` of each value that a loop carries; without a known number of turns the most that is kept. */
export function savedPerTurn({ doc }: GraphModel): ReadonlyMap<number, string> {
  const texts = new Map<number, string>()
  for (const { node, bytes, turns } of doc.residuals) {
    if (!turns) continue
    const known = doc.scopes[doc.nodes.scope[node]]?.turns !== undefined
    const count = `${known ? "" : "≤ "}${formatCount(turns)} turn${turns === 1 ? "" : "s"}`
    texts.set(node, `${formatBytes(bytes / turns)} × ${count}`)
  }
  return texts
}

const dtypeName = (model: GraphModel, node: number): string =>
  model.doc.strings[model.nodes[node].outs[0]?.dtype] ?? ""

/** `f32[8, 64]` of a node's first output; more outputs are counted: `+2`. */
export function typeOf(model: GraphModel, node: number): string {
  const { outs } = model.nodes[node]
  if (outs.length === 0) return ""
  const names = outs[0].names?.map((n) => model.doc.strings[n])
  const more = outs.length > 1 ? ` +${outs.length - 1}` : ""
  return formatType(dtypeName(model, node), outs[0].shape, names) + more
}

const shapeOf = (model: GraphModel, node: number): string => {
  const out = model.nodes[node].outs[0]
  return out
    ? formatShape(
        out.shape,
        out.names?.map((n) => model.doc.strings[n]),
      )
    : ""
}

function opLabel(names: Names, node: number): Label {
  const { text, known } = application(names, node)
  const { model } = names
  const name = names.of[node] || (model.nodes[node].order > 0 ? reference(names, node) : "")
  const title = name && name !== text ? `${name} = ${text}` : text
  const failed = model.doc.error?.node === node
  const second = failed ? firstLine(model.doc.error?.message ?? "") : typeOf(model, node)
  return { ...NOTHING, title: known || name ? title : text, second }
}

const firstLine = (text: string): string => text.split("\n", 1)[0]

function scopeLabel(model: GraphModel, box: Box, where: string): Label {
  const { run, rest, scope, members } = box
  const first = run?.members[rest ? 1 : 0] ?? scope
  const last = run?.members[run.members.length - 1] ?? scope
  const name = first === last ? first.name : `${first.name} … ${last.name}`
  const times = run ? run.members.length - (rest ? 1 : 0) : 0
  const ops = members.reduce((sum, n) => sum + operationsIn(model.nodes[n]), 0)
  const many = `${formatCount(ops)} op${ops === 1 ? "" : "s"}${where}`
  const second = [many, turnsText(first)].filter(Boolean).join(" · ")
  const base = { ...NOTHING, times: times > 1 ? times : 0 }
  if (isAgain(model, box)) return { ...base, title: `again ${name}`, second: many }
  if (box.column === "backward") return { ...base, title: `∂ ${name}`, second: many }
  if (box.column === "update")
    return { ...base, title: updateCount(model, box), second: "", times: 0 }
  const weights = members.reduce((sum, n) => sum + parametersIn(model, n), 0)
  return {
    ...base,
    title: first.kind === "loop" ? `↻ ${name}` : name,
    second: weights > 0 ? `${second} · ${formatCount(weights)} params` : second,
  }
}

/** `100 turns` of a loop that says so. */
export const turnsText = ({ turns }: ScopeNode): string =>
  turns === undefined ? "" : `${formatCount(turns)} turn${turns === 1 ? "" : "s"}`

/** What the derivative computes once more. */
export const isAgain = (model: GraphModel, box: Box): boolean =>
  model.nodes[box.members[0]]?.phase === "recompute"

/** A leaf is a parameter when it has a derivative, otherwise data. */
export const isParameter = (model: GraphModel, node: number): boolean =>
  isLeaf(model.nodes[node]) && model.cotangent[node] >= 0

/** Elements of the parameters that a node is or stands for. */
export const parametersIn = (model: GraphModel, node: number): number =>
  model.nodes[node].summary?.parameters ??
  (isParameter(model, node) ? sizeOf(model.nodes[node].outs[0]) : 0)

/** A closed scope of which the payload has a summary alone. */
export const isUnstored = (box: Box): boolean =>
  box.kind === "scope" && !box.run && box.scope.unstored !== undefined

function updateCount(model: GraphModel, box: Box): string {
  if (box.kind === "result") {
    const gradients = box.members.reduce(
      (sum, n) => sum + (model.nodes[n].summary?.gradients ?? 1),
      0,
    )
    return `${gradients} gradient${gradients === 1 ? "" : "s"}`
  }
  const members = box.members.map((n) => model.nodes[n])
  const summed = members.reduce((sum, node) => sum + (node.summary?.ops ?? 0), 0)
  const count = new Set(members.flatMap((node) => (node.summary ? [] : node.owner))).size + summed
  return `${count} update${count === 1 ? "" : "s"}`
}

function resultTitle(names: Names, box: Box): string {
  if (box.opens) return updateCount(names.model, box)
  return derivativeName(names, box.node) || "gradient"
}

/** Longest formula of an update's chip. */
const UPDATE_TEXT = 16

/** `−= 0.1 × ∂w`: the parameter by the last part of its name, which its row says whole. */
function updateTitle(names: Names, box: Box): string {
  const parameter = names.of[box.node]
  const short = parameter.replace(/^.*[./](?=[^./]+$)/, "")
  const gradient = names.model.doc.nodes.grad?.[box.node] ?? -1
  const aliases = new Map([
    [box.node, short],
    [gradient, `∂${short}`],
  ])
  const last = box.members[box.members.length - 1]
  const text = formula(names, last, new Set(box.members), short ? aliases : new Map())
  const less = `${short} − `
  const shown = short && text.startsWith(less) ? `−= ${text.slice(less.length)}` : text
  if (shown && shown.length <= UPDATE_TEXT) return shown
  return `update ${parameter}`.trim()
}

/** All nodes of one derivative: one line for each input that gets a cotangent. */
function ruleLabel(names: Names, box: Box): Label {
  const { model } = names
  const owner = model.nodes[box.node]
  const sums = box.members.filter((n) => model.nodes[n].info?.sum).length
  const uses = sums > 0 ? sums + 1 : 0
  if (isLeaf(owner)) {
    return {
      ...NOTHING,
      title: `${derivativeName(names, owner.id)} = Σ ${uses} uses`,
      second: typeOf(model, owner.id),
      uses: 0,
    }
  }
  const order = model.nodes[box.members[0]].order
  if (order > 1) {
    return {
      ...NOTHING,
      title: `∂${superscript(order)}${owner.op}`,
      second: `${box.members.length} ops`,
      uses,
    }
  }
  if (isAgain(model, box)) {
    const { title, second } = opLabel(names, box.node)
    return { ...NOTHING, title: `again ${title}`, second }
  }
  const lines = derivativeLines(names, box)
  const named = lines.length > 0 && lines.every((line) => line.left !== "" && line.named)
  if (named) {
    const [first, second] = lines.map((line) => `${line.left} = ${line.right}`)
    return {
      ...NOTHING,
      title: first,
      second: second ?? typeOf(model, lines[0].node),
      formula: lines.length > 1,
      uses,
    }
  }
  const right = lines.map((line) => line.right).filter((text) => text !== "")
  return {
    ...NOTHING,
    title: unnamedTitle(names, box),
    second: right.join(", ") || typeOf(model, box.members[0]),
    formula: right.length > 0,
    uses,
  }
}

/** Of a derivative without a formula: what the operation is called, or where a loop or a branch ends backwards. */
function unnamedTitle(names: Names, box: Box): string {
  const { model } = names
  const owner = model.nodes[box.node]
  if (owner.info?.role === "carry" || owner.info?.role === "slice")
    return `${derivativeName(names, owner.id) || "∂"} = after all turns`
  const ends = box.members.find((n) => model.nodes[n].info?.role === "cond")
  if (ends !== undefined) return `∂${model.nodes[ends].op}`
  return `∂${owner.op}`
}

interface DerivativeLine {
  readonly left: string
  readonly right: string
  readonly named: boolean
  /** A node whose type the line has. */
  readonly node: number
}

function derivativeLines(names: Names, box: Box): DerivativeLine[] {
  const { model } = names
  const rules = new Map<number, Rule>()
  const handed = new Set<number>()
  for (const n of box.members) {
    const own = !model.nodes[n].virtual && model.doc.nodes.dual?.[n] === box.node
    const rule = own ? model.doc.rules[model.doc.nodes.rule?.[n] ?? -1] : undefined
    if (rule) rules.set(rule.input ?? 0, rule)
    for (const k of model.nodes[n].handed) handed.add(k)
  }
  const owner = model.nodes[box.node]
  const lines = owner.inputs.flatMap((input, k) => {
    const rule = rules.get(k)?.text ?? (handed.has(k) ? "{g}" : undefined)
    // an input without a cotangent is data: nobody asked for its derivative
    const wanted = rule !== undefined && model.cotangent[input] >= 0
    return wanted ? [lineOf(names, box.node, input, rule)] : []
  })
  const known = new Set(lines.map((line) => line.left))
  return [
    ...lines,
    ...printedLines(names, box).filter((line) =>
      line.left === "" ? lines.length === 0 : !known.has(line.left),
    ),
  ]
}

function lineOf(names: Names, owner: number, input: number, rule: string): DerivativeLine {
  const { model } = names
  const { inputs } = model.nodes[owner]
  const called = inputs.map((i) => reference(names, i))
  const unnamed = called.filter((text) => text === "").length
  const name = names.of[owner]
  const named = name !== "" && inputs.every((_, k) => called[k] !== "" || !rule.includes(`{${k}}`))
  const parts = named ? called : called.map((text, k) => text || inputName(k, unnamed))
  const right = fill(rule, parts, { g: named ? `∂${name}` : "ḡ", y: name || "y" })
  const left = derivativeName(names, input)
  return { left, right: isRepeated(model, input) ? `Σ ${right}` : right, named, node: input }
}

/** Without rule texts: the formulas of the nodes that are, perhaps behind a view, a whole cotangent. */
function printedLines(names: Names, box: Box): DerivativeLine[] {
  const { model } = names
  const inside = new Set(box.members)
  return box.members.flatMap((n) => {
    let end = n
    while (model.gradOf[end] < 0 && model.folded[model.user[end]]) end = model.user[end]
    if (model.gradOf[end] < 0 || model.nodes[n].virtual || model.nodes[n].info?.sum) return []
    const plain = formula(names, n, inside, seedOf(names, box.node))
    const right = plain || formula(names, n, inside, aliasesOf(names, box.node))
    return [
      { left: derivativeName(names, model.gradOf[end]), right, named: plain !== "", node: end },
    ]
  })
}

/** The cotangent of an op by name, also where it is a shared constant such as the seed 1. */
function seedOf(names: Names, owner: number): Map<number, string> {
  const name = derivativeName(names, owner)
  return new Map(name ? [[names.model.cotangent[owner], name]] : [])
}

/** What an unnamed op's parts are called in its derivative: cotangent ḡ, output y, inputs x. */
function aliasesOf(names: Names, owner: number): Map<number, string> {
  const { model } = names
  const { inputs } = model.nodes[owner]
  const unnamed = inputs.filter((i) => reference(names, i) === "")
  const aliases = new Map(unnamed.map((i, k) => [i, inputName(k, unnamed.length)]))
  return aliases.set(owner, "y").set(model.cotangent[owner], "ḡ")
}

const inputName = (k: number, count: number): string => (count > 1 ? `x${subscript(k + 1)}` : "x")

/** `saved 256 KiB`; "" where nothing is. */
export const savedText = ({ saved, savedTurns }: Label): string =>
  saved > 0 ? `saved ${savedTurns || formatBytes(saved)}` : ""

/** The text of a chip's name in so many characters. */
export const chipName = (text: string, characters: number): string => clipPath(text, characters)
