/** @file The reports are those that the runners wrote, shortened. */
import { expect, test } from "vitest"
import {
  countsOfConformance,
  countsOfPlaywright,
  countsOfPytest,
  countsOfVitest,
  sumOf,
} from "./counts.mjs"

test("vitest: a file that could not be loaded is a failure", () => {
  const report = {
    numPassedTests: 4,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 1,
    testResults: [
      { status: "passed", assertionResults: [{ status: "passed" }] },
      { status: "failed", assertionResults: [{ status: "failed" }] },
      { status: "failed", assertionResults: [] },
    ],
  }
  expect(countsOfVitest(JSON.stringify(report))).toEqual({ passed: 4, failed: 2, skipped: 3 })
})

test("pytest: errors are failures, and `time` is not mistaken for a count", () => {
  const xml =
    `<?xml version="1.0"?><testsuites name="pytest tests">` +
    `<testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1.5">` +
    `<testcase time="0.1"/></testsuite></testsuites>`
  expect(countsOfPytest(xml)).toEqual({ passed: 4, failed: 3, skipped: 3 })
})

test("Playwright: an error outside the tests is a failure", () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 2 }
  const report = { stats, errors: [{ message: "the server did not start" }] }
  expect(countsOfPlaywright(JSON.stringify(report))).toEqual({ passed: 6, failed: 2, skipped: 2 })
})

test("conformance: the sums are in the last line, and their absence is an error", () => {
  const text = "add f32 passed\n120 rows, 117 passed, 1 failed, 2 skipped\n"
  expect(countsOfConformance(text)).toEqual({ passed: 117, failed: 1, skipped: 2 })
  expect(() => countsOfConformance("add f32 passed\n")).toThrow("did not end with its sums")
})

test("stages are added up", () => {
  const one = { passed: 1, failed: 2, skipped: 3 }
  expect(sumOf([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 })
})
