/** @file Headings of docs/ops.md: which files of the engine make a group. */

/** In the order of the document. A file that is not here comes at the end, under its own name. */
export const GROUPS = {
  "Values and creation": ["value.ts", "ops/create.ts"],
  Types: ["ops/type.ts"],
  Arithmetic: ["ops/arithmetic.ts", "ops/power.ts"],
  "Exponentials and logarithms": ["ops/exponential.ts"],
  Trigonometry: ["ops/trigonometric.ts"],
  "Rounding and kinds of numbers": ["ops/rounding.ts"],
  "Comparison, logic and choice": ["ops/compare.ts", "ops/logic.ts", "ops/choice.ts"],
  Bits: ["ops/bitwise.ts"],
  Activations: ["ops/activation.ts", "ops/normalize.ts"],
  "Reductions and statistics": ["ops/reduce.ts", "ops/statistics.ts"],
  "Running folds": ["ops/cumulative.ts"],
  Sorting: ["ops/sort.ts"],
  "Shape and movement": [
    "ops/move.ts",
    "ops/move-order.ts",
    "ops/move-part.ts",
    "ops/move-join.ts",
  ],
  Indexing: ["ops/indexing.ts", "ops/taking.ts"],
  Products: ["ops/products.ts", "ops/einsum.ts"],
  "Random numbers": ["ops/random.ts"],
  "Functions of functions": [
    "pipe.ts",
    "defn.ts",
    "transforms/gradient.ts",
    "transforms/forward.ts",
    "transforms/vectorize.ts",
    "transforms/custom-grad.ts",
    "ops/custom.ts",
  ],
  "Control flow": ["ops/control-flow.ts"],
  "Looking inside": ["ops/print-value.ts"],
}

const known = new Map(Object.entries(GROUPS).flatMap(([g, files]) => files.map((f) => [f, g])))

/** @param {string} file below `packages/core/src` */
export const groupOf = (file) => known.get(file) ?? `\`${file}\``
