/** @file Forbidden texts are found where they are forbidden. */
import { expect, test } from "vitest"
import { problemsOf } from "./texts.mjs"

test("D3.4 an op's name is compared only where ops are known", () => {
  const texts = ['if (node.op.name === "add") {', 'if ("add" == n.op.name) {', "switch (op.name) {"]
  for (const text of texts) {
    expect(problemsOf("packages/lower/src/a.ts", text)).toHaveLength(1)
    expect(problemsOf("packages/core/src/ops/a.ts", text)).toEqual([])
    expect(problemsOf("packages/compiler-wasm/src/kernels/a.ts", text)).toEqual([])
    expect(problemsOf("packages/lower/src/a.test.ts", text)).toEqual([])
  }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a program
  expect(problemsOf("packages/lower/src/a.ts", "message(`${op.name}: bad`)")).toEqual([])
})

test("folders of one machine, with the line", () => {
  expect(problemsOf("a.md", "good\nsee /work/x")[0]).toMatch(/^a.md:2: names a folder/)
  expect(problemsOf("a.md", "see `/home/ann/x`")).toHaveLength(1)
  expect(problemsOf("a.md", "see packages/work/x and https://a.org/work/")).toEqual([])
})

test("documents and hosts that a reader of the repository does not have", () => {
  expect(problemsOf("a.ts", "// see research/core.md")).toHaveLength(1)
  expect(problemsOf("package-lock.json", '"resolved": "https://host/a.tgz"')).toHaveLength(1)
  expect(problemsOf("package-lock.json", '"resolved": "packages/core"')).toEqual([])
})
