/** @file The payload of the stepper, and how it is computed again with other leaves; types and a name only. */
import type { GraphBody, Phase } from "./graph.ts"
import type { Base64, PayloadHead } from "./head.ts"

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
  readonly kinks?: TraceKinks
}

/** Entries at which the function has two slopes, so that no difference can say what is right there. */
export interface TraceKinks {
  /** The operation that stands at its kink. */
  readonly node?: number
  readonly entries: readonly number[]
  /** f32: the slope on each side, one for each of `entries`. */
  readonly left: Base64
  readonly right: Base64
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
  /** Index on the left side of `latex`, of a rule that is written entry by entry. */
  readonly entry?: string
  /** The right-hand side of one entry where `latex` takes whole tensors: `⟦a⟧`, `⟦b⟧` are the same entry of `parts`. */
  readonly written?: string
  readonly parts?: readonly number[]
  /** The contraction that the operation is, as in einsum. */
  readonly spec?: string
  /** Of control flow that is one step: what it did; of a condition or a test what follows. */
  readonly inside?: string
  /** Inside loops: turn and number of turns, the outermost loop first. */
  readonly turns?: readonly (readonly [turn: number, of: number])[]
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
  /** What a teacher says of it: the question, and a hint before those that every step has. */
  readonly task?: { readonly text: string; readonly hint?: string }
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
