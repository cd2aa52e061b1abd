/** @file Every test that docs/features.md names is there, and every option of the generated documents has words. */
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { at } from "../paths.mjs"

const rows = readFileSync(at("docs", "features.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (feature|---)/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, feature, how, shown]) => ({ feature, how, shown }))

/** Files and titles: `lab/kernel "title", "another"; display/…read.test.ts`. */
function namedIn(shown) {
  return [...shown.matchAll(/((?:lab|[a-z-]+)\/[\w./…-]+)((?:,? "[^"]+")*)/g)].map(
    ([, file, titles]) => ({
      file: file.startsWith("lab/")
        ? `tests/${file}.spec.ts`
        : `packages/${file.replace("/…", "/src/")}`,
      titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title]) => title),
    }),
  )
}

describe("docs/features.md", () => {
  test("has the rows of both tables", () => expect(rows.length).toBeGreaterThan(50))
  test.each(rows)("$feature", ({ how, shown }) => {
    const named = namedIn(shown)
    if (named.length === 0) expect(how + shown).toMatch(/\*\*not there\*\*|same test|run\.mjs/)
    for (const { file, titles } of named) {
      expect(existsSync(at(file)), file).toBe(true)
      if (titles.length === 0) continue
      const text = readFileSync(at(file), "utf8").replaceAll("\\", "")
      for (const title of titles) expect(text, file).toContain(title)
    }
  })
})

test.each(["ops.md", "pictures.md"])("every option of docs/%s says what it means", (name) => {
  const lines = readFileSync(at("docs", name), "utf8").split("\n")
  expect(lines.filter((line) => /^\| `.*\| +\|$/.test(line))).toEqual([])
})
