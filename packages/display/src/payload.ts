/** @file The payloads that the kernel sends and the extension reads (K5); types and MIME names only, no behaviour. */

import type { Finding, GradientHistory, LookCost } from "./payload-findings.ts"

export type { Cut, Finding, GradientHistory, LookCost } from "./payload-findings.ts"

/** The kinds of payload. Each has one MIME type and one JSON Schema in `packages/display/schema`. */
export type PayloadKind = "graph" | "gradient" | "tensor" | "trace" | "profile" | "training"

/** MIME type of each kind. The major version is in the name, so an old reader never sees a new major. */
export const MIME = {
  graph: "application/vnd.defnote.graph.v1+json",
  gradient: "application/vnd.defnote.gradient.v1+json",
  tensor: "application/vnd.defnote.tensor.v1+json",
  trace: "application/vnd.defnote.trace.v1+json",
  profile: "application/vnd.defnote.profile.v1+json",
  training: "application/vnd.defnote.training.v1+json",
} as const satisfies Record<PayloadKind, string>

/** Major and minor version that this package writes. A minor only adds optional fields. */
export const VERSION = { major: 1, minor: 0 } as const

/** A float in JSON: a number, or one of the four that JSON cannot say (D8.3). */
export type FloatValue = number | "NaN" | "Infinity" | "-Infinity" | "-0"

/** Base64 of little-endian IEEE 754 numbers; the width is named where the column is declared. */
export type Base64 = string

/** Code that a payload points into, with the text as it was when the graph was made. */
export interface Source {
  readonly cellId?: string
  readonly path?: string
  /** Hash of `text`; the view compares it with the cell to say "the cell changed". */
  readonly hash: string
  readonly text: string
  readonly executionCount?: number
}

/** `[source, start, end, parent]`: character offsets in `sources[source].text`; parent is a loc or -1. */
export type Loc = readonly [source: number, start: number, end: number, parent: number]

/** What every payload begins with. Names everywhere are indices into `strings`; -1 means none. */
export interface PayloadHead<K extends PayloadKind = PayloadKind> {
  readonly schema: { readonly kind: K; readonly major: number; readonly minor: number }
  readonly strings: readonly string[]
  readonly sources: readonly Source[]
  readonly locs: readonly Loc[]
}

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
  readonly alive?: readonly (readonly [from: number, to: number])[]
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
  readonly bytes: number
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
export const STAT_COLUMNS = [
  "n",
  "zeros",
  "nan",
  "posInf",
  "negInf",
  "min",
  "max",
  "mean",
  "std",
  "rms",
  "l2",
  "gain",
] as const

/** Number of histogram columns `h0` to `h33`, one a power of two from 2^-26 to 2^7 (VISUAL: 2⁻²⁶ to 2⁸). */
export const HISTOGRAM_BINS = 34
/** Exponent of the first histogram bin. */
export const HISTOGRAM_FIRST = -26

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
  readonly error?: { readonly message: string; readonly node: number; readonly loc: number }
}

export interface GraphDoc extends PayloadHead<"graph">, GraphBody {}

/** One entry of the inspector's list "what harms this gradient", worst first, at most five. */
export interface Harm {
  readonly label: string
  readonly node: number
  readonly measure: string
  readonly remedy?: string
}

/** A graph with `runs[0].stats` for every node and, where it was tested, `checks`. */
export interface GradientDoc extends PayloadHead<"gradient">, GraphBody {
  readonly verdict?: {
    readonly ok: boolean
    readonly title: string
    readonly text?: string
    readonly fix?: string
  }
  readonly harms?: readonly Harm[]
  readonly history?: GradientHistory
  readonly cost?: LookCost
}

/** Any payload that has a graph in it. */
export interface GraphLike extends PayloadHead, GraphBody {}

/** Summary of a tensor. All moments are over finite elements. */
export interface TensorStats {
  readonly count: number
  readonly zeros: number
  readonly nan: number
  readonly posInf: number
  readonly negInf: number
  readonly min: FloatValue
  readonly max: FloatValue
  readonly mean: FloatValue
  readonly std: FloatValue
}

/** Counts per power of two of the finite non-zero elements: bin k holds 2^(first+k) <= |x| < 2^(first+k+1). */
export interface TensorHistogram {
  readonly first: number
  readonly negative: readonly number[]
  readonly positive: readonly number[]
}

/**
 * One level of the pyramid. The last two axes are rows and columns and are reduced by `factor`; leading
 * axes are kept up to `panels` panels, in row-major order. Columns hold panels x rows x columns numbers.
 * Maximum, minimum and NaN survive every reduction.
 */
