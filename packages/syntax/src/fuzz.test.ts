/** @file Random functions: original JavaScript = plain run = traced run (D10.3). DEFNOTE_SEED sets the first seed. */
import { isDeepStrictEqual } from "node:util"
import { expect, test } from "vitest"
import { randomFunction } from "./testing/random.ts"
import { shrink } from "./testing/shrink.ts"
import { build, comparable, traced } from "./testing/three_ways.ts"
import { ToyError } from "./testing/toy.ts"

const FIRST = Number(process.env.DEFNOTE_SEED ?? 1)
const COUNT = process.env.DEFNOTE_FULL === "1" ? 5000 : 300
const INPUTS = [
  [0.5, 1],
  [-3, 2.5],
  [4, -1],
]

function attempt(f: () => unknown): unknown {
  try {
    return comparable(f())
  } catch (error) {
    return error
  }
}

/** A code such as `D208`: tracing was refused with it. */
type Verdict = "agrees" | "original throws" | "lines" | "plain" | "traced" | `D${string}`

/** A random name may hide another one; nothing else may be refused where all constructs are lowered. */
const HIDDEN = "D213"

function judge(text: string): Verdict {
  const { original, rewritten, code, source } = build(text)
  if (code.split("\n").length !== source.split("\n").length) return "lines"
  let refused: Verdict | undefined
  for (const input of INPUTS) {
    const want = attempt(() => original(...input))
    if (want instanceof Error) return "original throws"
    if (
      !isDeepStrictEqual(
        attempt(() => rewritten(...input)),
        want,
      )
    )
      return "plain"
    const got = attempt(() => traced(rewritten, input))
    if (got instanceof ToyError) refused = got.code
    else if (!isDeepStrictEqual(got, want)) return "traced"
  }
  return refused ?? "agrees"
}

function verdictOf(text: string): Verdict | "syntax" {
  try {
    return judge(text)
  } catch {
    return "syntax"
  }
}

/** Counts the functions that tracing refused; a wrong one fails with its seed and its smallest form. */
function fuzz(rich: boolean): number {
  let refused = 0
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const text = randomFunction(seed, rich)
    const verdict = verdictOf(text)
    if (verdict === HIDDEN || (rich && verdict.startsWith("D"))) refused++
    else if (verdict !== "agrees") {
      const small = shrink(text, (candidate) => verdictOf(candidate) === verdict)
      expect.fail(`seed ${seed}: ${verdict}\n${small}\n${build(small).code}`)
    }
  }
  return refused
}

test("random functions of lowered constructs agree", () => {
  console.log(`fuzz: seeds ${FIRST} to ${FIRST + COUNT - 1}`)
  fuzz(false)
})

test("random functions with constructs that stay JavaScript agree or are refused", () => {
  const refused = fuzz(true)
  console.log(`fuzz, rich: ${refused} of ${COUNT} functions refused`)
  expect(refused).toBeLessThan(COUNT * 0.9)
})
