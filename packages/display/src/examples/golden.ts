/** @file Golden files of the tests; this one needs Node. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { expect } from "vitest"

/** Compares with `test/golden/NAME`; `UPDATE=1` writes it. */
export function expectGolden(name: string, text: string): void {
  const file = new URL(`../../test/golden/${name}`, import.meta.url)
  if (process.env.UPDATE) writeFileSync(file, `${text}\n`)
  expect(existsSync(file) ? readFileSync(file, "utf8") : "no golden file").toBe(`${text}\n`)
}
