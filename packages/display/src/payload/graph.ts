/** @file The part of a payload that is a graph, with kernels, passes and runs of it; types and names only. */
import { STATISTICS } from "@defnote/inspect/columns"
import type { Finding, Trouble } from "./findings.ts"
import type { Base64, FloatValue, PayloadHead } from "./head.ts"
import type { Summary, Whole } from "./parts.ts"

export type ScopeKind = "fn" | "named" | "loop" | "cond" | "layer"
export type Phase = "fwd" | "bwd" | "update" | "recompute" | "jvp"

/** A named part of the program. `parent` is a smaller index or -1; `repeatOf` an equal earlier scope. */
export interface Scope {
  readonly name: number
  readonly parent: number
  readonly kind: ScopeKind
  readonly loc: number
  readonly repeatOf?: number
  /** Of a loop: how often it runs, where that is known before it runs. */
  readonly turns?: number
}

/** One output of a node. A dimension is a size or the name of a symbolic one; `names` are per axis. */
export interface OutType {
  readonly shape: readonly (number | string)[]
  readonly dtype: number
  readonly names?: readonly number[]
}

/** Columns over the nodes, in program order: an input is always a smaller index than its user. */
export interface NodeColumns {
  readonly op: readonly number[]
  /** Number in the whole program, where only parts of it are stored; absent: the place in the columns. */
  readonly id?: readonly number[]
  /** The user's name of the value. */
  readonly name?: readonly number[]
  readonly scope: readonly number[]
  readonly loc: readonly number[]
  readonly phase: readonly Phase[]
  readonly inputs: readonly (readonly number[])[]
  /** Which output of each input is read; absent: 0 everywhere. */
  readonly ports?: readonly (readonly number[])[]
  readonly outs: readonly (readonly OutType[])[]
  /**
   * The node that this one belongs to: for `bwd`, `recompute` and `jvp` the forward node whose rule
   * made it (a sum over uses belongs to the producer); for `update` the parameter. -1: none.
   */
  readonly dual?: readonly number[]
  /**
   * For a forward node: the node that is its whole cotangent; -1: none. Several may share one, as when a
   * rule hands its cotangent on unchanged; the layout then draws that rule as a box of its own, so that
   * the backward column mirrors the forward one. Names `∂w`, places the seed and the result chips.
   */
  readonly grad?: readonly number[]
  /** Index into `rules`: the derivative rule that this node is part of; -1: none. */
  readonly rule?: readonly number[]
  /** Per node; a constant has `{value}`, a float as `FloatValue`. */
  readonly attrs?: readonly (object | null)[]
  readonly flops?: readonly number[]
  readonly bytesIn?: readonly number[]
  readonly bytesOut?: readonly number[]
}

/**
 * What the picture must know of an op; it comes from the op's declaration, so no reader asks for op names.
 *
 * `text` is a template: `{0}`, `{1}` are the inputs, as in `{0} · {1}` or `tanh {0}`.
 */
export interface OpInfo {
  /** Index into `strings`, as in `NodeColumns.op`. */
  readonly op: number
  /** A view or a constant is written into its consumer's label and gets no box. */
  readonly fold?: "view" | "constant"
  /** An argument or a captured value: drawn as a chip beside its first consumer. */
  readonly leaf?: boolean
  /** A sum of the cotangents of several uses: counted in the badge `Σ 3 uses`. */
  readonly sum?: boolean
  readonly text?: string
  /** The call of a public function that makes the value: a template as in the op's declaration. */
  readonly code?: string
  /** What the value is to control flow that is written out. */
  readonly role?: "carry" | "slice" | "loop" | "cond" | "call"
}

/** Values that the forward pass keeps for the backward pass. */
export interface Residual {
  readonly node: number
  readonly port: number
  readonly users: readonly number[]
  /** Of all turns that are kept. */
  readonly bytes: number
  /** Of a value that a loop carries: of how many turns it is kept, at most. */
  readonly turns?: number
  readonly policy: "saved" | "recomputed"
}

/**
 * A derivative rule, for one input of one op. `text` is the right-hand side as a template: `{g}` is the
 * cotangent of the output, `{y}` the output, `{0}`, `{1}` the inputs: `{g} × (1 − {y}²)`.
 */
export interface Rule {
  readonly id: string
  readonly latex: string
  readonly text: string
  /** The input whose cotangent the text gives; absent: the first. */
  readonly input?: number
}

/** What a kernel reads or writes; `node` is the value's node, -1 for memory that is nobody's value. */
export interface KernelBuffer {
  readonly name: string
  readonly use: "read" | "write" | "scratch"
  readonly bytes: number
  readonly node: number
}

