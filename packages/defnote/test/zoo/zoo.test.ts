/** @file The zoo of seeded bugs: what is wrong is named at its expression, with its pattern and a way out. */
import { tensor } from "@defnote/core"
import { describe, expect, test } from "vitest"
import { DRIFTING, RULES, ZERO } from "./no-gradient.ts"
import { BACKWARD, FORWARD, INSIDE } from "./not-finite.ts"
import { inspectCell, type Specimen } from "./run.ts"

const code = (fix: string | undefined): string | undefined => fix?.split("   //")[0]

function check({ source, args, scope, ...wanted }: Specimen): void {
  const [found] = inspectCell(source, args, scope)
  expect(found, "a finding").toBeDefined()
  const { kind, direction, expression, pattern } = found
  expect({ kind, direction, expression, pattern, fix: code(found.fix) }).toEqual({
    kind: wanted.kind,
    direction: wanted.direction,
    expression: wanted.expression,
    pattern: wanted.pattern,
    fix: wanted.fix === undefined ? code(found.fix) : wanted.fix,
  })
  expect(found.reason).toMatch(wanted.says)
}

describe.each([
  ["forward", FORWARD],
  ["backward", BACKWARD],
  ["inside loops and branches", INSIDE],
  ["gradients that are zero or missing", ZERO],
  ["gradients that vanish or explode", DRIFTING],
  ["custom rules", RULES],
] as const)("%s", (_, specimens) => {
  test.each(specimens)("$name", check)
})

/** Bugs that no code in place of the expression mends: of the data, of a product, of what was written as infinite. */
const NOT_MENDED = new Set([
  "NaN in the data",
  "0 × ∞",
  "∞ − ∞",
  "overflow of f32",
  "overflow of f16",
])
// A loop that waits for a number may wait for ever once that number is another.
const mendable = [...FORWARD, ...BACKWARD, ...INSIDE].filter(
  (s) => !NOT_MENDED.has(s.pattern) && !s.source.includes("while"),
)

test.each(mendable)("the fix mends: $name", ({ source, args, scope, expression, pattern }) => {
  const [{ fix = "" }] = inspectCell(source, args, scope)
  const whole = pattern === "the trap of where" ? /where\(.*\)(?=\.sum)/ : expression
  const mended = source.replace(whole, () => `(${code(fix)})`)
  expect(mended).not.toBe(source)
  const again = inspectCell(mended, args, scope).map((f) => `${f.kind}: ${f.pattern}`)
  expect(
    again.filter((f) => /^(nan|inf|overflow)/.test(f)),
    mended,
  ).toEqual([])
})

describe("what is no bug", () => {
  const sound: readonly (readonly [string, string, readonly unknown[]])[] = [
    [
      "?: does not have the trap of where",
      "const f = defn((s) => (s > 0 ? s.sqrt() : 0).sum())",
      [tensor([4, 0])],
    ],
    [
      "a mask of −∞ before a softmax",
      "const f = defn((s, m) => where(m > 0, s, -Infinity).softmax().square().sum())",
      [tensor([1, 2, 3]), tensor([1, 0, 1])],
    ],
    [
      "a softmax of the library",
      "const f = defn((z) => z.softmax().square().sum())",
      [tensor([1, 2, 3])],
    ],
    [
      "an ordinary loss",
      "const f = defn((w, x) => (x.matmul(w).tanh() - 1).square().mean())",
      [
        tensor([[0.5], [1]]),
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ],
    ],
  ]
  test.each(sound)("%s", (_, source, args) => {
    expect(inspectCell(source, args)).toEqual([])
  })
})
