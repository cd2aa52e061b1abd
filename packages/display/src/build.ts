/** @file Builds a graph document from rows: interns strings and turns records into columns. */
import {
  type GraphBody,
  type GraphDoc,
  type Loc,
  type OpInfo,
  type Phase,
  type Residual,
  type Rule,
  type ScopeKind,
  type Source,
  versionOf,
} from "./payload.ts"

/** One node, with names instead of indices. */
export interface NodeRow {
  readonly op: string
  readonly inputs: readonly number[]
  readonly ports?: readonly number[]
  /** Outputs; most nodes have one. */
  readonly outs: readonly {
    readonly dtype: string
    readonly shape: readonly (number | string)[]
    readonly names?: readonly (string | null)[]
  }[]
  readonly phase: Phase
  readonly name?: string
  readonly scope?: number
  readonly loc?: number
  readonly dual?: number
  readonly grad?: number
  readonly rule?: string
  readonly attrs?: object
  readonly flops?: number
}

/** What a document is built from. */
export interface GraphParts {
  readonly title?: string
  readonly nodes: readonly NodeRow[]
  readonly scopes?: readonly {
    readonly name: string
    readonly parent: number
    readonly kind: ScopeKind
    readonly loc?: number
    readonly turns?: number
    readonly repeatOf?: number
  }[]
  readonly ops?: readonly (Omit<OpInfo, "op"> & { readonly op: string })[]
  readonly rules?: readonly Rule[]
  readonly outputs?: readonly number[]
  readonly outputPorts?: readonly number[]
  readonly residuals?: readonly Residual[]
  readonly error?: NonNullable<GraphBody["error"]>
  readonly sources?: readonly Source[]
  readonly locs?: readonly Loc[]
}

/** Gives each distinct string a number. */
export class Strings {
  readonly list: string[] = []
  readonly #index = new Map<string, number>()

  /** @param known strings that have their numbers already */
  constructor(known: readonly string[] = []) {
    for (const text of known) this.#index.set(text, this.list.push(text) - 1)
  }

  /** The number of a string; -1 for undefined, null and "". */
  number(text: string | null | undefined): number {
    if (!text) return -1
    let at = this.#index.get(text)
    if (at === undefined) this.#index.set(text, (at = this.list.push(text) - 1))
    return at
  }
}

/** Builds the columns. Columns in which every entry would be "none" are left out. */
export function buildGraph(parts: GraphParts): GraphDoc {
  const strings = new Strings()
  const { nodes } = parts
  const rules = new Map(parts.rules?.map((rule, i) => [rule.id, i]))
  const column = (value: (row: NodeRow) => number): number[] | undefined => {
    const all = nodes.map(value)
    return all.some((v) => v >= 0) ? all : undefined
  }
  const body: GraphBody = {
    title: parts.title,
    scopes: (parts.scopes ?? []).map((s) => ({
      name: strings.number(s.name),
      parent: s.parent,
      kind: s.kind,
      loc: s.loc ?? -1,
      turns: s.turns,
      repeatOf: s.repeatOf,
    })),
    nodes: {
      op: nodes.map((row) => strings.number(row.op)),
      name: column((row) => strings.number(row.name)),
      scope: nodes.map((row) => row.scope ?? -1),
      loc: nodes.map((row) => row.loc ?? -1),
      phase: nodes.map((row) => row.phase),
      inputs: nodes.map((row) => row.inputs),
      ports: nodes.some((row) => row.ports)
        ? nodes.map((row) => row.ports ?? row.inputs.map(() => 0))
        : undefined,
      outs: nodes.map((row) =>
        row.outs.map((out) => ({
          shape: out.shape,
          dtype: strings.number(out.dtype),
          ...(out.names ? { names: out.names.map((name) => strings.number(name)) } : {}),
        })),
      ),
      dual: column((row) => row.dual ?? -1),
      grad: column((row) => row.grad ?? -1),
      rule: column((row) => rules.get(row.rule ?? "") ?? -1),
      flops: nodes.some((row) => row.flops) ? nodes.map((row) => row.flops ?? 0) : undefined,
      attrs: nodes.some((row) => row.attrs) ? nodes.map((row) => row.attrs ?? null) : undefined,
    },
    ops: parts.ops?.map((info) => ({ ...info, op: strings.number(info.op) })),
    outputs: parts.outputs,
    outputPorts: parts.outputPorts?.some((port) => port > 0) ? parts.outputPorts : undefined,
    residuals: parts.residuals ?? [],
    rules: parts.rules ?? [],
    error: parts.error,
  }
  const head = {
    schema: versionOf("graph"),
    strings: strings.list,
    sources: parts.sources ?? [],
    locs: parts.locs ?? [],
  }
  return JSON.parse(JSON.stringify({ ...head, ...body })) as GraphDoc
}