export interface TensorLevel {
  readonly panels: number
  readonly rows: number
  readonly columns: number
  readonly factor: readonly [rows: number, columns: number]
  /** f32, mean of the finite elements of the cell; NaN when it has none. */
  readonly mean: Base64
  /** f32; absent when `factor` is [1, 1], because it equals `mean`. */
  readonly min?: Base64
  readonly max?: Base64
  /** u8 flags of each cell: 1 has NaN, 2 has +Inf, 4 has -Inf, 8 is all exactly zero. */
  readonly flags: Base64
}

/** What several tensors that are shown together mean to each other. */
export type TensorRole = "value" | "gradient" | "update"

/** Summary and picture of one tensor; never the whole array when that is large. */
export interface TensorPicture {
  /** Its name among the tensors of one output. */
  readonly label?: string
  readonly role?: TensorRole
  readonly dtype: string
  readonly bytes: number
  readonly stats: TensorStats
  readonly histogram: TensorHistogram
  /** Counts of the finite elements in equal parts of [min, max]: the sparkline. */
  readonly spread?: readonly number[]
  /** Finest first; empty for a tensor without elements. */
  readonly pyramid: readonly TensorLevel[]
  /** f64, row-major, when the tensor has at most 1,024 elements. */
  readonly values?: Base64
  /** The kernel that showed the tensor answers questions about its parts under this name (`TILES`). */
  readonly tiles?: { readonly id: string }
}

/** A tensor as an output; `linked` are others of the same shape, shown with one crosshair. */
export interface TensorDoc extends PayloadHead<"tensor">, TensorPicture {
  readonly title?: string
  readonly shape: readonly number[]
  readonly names?: readonly (string | null)[]
  readonly device?: string
  /** The `text/plain` of the same value. */
  readonly text: string
  /** Tick labels of the last two axes, as in a confusion matrix. */
  readonly labels?: { readonly rows?: readonly string[]; readonly columns?: readonly string[] }
  readonly linked?: readonly TensorPicture[]
  /** ‖update‖ / ‖value‖ of the linked tensors. */
  readonly ratio?: FloatValue
}

/** A tensor that steps show: whole, or in one line where it is too large to be stored. */
export interface TraceValue {
  /** The row whose value or cotangent it is. */
  readonly node: number
  readonly shape: readonly number[]
  /** Row-major, numbers of `width` bytes; absent: see `summary`. */
  readonly data?: Base64
  /** 4 for the exact values of an f32 tensor, else 8. */
  readonly width?: number
  readonly summary?: string
}

/**
 * Which entries of an operation's output depend on which of one input, and how much. `diagonal`: `value` holds the
 * derivative of each entry by the same entry. `contraction`: a sum of products, whose derivatives are the entries of
 * the other operand, `spec` as in einsum. `entries`: those that are not zero. `unknown`: `why` says it.
 */
export interface TraceJacobian {
  readonly kind: "diagonal" | "contraction" | "entries" | "unknown"
  readonly value?: number
  readonly spec?: string
  /** Little-endian u16 columns: flat positions in the output and in the input. */
  readonly row?: Base64
  readonly column?: Base64
  /** f32; absent where all are 1. */
  readonly data?: Base64
  readonly why?: string
}

/** What a backward step adds: a part of the gradient of `of`, sent by one use of it. Numbers without more say are indices into `values`. */
export interface TraceBack {
  /** Row of the value that gets the part. */
  readonly of: number
  /** Which operand of the operation it is. */
  readonly input: number
  /** Cotangent and value of the operation's output. */
  readonly upstream: number
  readonly output: number
  readonly jacobian: TraceJacobian
  /** Use number `use` of `uses`; `terms` are the parts of all uses so far, `sum` their sum. */
  readonly use: number
  readonly uses: number
  readonly terms: readonly number[]
  readonly sum: number
  /** The gradient of `of` by finite differences, where it was affordable. */
  readonly differences?: number
}

/** One step of the stepper: a node gets its value, or a use sends its part of a gradient. */
export interface TraceStep {
  /** Row of the operation, whose expression belongs to the step. */
  readonly node: number
  readonly phase: Phase
  /** What the scrubber calls it: `t₁`, `∂w`. */
  readonly label: string
  /** `h = tanh t₂`, `∂t₂ = ∂h × (1 − h²)`. */
  readonly text: string
  /** Index into `values`: the value, or the part that is sent. */
  readonly value: number
  /** Indices into `values`, and names, of the operation's operands; then the name of its output. */
  readonly operands: readonly number[]
  readonly names: readonly string[]
  /** Right-hand side as LaTeX; `⟦0⟧`, `⟦1⟧` stand for operands, `⟦y⟧` for the output, `⟦g⟧` for its cotangent. */
  readonly latex?: string
  /** Both sides entry by entry, the left as `⟦=⟧`. */
  readonly index?: string
  /** Each entry of the result depends on the same entry of the others, so that numbers fit into `latex`. */
  readonly elementwise?: boolean
  /** The contraction that the operation is, as in einsum. */
  readonly spec?: string
  /** Of control flow: what it did. */
  readonly inside?: string
  readonly back?: TraceBack
}

