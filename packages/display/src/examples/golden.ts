/** @file Golden files of the tests; this one needs Node. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { expect } from "vitest"

/** Compares with `test/golden/NAME`, one element of markup a line; `UPDATE=1` writes it. */
export function expectGolden(name: string, text: string): void {
  const file = new URL(`../../test/golden/${name}`, import.meta.url)
  const lines = `${name.endsWith(".svg") ? text.replaceAll("><", ">\n<") : text}\n`
  if (process.env.UPDATE) writeFileSync(file, lines)
  expect(existsSync(file) ? readFileSync(file, "utf8") : "no golden file").toBe(lines)
}
