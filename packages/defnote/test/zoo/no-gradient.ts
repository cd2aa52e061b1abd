/** @file Seeded bugs whose gradients are finite but zero, tiny, huge or wrong. */
import { tensor } from "@defnote/core"
import type { Specimen } from "./run.ts"

const backward = { direction: "backward" } as const
const zero = { ...backward, kind: "zero-grad" } as const

export const ZERO: readonly Specimen[] = [
  {
    ...zero,
    name: "dead relu",
    source: "const f = defn((w, x) => { const h = (x * w - 5).relu(); return (h * 3).sum() })",
    args: [tensor([1, 2]), tensor([1, 1])],
    expression: "(x * w - 5).relu()",
    pattern: "dead relu",
    says: /No gradient reaches w\. .*in all 2 places\. relu passes no gradient/,
    fix: "(x * w - 5).leakyRelu()",
  },
  {
    ...zero,
    name: "a layer whose relus are all dead",
    source:
      "const f = defn((p, x) => { const h = (x.matmul(p.w1) - 5).relu(); const y = h.matmul(p.w2); return y.square().mean() })",
    args: [
      {
        w1: tensor([
          [0.5, 1],
          [1, 2],
        ]),
        w2: tensor([[1], [2]]),
      },
      tensor([[1, 0.5]]),
    ],
    expression: "(x.matmul(p.w1) - 5).relu()",
    pattern: "dead relu",
    says: /No gradient reaches w1/,
    fix: "(x.matmul(p.w1) - 5).leakyRelu()",
  },
  {
    ...zero,
    name: "a relu that is dead in every turn of a loop",
    source:
      "const f = defn((w, xs) => { let s = xs.mean(); for (const r of xs) s = s + (r * w - 9).relu().sum(); return s })",
    args: [
      tensor([1, 2]),
      tensor([
        [1, 2],
        [3, 1],
      ]),
    ],
    expression: "(r * w - 9).relu()",
    pattern: "dead relu",
    says: /No gradient reaches w\. .*in all 2 places\. relu passes no gradient/,
    fix: "(r * w - 9).leakyRelu()",
  },
  {
    ...zero,
    name: "a gradient that is stopped in the body of a scan",
    source:
      "const f = defn((w, xs) => { let s = xs.mean(); for (const r of xs) s = s + stopGradient(r * w).sum(); return s })",
    args: [
      tensor([1, 2]),
      tensor([
        [1, 2],
        [3, 1],
      ]),
    ],
    expression: "stopGradient(r * w)",
    pattern: "stopped gradient",
    says: /No gradient reaches w\. stopGradient\(r \* w\) is a constant/,
    fix: "r * w",
  },
  {
    ...zero,
    name: "a comparison in the body of a while loop",
    source:
      "const f = defn((w, x) => { let s = x.sum(); while (s < 50) s = s * 2 + (w > 1).asType('f32').sum(); return s })",
    args: [tensor([1, 2]), tensor([1, 2])],
    expression: "w > 1",
    pattern: "comparison",
    says: /No gradient reaches w\. w > 1 is true or false/,
    fix: "(w - 1).sigmoid()",
  },
  {
    ...zero,
    name: "a dead relu in a branch in the body of a while loop",
    source: `const f = defn((w, x) => {
      let s = x.sum()
      while (s < 50) { if (s > 0) { s = s * 2 + (w - 5).relu().sum() } else { s = s + 10 } }
      return s
    })`,
    args: [tensor([1, 2]), tensor([1, 2])],
    expression: "(w - 5).relu()",
    pattern: "dead relu",
    says: /No gradient reaches w\. .*in all 2 places\. relu passes no gradient/,
    fix: "(w - 5).leakyRelu()",
  },
  {
    ...zero,
    name: "a gradient that is stopped in the branch that is taken",
    source:
      "const f = defn((w, x) => { let s = x.sum(); if (s > 0) { s = s * 2 + stopGradient(w).sum() } else { s = s + w.sum() }; return s })",
    args: [tensor([1, 2]), tensor([1, 2])],
    expression: "stopGradient(w)",
    pattern: "stopped gradient",
    says: /No gradient reaches w\. stopGradient\(w\) is a constant/,
    fix: "w",
  },
  {
    ...zero,
    name: "masked by 0 under if",
    source:
      "const f = defn((w, m) => { let y = w.sum(); if (m.sum() < 1) y = (w * m).sum(); return y })",
    args: [tensor([1, 2]), tensor([0, 0])],
    expression: "w * m",
    pattern: "multiplied by 0",
    says: /No gradient reaches w/,
    fix: "m + 1e-3",
  },
  {
    ...zero,
    name: "a product with hidden values that are all 0",
    source:
      "const f = defn((w, x) => { const h = x.relu(); const y = h.matmul(w); return (y + 1).square().mean() })",
    args: [tensor([[1], [2]]), tensor([[-1, -2]])],
    expression: "h.matmul(w)",
    pattern: "multiplied by 0",
    says: /h is 0 in all 2 places/,
  },
  {
    ...zero,
    name: "stopGradient",
    source:
      "const f = defn((w) => { const target = stopGradient(w * 2); return (target - 1).square().sum() })",
    args: [tensor([1, 2])],
    expression: "stopGradient(w * 2)",
    pattern: "stopped gradient",
    says: /is a constant for gradients/,
    fix: "w * 2",
  },
  {
    ...zero,
    name: "integer cast",
    source: 'const f = defn((w) => { const k = w.asType("i32"); return (k * 0.5).sum() })',
    args: [tensor([1.5, 2.5])],
    expression: 'w.asType("i32")',
    pattern: "whole numbers",
    says: /is i32, and whole numbers have no derivative/,
    fix: "w",
  },
  {
    ...zero,
    name: "argMax",
    source:
      "const f = defn((w, table) => { const best = w.argMax(); return table.take(best).sum() })",
    args: [tensor([1, 3, 2]), tensor([5, 6, 7])],
    expression: "w.argMax()",
    pattern: "whole numbers",
    says: /is i32, and whole numbers have no derivative/,
    fix: "(w * 10).softmax()",
  },
  {
    ...zero,
    name: "comparison",
    source: 'const f = defn((w, x) => { const hit = w > x; return hit.asType("f32").mean() })',
    args: [tensor([1, 3]), tensor([2, 2])],
    expression: "w > x",
    pattern: "comparison",
    says: /is true or false and has no derivative/,
    fix: "(w - x).sigmoid()",
  },
  {
    ...zero,
    name: "rounding",
    source: "const f = defn((w) => (w.round() * 2).sum())",
    args: [tensor([1.2, 2.7])],
    expression: "w.round()",
    pattern: "step function",
    says: /constant between its jumps: its derivative is 0/,
    fix: "w",
  },
  {
    ...zero,
    name: "unused parameter",
    source: "const f = defn((p, x) => (x * p.w).sum())",
    args: [{ w: tensor([1, 2]), b: tensor([0.5]) }, tensor([1, 1])],
    expression: "b",
    pattern: "unused parameter",
    says: /Nothing that the result is made of reads b/,
    fix: "use b in the result, or leave it out of the parameters",
  },
  {
    ...zero,
    name: "a path that is detached: an old copy of the weight is used",
    source: "const f = defn((w, x) => (x * old).sum() + x.sum())",
    scope: { old: tensor([1, 2]) },
    args: [tensor([1, 2]), tensor([3, 4])],
    expression: "w",
    pattern: "unused parameter",
    says: /reads w/,
  },
  {
    ...zero,
    name: "masked by 0",
    source: "const f = defn((w, mask) => { const kept = w.exp() * mask; return kept.sum() })",
    args: [tensor([1, 2]), tensor([0, 0])],
    expression: "w.exp() * mask",
    pattern: "multiplied by 0",
    says: /in all 2 places\. By the product rule/,
    fix: "mask + 1e-3",
  },
  {
    ...zero,
    name: "masked where the rest is dead",
    source: "const f = defn((w, mask) => { const kept = w * mask; return kept.relu().sum() })",
    args: [tensor([1, -2]), tensor([0, 1])],
    expression: "kept.relu()",
    pattern: "dead relu",
    says: /in all 2 places/,
    fix: "kept.leakyRelu()",
  },
  {
    ...zero,
    name: "a side of where that is never taken",
    source: "const f = defn((w, x) => where(x > 0, x, w * 2).sum())",
    args: [tensor([1, 2]), tensor([3, 4])],
    expression: "where(x > 0, x, w * 2)",
    pattern: "never chosen",
    says: /The condition never takes this side/,
  },
  {
    ...zero,
    name: "never the larger one",
    source: "const f = defn((w) => { const y = w.maximum(10); return y.sum() })",
    args: [tensor([1, 2])],
    expression: "w.maximum(10)",
    pattern: "never the larger one",
    says: /maximum passes the gradient to the larger operand only/,
    fix: "w.softplus()",
  },
  {
    ...zero,
    name: "saturated sigmoid",
    source: "const f = defn((w) => { const gate = (w * 100).sigmoid(); return gate.sum() })",
    args: [tensor([1, 2])],
    expression: "(w * 100).sigmoid()",
    pattern: "saturated sigmoid",
    says: /rounds to 0 or 1, where the curve is flat/,
    fix: "(w * 100).standardize()",
  },
  {
    ...zero,
    name: "two ways, both cut",
    source:
      "const f = defn((w) => { const a = stopGradient(w); const b = w.relu(); return (a + b).sum() })",
    args: [tensor([-1, -2])],
    expression: "stopGradient(w)",
    pattern: "stopped gradient",
    says: /All 2 ways from it to the result are cut/,
  },
  {
    ...zero,
    name: "a weight that starts at 0 under a square",
    source: "const f = defn((w) => w.square().sum())",
    args: [tensor([0, 0])],
    expression: "w.square()",
    pattern: "square at 0",
    says: /flat at its lowest point/,
  },
]

