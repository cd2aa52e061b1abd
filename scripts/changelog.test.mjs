/** @file Tests of the changelog: which lines of a message count, and what stays of the file. */
import { expect, test } from "vitest"
import { trailersOf, unreleased, withUnreleased } from "./changelog.mjs"

test("a trailer may go on in the next line, and ends at an empty line or another trailer", () => {
  const message =
    "core: add sum\n\nWhy: FEATURE: not here.\n\nFEATURE: sums,\nand means\nFIX: b\n\nrest"
  expect(trailersOf(message)).toEqual([
    { kind: "FEATURE", text: "sums, and means" },
    { kind: "FIX", text: "b" },
  ])
})

test("breaking changes come first, the newest first, each sentence once", () => {
  const text = unreleased([
    "b\n\nFIX: late.",
    "a\n\nFIX: early\n\nFIX: late",
    "c\n\nBREAKING: gone",
  ])
  expect(text).toBe("## Unreleased\n\n### Breaking\n\n- gone.\n\n### Fixed\n\n- late.\n- early.\n")
})

test("releases stay", () => {
  const before = "# Changelog\n\n## Unreleased\n\n- old\n\n## 0.1.0\n\n- first\n"
  const after = withUnreleased(before, unreleased([]))
  expect(after).toBe("# Changelog\n\n## Unreleased\n\nNothing yet.\n\n## 0.1.0\n\n- first\n")
  expect(withUnreleased(after, unreleased([]))).toBe(after)
})