/** The error of a finite difference against its step, for one entry of a leaf; columns are f32. */
export interface TraceSweep {
  readonly node: number
  readonly entry: number
  readonly curves: readonly { readonly dtype: string; readonly error: Base64 }[]
}

/** What forward mode carries beside each value while one entry of a leaf moves: `values` are indices into `values`. */
export interface TraceTangents {
  readonly node: number
  readonly entry: number
  readonly values: readonly number[]
}

/** Operations on elements that both modes need. */
export interface TraceCost {
  readonly inputs: number
  readonly outputs: number
  readonly value: number
  readonly reverse: number
  readonly tangent: number
  /** False where a loop decides how often its operations happen. */
  readonly counted: boolean
}

/** A float input of the first argument. */
export interface TraceLeaf {
  readonly node: number
  readonly name: string
  /** Indices into `values`; the gradient is -1 where none flows. */
  readonly value: number
  readonly gradient: number
}

/** `stepThrough`: forward steps, then backward steps, over one small graph with its values. */
export interface TraceDoc extends PayloadHead<"trace">, GraphBody {
  readonly values: readonly TraceValue[]
  readonly steps: readonly TraceStep[]
  readonly leaves: readonly TraceLeaf[]
  readonly loss: number
  readonly cost: TraceCost
  /** How far finite differences may be from the gradient, as a part of its largest entry. */
  readonly tolerance: number
  /** f32: the steps of all sweeps. */
  readonly eps?: Base64
  readonly sweeps?: readonly TraceSweep[]
  readonly tangents?: readonly TraceTangents[]
  /** The gradients are to be predicted before they are shown. */
  readonly exercise?: boolean
  /** Under which name the kernel computes it again with other leaves. */
  readonly live?: string
}

/** The comm target under which a kernel computes a trace again with other leaves. */
export const STEPS = "defnote.steps/1"

/** One entry of a leaf that differs from the run. */
export interface LeafEdit {
  /** Index into `leaves`. */
  readonly leaf: number
  readonly entry: number
  readonly value: number
}
export interface StepRequest {
  readonly request: number
  /** `live` of the trace. */
  readonly live: string
  readonly edits: readonly LeafEdit[]
}
/** The answer: a trace, or why there is none. */
export type StepReply =
  | { readonly request: number; readonly doc: TraceDoc }
  | { readonly request: number; readonly problem: string }

/** `kernels`: a graph whose `kernels` are present, and times in `runs` where they were measured. */
export interface ProfileDoc extends PayloadHead<"profile">, GraphBody {}

/** One curve: f64 steps and values of equal length, at most 2,000 points. */
export interface TrainingSeries {
  readonly name: string
  readonly role: "loss" | "metric" | "gradient" | "update" | "rate"
  readonly step: Base64
  readonly value: Base64
}

/** Something that happened at a step; `inspect` says that the kernel can show the step's gradients. */
export interface TrainingEvent {
  readonly step: number
  readonly kind: string
  readonly text: string
  readonly inspect?: boolean
}

/** The live panel of a training loop. */
export interface TrainingDoc extends PayloadHead<"training"> {
  readonly title?: string
  readonly state: "running" | "done" | "stopped" | "failed"
  /** Why it stopped or failed before its end: `interrupted`, or the error. */
  readonly reason?: string
  readonly step: number
  readonly steps?: number
  /** Examples seen so far. */
  readonly items?: number
  readonly elapsedMs: number
  readonly series: readonly TrainingSeries[]
  readonly events: readonly TrainingEvent[]
  /** Steps at which something was not finite. */
  readonly badSteps?: number
  /** The last step whose loss and gradients were finite, when one was not. */
  readonly lastGood?: number
  /** Name of the panel in the kernel that shows it (`TRAINING`). */
  readonly panel?: string
}

/** The document of each kind. */
export interface PayloadOf {
  graph: GraphDoc
  gradient: GradientDoc
  tensor: TensorDoc
  trace: TraceDoc
  profile: ProfileDoc
  training: TrainingDoc
}