/** One generated kernel and why it is one kernel. `lineNodes` are `[line, node]` pairs, lines from 1. */
export interface Kernel {
  readonly id: string
  readonly compiler: string
  /** `map`, `row`, `reduce`, `contract`, ... */
  readonly form?: string
  readonly language?: string
  /** Bytes moved, and arithmetic operations, of one run. */
  readonly bytes?: number
  readonly flops?: number
  readonly buffers?: readonly KernelBuffer[]
  readonly nodes: readonly number[]
  readonly why: string
  readonly whyNotNext?: string
  readonly source: string
  readonly lineNodes: readonly (readonly [line: number, node: number])[]
}

/**
 * Names that `Run.stats.cols` may hold, in any order; a reader ignores others. Counts are of elements.
 * Columns beginning with `h` are a histogram over powers of two: `h0` is |x| < 2^-25, `h33` is 2^7 and more.
 */
export const STAT_COLUMNS = [...STATISTICS, "gain"] as const
export { BINS as HISTOGRAM_BINS, FIRST_EXPONENT as HISTOGRAM_FIRST } from "@defnote/inspect/columns"

/** `data`: row-major f64, one row per entry of `node`, one column per entry of `cols`. */
export interface StatTable {
  readonly node: readonly number[]
  readonly cols: readonly string[]
  readonly data: Base64
}

export interface Run {
  readonly id: string
  readonly device: string
  readonly step?: number
  /** Per kernel: samples in nanoseconds. */
  readonly kernelNs?: readonly (readonly number[])[]
  readonly stats?: StatTable
  /** Small tensors: base64 f64, row-major. */
  readonly values?: readonly { readonly node: number; readonly data: Base64 }[]
  readonly first?: readonly Finding[]
  readonly trouble?: readonly Trouble[]
}

/** Verdict of a finite-difference test. `rel` is the worst relative error, `eps` the step used. */
export interface Check {
  readonly node: number
  readonly kind: "vjp-local" | "e2e"
  readonly verdict: "ok" | "kink" | "wrong"
  readonly rel: FloatValue
  readonly eps: number
}

/** One optimisation pass: nodes added and removed, their origins, and the rules that matched. */
export interface Pass {
  readonly name: string
  readonly ms: number
  readonly added: readonly number[]
  readonly removed: readonly number[]
  readonly from: readonly (readonly [node: number, origins: readonly number[]])[]
  /** In the order in which the rules fired; `in` begins with the root of the match, `out` ends with what replaces it. */
  readonly matches: readonly {
    readonly rule: string
    readonly out: readonly number[]
    readonly in: readonly number[]
  }[]
  /** Nodes that the function returns after the pass, in order. */
  readonly outputs?: readonly number[]
  /** Nodes that the pass made and replaced again; matches name them, no stage of the program has them. */
  readonly passing?: readonly number[]
}

/** A value in scratch memory, from and to in the schedule; `node` is -1 for memory that is nobody's value. */
export interface MemoryValue {
  readonly node: number
  readonly bytes: number
  readonly from: number
  readonly to: number
}

/** What of a view is saved with the notebook. Scope keys are those of the layout. */
export interface SavedView {
  readonly open?: readonly string[]
  readonly selected?: string
  readonly overlay?: string
  readonly saved?: boolean
  /** Queries whose matches are marked. */
  readonly marks?: readonly string[]
  readonly detail?: number
  /** Which pane stands below the graph of a compiled program. */
  readonly tab?: string
}

/** The body shared by the kinds that show a graph. */
export interface GraphBody {
  readonly title?: string
  readonly scopes: readonly Scope[]
  readonly nodes: NodeColumns
  readonly ops?: readonly OpInfo[]
  /** Nodes that the function returns, in order. */
  readonly outputs?: readonly number[]
  readonly outputPorts?: readonly number[]
  readonly residuals: readonly Residual[]
  readonly rules: readonly Rule[]
  readonly kernels?: readonly Kernel[]
  readonly runs?: readonly Run[]
  readonly checks?: readonly Check[]
  readonly passes?: readonly Pass[]
  readonly memory?: readonly MemoryValue[]
  readonly view?: SavedView
  /** Present when the program is larger than a payload may be: what is left out, and who has it. */
  readonly whole?: Whole
  readonly summaries?: readonly Summary[]
  readonly error?: { readonly message: string; readonly node: number; readonly loc: number }
}

export interface GraphDoc extends PayloadHead<"graph">, GraphBody {}

/** Any payload that has a graph in it. */
export interface GraphLike extends PayloadHead, GraphBody {}