export const DRIFTING: readonly Specimen[] = [
  {
    ...backward,
    name: "a sigmoid that is almost saturated",
    kind: "vanishing",
    source: "const f = defn((w, x) => { const gate = (w * x).sigmoid(); return (gate * 2).sum() })",
    args: [tensor([-20, -30]), tensor([2, 2])],
    expression: "(w * x).sigmoid()",
    pattern: "vanishing gradient",
    says: /shrinks by more than the digits of f32/,
    fix: "(w * x).standardize()",
  },
  {
    ...backward,
    name: "a softmax that is almost one-hot",
    kind: "vanishing",
    source: "const f = defn((z) => z.softmax().square().sum())",
    args: [tensor([1, 2, 60])],
    expression: "z.softmax()",
    pattern: "vanishing gradient",
    says: /z\.softmax\(\) does most of it/,
    fix: "(z / 10).softmax()",
  },
  {
    ...backward,
    name: "a chain of products that explodes",
    kind: "exploding",
    source:
      "const f = defn((x, w) => { let h = x; for (let i = 0; i < 9; i++) h = h.matmul(w); return h.mean() })",
    args: [
      tensor([[1, 1]]),
      tensor([
        [9, 9],
        [9, 9],
      ]),
    ],
    expression: "h.matmul(w)",
    pattern: "exploding gradient",
    says: /grows by more than the digits of f32 .* 9 of 12 operations on the way are like it/,
  },
  {
    ...backward,
    name: "one scale that is far too large",
    kind: "exploding",
    source: "const f = defn((w) => { const a = w * 3; const b = a * 1e9; return (b + 1).sum() })",
    args: [tensor([0.5, 0.25])],
    expression: "a * 1e9",
    pattern: "exploding gradient",
    says: /a \* 1e9 does most of it: ×1\.0e\+9/,
  },
]

