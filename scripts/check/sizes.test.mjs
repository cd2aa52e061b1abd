/** @file Long files and functions are found, and only those. */
import { expect, test } from "vitest"
import { FILE_LINES, FUNCTION_LINES, problemsOf } from "./sizes.mjs"

const lines = (n) => "  f()\n".repeat(n)

test("a function one line too long is named with its line", () => {
  const text = (n) => `const a: number = 1\nexport const g = (): void => {\n${lines(n - 2)}}\n`
  expect(problemsOf("a.ts", text(FUNCTION_LINES))).toEqual([])
  expect(problemsOf("a.ts", text(FUNCTION_LINES + 1))).toEqual([
    `a.ts:2: a function of ${FUNCTION_LINES + 1} lines; at most ${FUNCTION_LINES}`,
  ])
})

test("methods count, the functions of tests do not", () => {
  const text = `class A {\n  m() {\n${lines(FUNCTION_LINES)}  }\n}\n`
  expect(problemsOf("a.ts", text)).toHaveLength(1)
  expect(problemsOf("a.test.ts", text)).toEqual([])
})

test("a file one line too long", () => {
  expect(problemsOf("a.css", "a {}\n".repeat(FILE_LINES))).toEqual([])
  expect(problemsOf("a.css", "a {}\n".repeat(FILE_LINES + 1))).toEqual([
    `a.css: ${FILE_LINES + 1} lines; at most ${FILE_LINES}`,
  ])
})
