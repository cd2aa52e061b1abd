/** @file Declarations for notebooks refer to each other by relative paths. */
import path from "node:path"
import { expect, test } from "vitest"
import { withRelativeImports } from "./types.mjs"

const tree = path.resolve("types")
const places = new Map([
  ["@defnote/core", path.join(tree, "core", "index")],
  ["@defnote/core/lang", path.join(tree, "core", "lang", "index")],
  ["defnote", path.join(tree, "defnote", "index")],
])
const relative = (text, ...file) => withRelativeImports(text, path.join(tree, ...file), places)

test("a workspace package becomes a relative path, from any depth", () => {
  const text = `export * from "@defnote/core"\nimport type { A } from '@defnote/core/lang'`
  expect(relative(text, "defnote", "index.d.ts")).toBe(
    `export * from "../core/index.js"\nimport type { A } from '../core/lang/index.js'`,
  )
  expect(relative(`import("@defnote/core")`, "display", "a", "b.d.ts")).toBe(
    `import("../../core/index.js")`,
  )
  expect(relative(`import "@defnote/core"`, "core", "a.d.ts")).toBe(`import "./index.js"`)
})

test("other names stay", () => {
  const text = `import "./shape.ts"; import "@defnote/none"; import "fflate"; import "@defnote/core/x"`
  expect(relative(text, "core", "index.d.ts")).toBe(text)
})
