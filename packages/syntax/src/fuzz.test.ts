/** @file Random functions: original JavaScript = plain run = traced run (D10.3). DEFNOTE_SEED sets the first seed. */
import { expect, test } from "vitest"
import { randomFunction } from "./testing/random.ts"
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

/** Counts the functions of which tracing was refused; a wrong result fails with the seed and the text. */
function fuzz(rich: boolean): number {
  let refused = 0
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const text = randomFunction(seed, rich)
    const where = `seed ${seed}\n${text}`
    const { original, rewritten, code, source } = build(text)
    expect(code.split("\n").length, where).toBe(source.split("\n").length)
    for (const input of INPUTS) {
      const want = comparable(original(...input))
      expect(
        attempt(() => rewritten(...input)),
        `plain ${input} ${where}\n${code}`,
      ).toEqual(want)
      const got = attempt(() => traced(rewritten, input))
      if (rich && got instanceof ToyError) refused++
      else expect(got, `traced ${input} ${where}\n${code}`).toEqual(want)
    }
  }
  return refused
}

test("random functions of lowered constructs agree", () => {
  console.log(`fuzz: seeds ${FIRST} to ${FIRST + COUNT - 1}`)
  expect(fuzz(false)).toBe(0)
})

test("random functions with constructs that stay JavaScript agree or are refused", () => {
  const refused = fuzz(true)
  console.log(`fuzz, rich: ${refused} of ${COUNT * INPUTS.length} traces refused`)
  expect(refused).toBeLessThan(COUNT * INPUTS.length * 0.9)
})
