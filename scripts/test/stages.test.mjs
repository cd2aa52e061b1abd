/** @file `npm test` is all there is: every test file of the repository belongs to one stage (D10.1). */
import { expect, test } from "vitest"
import playwright from "../../playwright.config.mts"
import vitest from "../../vitest.config.mts"
import { repositoryFiles } from "../check/files.mjs"
import { stages } from "./stages.mjs"

/** Of the globs that the two configurations use: whole folders, and parts of names. */
const glob = (pattern) =>
  new RegExp(
    `^${pattern.replace(/[.]/g, "[.]").replace(/[*]{2}[/]|[*]/g, (w) => (w === "*" ? "[^/]*" : "(.*/)?"))}$`,
  )
const matches = (file, patterns) => patterns.some((pattern) => glob(pattern).test(file))
const { include, exclude } = vitest.test

/** The stages that run a file; those of Python take the `test_*.py` of their folder. */
function stagesOf(file) {
  const found = []
  if (matches(file, include) && !matches(file, exclude)) found.push("unit")
  if (matches(file, playwright.testMatch)) found.push("browser")
  if (/^kernel\/test\/test_[^/]*\.py$/.test(file)) found.push("kernel")
  if (/^tests\/test_[^/]*\.py$/.test(file)) found.push("notebooks")
  return found
}
const isTest = (file) => /\.(test|spec)\.\w+$|(^|\/)test_[^/]*\.py$/.test(file)

test("D10.1 every test file of the repository is run by exactly one stage", () => {
  const files = repositoryFiles().filter(isTest)
  expect(files.length).toBeGreaterThan(100)
  expect(files.filter((file) => stagesOf(file).length !== 1)).toEqual([])
})

test("D10.1 the stages, the browser's among them, are those that the help names", () => {
  const names = stages({ full: false }, {}).map(({ name }) => name)
  expect(names.join(" ")).toBe("check build unit conformance kernel notebooks browser")
})
