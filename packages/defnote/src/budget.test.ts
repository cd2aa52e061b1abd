/** @file The memory budget of a process (D4.3). */
import { expect, test } from "vitest"
import { memoryBudget } from "./budget.ts"

const GIB = 2 ** 30

test("D4.3 three quarters of what the process may use: a container has less than its machine", () => {
  expect(memoryBudget(undefined, { total: 16 * GIB })).toBe(12 * GIB)
  expect(memoryBudget("", { total: 16 * GIB, constrained: 4 * GIB })).toBe(3 * GIB)
  for (const constrained of [0, 2 ** 64]) {
    expect(memoryBudget(undefined, { total: 16 * GIB, constrained })).toBe(12 * GIB)
  }
})

test("DEFNOTE_MEMORY is a number of bytes, and nothing else is taken for one", () => {
  expect(memoryBudget("1e9", { total: 16 * GIB })).toBe(1e9)
  for (const text of ["8GB", "-1", "0", "all"]) {
    expect(() => memoryBudget(text, { total: 16 * GIB })).toThrow(
      `DEFNOTE_MEMORY: "${text}" is no number of bytes`,
    )
  }
})
