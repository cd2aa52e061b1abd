/** @file What an op declares (D3.4, K1.2). Families fill most of it in; see ops/family.ts. */
import type { Graph } from "./graph.ts"
import type { Value } from "./number.ts"
import type { Scalar } from "./scalar.ts"
import type { TensorType } from "./shape.ts"
import type { Storage } from "./storage.ts"
import type { Attrs, Tensor } from "./tensor.ts"

/** A cotangent or tangent; null means zero. */
export type Grad = Tensor | null
/** One entry per input. `g` has one entry per output. Built from public functions, so a gradient is a graph (D3.8). */
export type Vjp = (g: readonly Grad[], node: Tensor) => readonly Grad[]
/** No gradient, and why. */
export interface Flat {
  readonly flat: string
}
export interface Batched {
  readonly outputs: readonly Tensor[]
  readonly batched: readonly boolean[]
}
/** Elements as values: what the reference compiler computes with. */
export type Values = ArrayLike<Value>

/** The element at index `i` of the output, in terms of elements of the inputs: fusing is calling it (C5). */
export type At = (
  i: readonly Scalar[],
  load: (input: number, i: readonly Scalar[]) => Scalar,
  node: Tensor,
) => Scalar

/** One case of the conformance table: types of the inputs, and how to build the call where `make` alone does not. */
export interface Sample {
  readonly inputs: readonly TensorType[]
  readonly attrs?: Attrs
  /** Where the input values are drawn from; default [-2, 2]. */
  readonly range?: readonly [number, number]
  readonly apply?: (...x: Tensor[]) => Tensor | readonly Tensor[]
}
/** A call that must fail, and a part of its message. */
export interface ErrorSample {
  readonly call: () => unknown
  readonly message: string
}
/** A closed graph inside a node, and what each of its inputs is. */
export interface Region {
  readonly name: string
  readonly graph: Graph
  /** `same` reads input `of` of the node; `slice` one slice of it a turn; `carry` enters as it and is replaced each turn. */
  readonly inputs: readonly { readonly of: number; readonly as: "same" | "slice" | "carry" }[]
}
/** What a node of control flow holds inside: for whoever draws or prints it. */
export interface Nested {
  readonly kind: "loop" | "cond" | "call"
  readonly name: string
  /** How often a loop runs, where that is known before it runs. */
  readonly turns?: number
  readonly regions: readonly Region[]
}
/** A graph of a derivative that goes through a graph of the node that it is the derivative of, backwards. */
export interface Reversed {
  /** Which region of the node it goes through. */
  readonly of: number
  /** What its inputs are to the derivative; bookkeeping that it has besides stays inside. */
  readonly region: Region
  /** Nodes of its graph that are the inputs of the region of the node. */
  readonly inputs: readonly Tensor[]
  /** The cotangents of those inputs, null where none flows; and those of the region's outputs, with which it begins. */
  readonly cotangents: readonly Grad[]
  readonly seeds: readonly Grad[]
  /** How many turns of each carry are kept for it, where it is a loop. */
  readonly kept?: number
}
export interface Latex {
  /** Binding strength: 1 sum, 2 product, 3 prefix, 8 power, 9 atom. */
  readonly level: number
  /**
   * The strength that each operand needs to stand without brackets. Without it an atom brackets nothing, a prefix all but
   * atoms, a sum or product what binds less, and after the first operand what binds as much.
   */
  readonly operands?: readonly number[]
  /** Of a product: a number is written before the other operand. */
  readonly numberFirst?: boolean
  /** Of a move: it changes the order of the elements, so a formula does not leave it out. */
  readonly reorders?: boolean
  readonly print: (...args: string[]) => string
}

/** A derivative entry by entry, in LaTeX: for an op of one operand whose rule is an algorithm, too long to be printed. */
export interface EntryFormula {
  /** The index of an entry of the operand: `j`. */
  readonly at: string
  /** What this entry gets, over names of the operand, of the output and of its cotangent. */
  readonly latex: (x: string, y: string, g: string) => string
}

/**
 * A place where an op, or a public function that is built of ops, stops giving useful numbers: in words and with a way
 * out. An inspection finds it by the operands that the op had, never by the op's name (decision 011).
 */
