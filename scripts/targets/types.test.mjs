/** @file Declarations for notebooks refer to each other by relative paths. */
import path from "node:path"
import { expect, test } from "vitest"
import { typesForNotebooks, withRelativeImports } from "./types.mjs"

const inPackage = (...parts) => path.join(typesForNotebooks, ...parts)

test("a workspace package becomes a relative path, from any depth", () => {
  const text = `export * from "@defnote/core"\nimport type { A } from '@defnote/inspect'`
  expect(withRelativeImports(text, inPackage("defnote", "index.d.ts"))).toBe(
    `export * from "../core/index.js"\nimport type { A } from '../inspect/index.js'`,
  )
  expect(withRelativeImports(`import("@defnote/core")`, inPackage("display", "a", "b.d.ts"))).toBe(
    `import("../../core/index.js")`,
  )
})

test("other names stay", () => {
  const text = `import "./shape.ts"; import "@defnote/nothing"; import "fflate"; "@defnote/core/x"`
  expect(withRelativeImports(text, inPackage("core", "index.d.ts"))).toBe(text)
})
