/** @file Tests of reading doc comments: sentences, tags on a line of their own or not, overloads. */
import { expect, test } from "vitest"
import { exportsOf, firstSentence, parseModule, readDoc } from "./comments.mjs"

test("a comment on one line has its example", () => {
  const doc = readDoc("* The sum of {@link x}. @example sum(x) // 3 ")
  expect(doc.description).toBe("The sum of `x`.")
  expect(doc.examples).toEqual(["sum(x) // 3"])
})

test("tags end where the next begins, and examples keep their lines", () => {
  const doc = readDoc(
    "*\n * What it is.\n * @throws E for a,\n *   and b\n * @example\n * f(1)\n * g(2)\n ",
  )
  expect(doc.throws).toEqual(["E for a, and b"])
  expect(doc.examples).toEqual(["f(1)\ng(2)"])
})

test("a sentence ends at a full stop or semicolon before a new one, not inside of a number", () => {
  expect(firstSentence("Gives 0.5 of f32. `x` stays.")).toEqual(["Gives 0.5 of f32.", "`x` stays."])
  expect(firstSentence("no full stop")).toEqual(["no full stop", ""])
})

test("an export without a comment does not hide the overload that has one", () => {
  const text =
    "/** A. */\nexport function f(a: 1): 1\nexport function f(a: 2): 2\nexport const g = 1"
  const found = exportsOf(parseModule(text))
  expect(found.map((e) => [e.name, e.comment])).toEqual([
    ["f", "* A. "],
    ["g", ""],
  ])
})