export interface Hazard {
  /**
   * What is wrong there. `value`: the value is not finite although the operands are. `slope`: the value is finite, the
   * derivative is not. `flat`: the derivative is exactly 0. `unchosen`: the value hides an operand whose derivative is
   * not finite.
   */
  readonly in: "value" | "slope" | "flat" | "unchosen"
  /** What people call it, such as "log of 0". */
  readonly pattern: string
  /** Whether these elements, one of each operand, and the element of the result are at that place. */
  readonly at: (x: readonly number[], y: number) => boolean
  /** The value is defined, but larger than its dtype can hold. */
  readonly overflow?: boolean
  /** For `flat`: the operand to which no gradient goes; absent for all. */
  readonly operand?: number
  /** A fact about the node and those who read its value; a hazard with one must stand before the plain ones. */
  readonly among?: (n: Tensor, users: (n: Tensor) => readonly Tensor[]) => boolean
  /** One or two sentences. */
  readonly why: string
  /** Code in place of the call; `{0}`, `{1}` are the operands as the user wrote them. */
  readonly fix: string
}

/** One run of a graph inside a node: of a branch, of a turn of a loop. */
export interface InnerRun {
  readonly graph: Graph
  readonly inputs: readonly Storage[]
  /** "" or such as "in turn 3". */
  readonly label: string
}
/** Computes the outputs of a graph. */
export type RunGraph = (graph: Graph, inputs: readonly Storage[]) => readonly Storage[]

export type Family =
  | "source"
  | "unary"
  | "binary"
  | "compare"
  | "select"
  | "reduce"
  | "cumulative"
  | "move"
  | "gather"
  | "contract"
  | "composite"
  | "routine"
  | "random"
  | "effect"
  | "syntax"

export interface Op {
  readonly name: string
  readonly family: Family
  readonly type: (
    inputs: readonly TensorType[],
    attrs: Attrs,
    nodes: readonly Tensor[],
  ) => readonly TensorType[]
  /** Another way to write the same node: its shortest attributes, a constant. Part of `make`, so no transform can miss it (C2). */
  readonly normal?: (inputs: readonly Tensor[], attrs: Attrs) => Tensor | undefined
  readonly vjp: Vjp | Flat
  /** Only where the derived rule is not wanted: control flow (C4). */
  readonly jvp?: (
    node: Tensor,
    inputs: readonly Tensor[],
    tangents: readonly Grad[],
  ) => readonly Grad[]
  /** Only where attributes speak of all axes. Default: the same op over more leading axes (C1). */
  readonly batch?: (
    node: Tensor,
    inputs: readonly Tensor[],
    batched: readonly boolean[],
    size: number,
  ) => Batched
  readonly at?: At
  /** The oracle: plain loops. Absent where `at` is the definition, or a body is. */
  readonly evaluate?: (
    inputs: readonly Values[],
    node: Tensor,
    wanted: ReadonlySet<number>,
  ) => readonly Values[]
  /** The input that must not be zero where it is an integer. */
  readonly divisor?: number
  /** Linear in each input, or in all of them together: its own jvp (C4). */
  readonly linear?: "each" | "jointly"
  /** How a reduction folds: lets a compiler write one loop for all reductions. Identity as a value of the dtype. */
  readonly fold?: Fold
  /** A graph over the inputs that means the same: for routines and composites (D3.6). */
  readonly body?: (node: Tensor) => readonly Tensor[]
  /**
   * The call that makes the node, as a template: `{0}` an input, `{all}` all of them, `{name}` an attribute, `{shape}`,
   * `{names}`, `{dtype}` of the result, `{ones}` the shape of the input with axes of size 1 where the result has new ones,
   * `{name|0}` an attribute of the last axes filled up in front with 0, 1 or the `size` of the axis. Without one: the
   * public function of the op's name with its inputs.
   */
  readonly code?: string
  /** Every element of its one input stands in the result, all equally often: what is counted of the one holds for the other. */
  readonly evenly?: boolean
  /** The closed graphs inside, of control flow and calls. */
  readonly nested?: (node: Tensor) => Nested
  /** Of a derivative of the node that holds graphs too: how they go through those of the node. */
  readonly reversed?: (node: Tensor, derivative: Tensor) => readonly Reversed[]
  /** Never shared, kept in order (C11). */
  readonly effect?: boolean
  readonly latex?: Latex
  /** Its derivative for people, where the graph of the rule is no formula. */
  readonly formula?: (n: Tensor) => EntryFormula
  /** Where it leaves the finite numbers, or stops a gradient. */
  readonly hazards?: readonly Hazard[]
  /** What runs inside it for these inputs, in order: for looking into branches and loops. */
  readonly turns?: (n: Tensor, inputs: readonly Storage[], run: RunGraph) => Iterable<InnerRun>
  readonly samples?: readonly Sample[]
  readonly errors?: readonly ErrorSample[]
}
/** A reduction over `attrs.axes`: `identity` and `combine` in scalar instructions over the accumulator dtype. */
export interface Fold {
  readonly identity: (dtype: TensorType["dtype"]) => Value
  readonly combine: (acc: Scalar, x: Scalar) => Scalar
}