/** A custom rule `rule(g, x)` for the square of `x`. */
const square = (rule: string): string =>
  `const squared = customGrad((x) => x.multiply(x), (g, { inputs: [x] }) => [${rule}])
   const f = defn((w) => { const e = squared(w * 3); return e.sum() })`
const wrong = { ...backward, kind: "wrong-rule", expression: "squared(w * 3)" } as const
const product = (rule: string): string =>
  `const apply = customGrad((a, b) => a.matmul(b), (g, { inputs: [a, b] }) => [${rule}])
   const f = defn((m, b) => { const y = apply(m * 2, b); return (y * y).sum() })`
const matrices = [
  tensor([
    [1, 2],
    [3, 5],
  ]),
  tensor([
    [1, -1],
    [2, 1],
  ]),
]

export const RULES: readonly Specimen[] = [
  {
    ...wrong,
    name: "wrong sign",
    source: square("g.multiply(x).multiply(-2)"),
    args: [tensor([0.5, -1.5, 2])],
    pattern: "wrong sign",
    says: /The derivative of squared\(w \* 3\) is wrong by .* has the wrong sign/,
    fix: "negate(gradient)",
  },
  {
    ...wrong,
    name: "wrong factor",
    source: square("g.multiply(x)"),
    args: [tensor([0.5, -1.5, 2])],
    pattern: "wrong factor",
    says: /is 0\.5 times the right one/,
    fix: "multiply(gradient, 2)",
  },
  {
    ...wrong,
    name: "the cotangent is not used",
    source: square("x.multiply(2)"),
    args: [tensor([0.5, -1.5, 2])],
    pattern: "cotangent not used",
    says: /does not depend on the cotangent/,
    fix: "multiply(cotangent, slope)",
  },
  {
    ...wrong,
    name: "missing term",
    source: `const squared = customGrad((x) => x.multiply(x).add(x.sin()), (g, { inputs: [x] }) => [g.multiply(x).multiply(2)])
   const f = defn((w) => { const e = squared(w * 3); return e.sum() })`,
    args: [tensor([0.5, -1.5, 2])],
    pattern: "missing term",
    says: /a term is missing or too much/,
  },
  {
    ...wrong,
    name: "transpose",
    expression: "apply(m * 2, b)",
    source: product("g.matmul(b), a.transpose().matmul(g)"),
    args: matrices,
    pattern: "missing term",
    says: /of operand 0 is wrong in/,
  },
  {
    ...wrong,
    name: "transposed result",
    expression: "apply(m * 2, b)",
    source: product("g.matmul(b.transpose()).transpose(), a.transpose().matmul(g)"),
    args: matrices,
    pattern: "transposed derivative",
    says: /rows and columns exchanged/,
    fix: "gradient.transpose()",
  },
]
