/** @file What is measured: names, sizes, and how much work one run is. Every system runs the same ones. */

export interface Workload {
  readonly name: string
  readonly about: string
  /** Floating-point operations of one run, where that is a meaningful count. */
  readonly flops?: number
}

/** Each name is known to every peer's own script. Sizes are part of the name's meaning and never change. */
export const WORKLOADS: readonly Workload[] = [
  { name: "matmul512", about: "C = A B, 512 x 512, f32", flops: 2 * 512 ** 3 },
  { name: "matmul1024", about: "C = A B, 1024 x 1024, f32", flops: 2 * 1024 ** 3 },
  { name: "chainA", about: "a*b + c*a - b over 4M f32" },
  { name: "chainT", about: "tanh(a*b) + exp(-a*a)*c over 4M f32" },
  { name: "softmax", about: "softmax over the last axis, 1024 x 1024 f32" },
  { name: "layernorm", about: "layer norm over the last axis, 1024 x 1024 f32" },
  { name: "sum", about: "sum of 4M f32" },
  { name: "mlp", about: "digits training step: 784-256-10, batch 128, forward, backward, SGD" },
  {
    name: "firstcall",
    about: "first call of a new chainA function of 16 f32: trace, compile, run",
  },
  { name: "dispatch", about: "one more call of a compiled a + b over 16 f32" },
]
