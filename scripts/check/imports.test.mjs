/** @file The import rules find what they are for. The sources stand only in this test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { importProblems } from "./imports.mjs"

let root
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "defnote-imports-"))
})
afterEach(() => rmSync(root, { recursive: true }))

async function problems(sources) {
  for (const [file, text] of Object.entries(sources)) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  return importProblems(Object.keys(sources), root)
}

test("D2.1 core imports no other package and no Node API", async () => {
  const found = await problems({
    "packages/core/src/a.ts": `import { x } from "../../lower/src/b.ts"\nimport "node:fs"\nx()`,
    "packages/lower/src/b.ts": `export const x = () => 1`,
  })
  expect(found).toEqual([
    expect.stringMatching(/core\/src\/a.ts -> packages\/lower\/src\/b.ts: layers-core/),
    expect.stringMatching(/core\/src\/a.ts -> fs: no-node-api/),
  ])
})

test("D2.3 the extension knows the payloads and the view, neither the engine nor the kernel", async () => {
  const found = await problems({
    "extension/src/a.ts": `import "../../packages/display/src/b.ts"\nimport "../../packages/graph-view/src/b.ts"`,
    "extension/src/c.ts": `import "../../packages/core/src/b.ts"\nimport "../../kernel/src/b.ts"`,
    "packages/display/src/b.ts": "export const x = 1",
    "packages/graph-view/src/b.ts": "export const x = 1",
    "packages/core/src/b.ts": "export const x = 1",
    "kernel/src/b.ts": "export const x = 1",
  })
  expect(found).toEqual([
    expect.stringMatching(/extension\/src\/c.ts -> .*: layers-extension/),
    expect.stringMatching(/extension\/src\/c.ts -> .*: layers-extension/),
  ])
})

test("a type counts as an import of a package, but not as a cycle", async () => {
  const found = await problems({
    "packages/core/src/a.ts": `import type { B } from "./b.ts"\nexport const a: B = 1`,
    "packages/core/src/b.ts": `import { a } from "./a.ts"\nexport type B = number\nexport const b = a`,
    "packages/core/src/c.ts": `import type { D } from "../../lower/src/d.ts"\nexport const c: D = 1`,
    "packages/lower/src/d.ts": `export type D = number`,
  })
  expect(found).toEqual([expect.stringContaining("layers-core")])
})

test("D2.2 a cycle is refused unless all of it is in ops and transforms", async () => {
  const pair = (one, other, first, second) => ({
    [`${first}/${one}.ts`]: `import { ${other} } from "${relative(first, second)}/${other}.ts"\nexport const ${one} = () => ${other}()`,
    [`${second}/${other}.ts`]: `import { ${one} } from "${relative(second, first)}/${one}.ts"\nexport const ${other} = () => ${one}()`,
  })
  const core = "packages/core/src"
  expect(await problems(pair("a", "b", `${core}/ops`, `${core}/transforms`))).toEqual([])
  expect(await problems(pair("c", "d", core, core))).toHaveLength(1)
  expect(await problems(pair("e", "f", core, `${core}/ops`))).toHaveLength(1)
})

const relative = (from, to) => path.posix.relative(from, to) || "."
