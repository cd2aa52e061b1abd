/** @file The op facts and derivative rules of the example graphs. */
import type { GraphParts } from "../build.ts"

/** What op declarations would provide. */
export const OPS: NonNullable<GraphParts["ops"]> = [
  { op: "param", leaf: true },
  { op: "const", fold: "constant" },
  { op: "broadcast", fold: "view" },
  { op: "reshape", fold: "view" },
  { op: "transpose", fold: "view", text: "{0}ᵀ" },
  { op: "accumulate", sum: true, text: "{0} + {1}" },
  { op: "matmul", text: "{0} · {1}" },
  { op: "add", text: "{0} + {1}" },
  { op: "sub", text: "{0} − {1}" },
  { op: "mul", text: "{0} × {1}" },
  { op: "div", text: "{0} / {1}" },
  { op: "neg", text: "−{0}" },
  { op: "square", text: "{0}²" },
  { op: "sqrt", text: "√{0}" },
  { op: "greater", text: "{0} > {1}" },
  { op: "select", text: "{0} ? {1} : {2}" },
  { op: "sumTo", text: "Σ {0}" },
  { op: "sum", text: "Σ {0}" },
]

const rule = (op: string, input: number, text: string, latex = "") => ({
  id: `${op}/${input}`,
  input,
  text,
  latex,
})

export const RULES: NonNullable<GraphParts["rules"]> = [
  rule("matmul", 0, "{g} · {1}ᵀ", "\\bar{y} W^\\top"),
  rule("matmul", 1, "{0}ᵀ · {g}"),
  rule("sub", 1, "−{g}"),
  rule("mul", 0, "{g} × {1}"),
  rule("mul", 1, "{g} × {0}"),
  rule("div", 0, "{g} / {1}"),
  rule("div", 1, "−{g} × {y} / {1}"),
  rule("neg", 0, "−{g}"),
  rule("square", 0, "2 {0} × {g}"),
  rule("tanh", 0, "{g} × (1 − {y}²)"),
  rule("exp", 0, "{g} × {y}"),
  rule("log", 0, "{g} / {0}"),
  rule("sqrt", 0, "{g} / (2 {y})"),
  rule("rsqrt", 0, "−½ {g} × {y} / {0}"),
  rule("relu", 0, "{0} > 0 ? {g} : 0"),
  rule("gelu", 0, "{g} × gelu′({0})"),
  rule("select", 1, "{0} ? {g} : 0"),
  rule("select", 2, "{0} ? 0 : {g}"),
  rule("sum", 0, "{g}, repeated"),
  rule("gather", 0, "scatter-add {g}"),
]
