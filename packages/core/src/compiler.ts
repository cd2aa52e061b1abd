/** @file What a compiler is (K2). Knows no compiler. */
import type { Graph } from "./graph.ts"
import type { Storage } from "./storage.ts"
import type { Tensor } from "./tensor.ts"

export interface CompileOptions {
  /** Rules of real numbers that floats break at zeros, infinities or NaN: `x * 0` is 0, `x - x` is 0, `x / x` is 1. */
  readonly fastMath?: boolean
  /** No instruction whose digits differ between machines: multiply-add rounds as the reference compiler does. */
  readonly strict?: boolean
  /**
   * Errors in place of values that are defined but seldom meant (S6): integers divided by zero, computed indices outside
   * their axis, NaN made from operands without NaN, infinities made from finite operands. The first offender is named: op,
   * expression, element, value. In loops, branches, calls and gradients too. Both sides of `where` are computed, so both are
   * looked at; of element-wise code in `?:`, and of a `cond` under `vmap`, only what is chosen. Sums, products of matrices and
   * other ops of many elements count as offenders where no operand as a whole explains the value. `fastMath` rules stay off.
   * Slower: for finding faults.
   */
  readonly checks?: boolean
  /** The executable measures its kernels. */
  readonly profile?: boolean
  /** Inputs whose memory the program may reuse (D4.4). */
  readonly donate?: readonly number[]
}
export interface Compiler {
  readonly name: string
  readonly devices: readonly string[]
  /** True, or in one sentence why it cannot run here. */
  available(): true | string
  /** Requests a device that must be opened first. */
  open?(): Promise<void>
  /** @throws CompileError naming the node, its expression and the reason; never falls back (D6.1) */
  compile(graph: Graph, options: CompileOptions): Executable
}
export interface Executable {
  /** One storage per input of the graph, in order; gives one per output. */
  run(inputs: readonly Storage[]): Storage[]
  readonly kernels: readonly KernelInfo[]
  readonly memory: MemoryPlan
  /** What the passes before lowering did, in their order (D3.9). */
  readonly steps: readonly RewriteStep[]
  /** Nanoseconds of each kernel in the last run; only of a program that was compiled with `profile`. */
  readonly kernelNs?: readonly number[]
  dispose(): void
}
/** What one pass did. Nodes of the graph before stay as they are, so both graphs can be shown (K5). */
export interface RewriteStep {
  readonly name: string
  /** Milliseconds. */
  readonly ms: number
  /** Nodes that the graph has after the pass and had not before; those of branches and loops too. */
  readonly added: readonly Tensor[]
  readonly removed: readonly Tensor[]
  /** For each node that is new, or stands for others than itself, the nodes before the pass that it stands for. */
  readonly from: ReadonlyMap<Tensor, readonly Tensor[]>
  /** Rules in the order in which they fired: the nodes that matched, and those made in their place. */
  readonly matches: readonly {
    readonly rule: string
    readonly out: readonly Tensor[]
    readonly in: readonly Tensor[]
  }[]
}
/** A graph inside a node of control flow: which of its regions. */
export interface Part {
  readonly holder: Tensor
  readonly part: number
}
/** A node, and the graphs inside other nodes in which it stands, the outermost first. */
export interface NodePlace {
  readonly node: Tensor
  readonly within: readonly Part[]
}
/** One generated kernel, for people to read. */
export interface KernelInfo {
  readonly id: string
  /** The kernel form: map, row, reduce, contract, ... (D6.4). */
  readonly form: string
  readonly nodes: readonly Tensor[]
  /** Where these nodes stand: equal loops, and calls of one block, have equal nodes inside. */
  readonly places?: readonly NodePlace[]
  /** Why these nodes share a kernel. */
  readonly why: string
  /** Why the next node is not in it. */
  readonly whyNotNext?: string
  readonly language: string
  readonly source: string
  /** Pairs of a line (from 1) and a node. */
  readonly lineNodes: readonly (readonly [line: number, node: Tensor])[]
  readonly linePlaces?: readonly (readonly [line: number, place: NodePlace])[]
  /** Bytes read and written, and arithmetic operations, of one run. */
  readonly bytes: number
  readonly flops: number
  /** What it reads and writes: the names in `source`, and the nodes whose values they are. */
  readonly buffers: readonly KernelBuffer[]
}
export interface KernelBuffer {
  readonly name: string
  readonly use: "read" | "write" | "scratch"
  readonly bytes: number
  /** Absent for memory of the kernel's own. */
  readonly node?: Tensor
  readonly place?: NodePlace
}
export interface MemoryPlan {
  /** Bytes of scratch at the peak, beside inputs and outputs. */
  readonly peakBytes: number
  /** Birth and death of each value that is kept, as positions in the schedule. */
  readonly values: readonly {
    /** Absent for memory of a kernel's own, such as an operand in another order. */
    readonly node?: Tensor
    readonly place?: NodePlace
    readonly bytes: number
    readonly from: number
    readonly to: number
  }[]
}
