/** @file Reads from a test runner's report how many tests passed, failed and were skipped. */

/** @typedef {{passed: number, failed: number, skipped: number}} Counts */

/** @returns {Counts} from vitest's JSON; a file that could not be loaded counts as a failed test */
export function countsOfVitest(text) {
  const report = JSON.parse(text)
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((t) => t.status === "failed"),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** @returns {Counts} from pytest's JUnit XML */
export function countsOfPytest(text) {
  const suites = [...text.matchAll(/<testsuite [^>]*>/g)].map(([tag]) => tag)
  const sum = (name) =>
    suites.reduce((n, tag) => n + Number(tag.match(new RegExp(` ${name}="(\\d+)"`))?.[1] ?? 0), 0)
  const failed = sum("failures") + sum("errors")
  const skipped = sum("skipped")
  return { passed: sum("tests") - failed - skipped, failed, skipped }
}

/** @returns {Counts} from Playwright's JSON; errors outside a test count as failed tests */
export function countsOfPlaywright(text) {
  const { stats, errors } = JSON.parse(text)
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
  }
}

/** @returns {Counts} from the last line of the conformance table: `N rows, N passed, ...` */
export function countsOfConformance(text) {
  const line = text.match(/(\d+) rows, (\d+) passed, (\d+) failed, (\d+) skipped\s*$/)
  if (!line) throw new Error("the conformance table did not end with its sums")
  const [passed, failed, skipped] = line.slice(2).map(Number)
  return { passed, failed, skipped }
}

/** @param {Counts[]} all */
export function sumOf(all) {
  const sum = (name) => all.reduce((n, counts) => n + counts[name], 0)
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") }
}
