/** @file Runs every `@example` of the public functions and compares with the comment beside it (D11). */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { defnote } from "../../packages/defnote/src/vite.ts"
import { at } from "../paths.mjs"
import { examplesOf, promised, runExample } from "./examples.mjs"

process.env.DEFNOTE_COMPILER = "reference"
const api = await import("defnote")

const FOLDERS = ["core/src", "core/src/ops", "core/src/transforms", "defnote/src"]
const files = FOLDERS.flatMap((folder) =>
  readdirSync(at("packages", folder))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => `packages/${folder}/${file}`),
)

/** Names that examples use as if they had been defined before. */
const { add, arange, defn, matmul, ones, square, subtract, sum, tensor, zeros } = api
const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
])
const w = ones([3, 2])
const loss = defn((p, a, y) => sum(square(subtract(add(matmul(a, p.w), p.b), y))), {
  captures: () => ({ sum, square, subtract, add, matmul }),
})
const params = { w, b: zeros([2]) }
const given = { x, w, y: zeros([2, 2]), xs: arange(4), loss, params, losses: [3, 2, 1] }
/** Where the general ones do not fit. */
const GIVEN = {
  einsum: { y: ones([4, 3]) },
  vmap: { xs: ones([4, 3]), w: ones([2, 3]) },
  readNpz: { initial: params },
  image: { digits: zeros([10, 28, 28]), photos: zeros([4, 8, 8, 3]) },
  show: {
    confusion: tensor([
      [9, 1],
      [2, 8],
    ]),
  },
  compare: { dw: ones([3, 2]) },
  defnote: { defnote },
}

let folder = ""
const before = process.cwd()
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "defnote-examples-"))
  process.chdir(folder)
})
afterAll(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

for (const file of files) {
  const examples = examplesOf(readFileSync(at(file), "utf8"))
  if (examples.length === 0) continue
  describe(file, () => {
    for (const { name, code } of examples) {
      test(`${name}: ${code.split("\n")[0]}`, async () => {
        const outcomes = await runExample(code, { ...api, ...given, ...GIVEN[name] })
        for (const { expected, value } of outcomes) compare(value, promised(expected))
      })
    }
  })
}

function compare(value, { type, values, list }) {
  if (list) {
    expect(value).toHaveLength(list.length)
    list.forEach((item, i) => compare(value[i], item))
  }
  if (type !== undefined) expect(String(value).replace(/\n/g, " ")).toContain(`${type} `)
  if (values !== undefined) expect(plain(value)).toEqual(rounded(values))
}

const plain = (value) => (value?.toArray ? value.toArray() : value)

/** Numbers as they are printed: seven digits. */
function rounded(value) {
  if (Array.isArray(value)) return value.map(rounded)
  return typeof value === "number" ? expect.closeTo(value, 6) : value
}

test("a comment can promise types, values, both, lists, or nothing", () => {
  expect(promised("f32[3] [3, -0.5, 5]")).toEqual({ type: "f32[3]", values: [3, -0.5, 5] })
  expect(promised("f32[2,4], every element 3")).toEqual({ type: "f32[2,4]" })
  expect(promised("bool[] true")).toEqual({ type: "bool[]", values: true })
  expect(promised("f32[row 2, 3]")).toEqual({ type: "f32[row 2, 3]" })
  expect(promised("[f32[2], f32[4]]")).toEqual({ list: [{ type: "f32[2]" }, { type: "f32[4]" }] })
  expect(promised("5, [2, 4]")).toEqual({ list: [{ values: 5 }, { values: [2, 4] }] })
  expect(promised("x[0, 1], as a list of one")).toEqual({})
})

test("a wrong promise fails", async () => {
  const [outcome] = await runExample("const a = tensor([1, 2]) // f32[2] [1, 3]", api)
  expect(() => compare(outcome.value, promised(outcome.expected))).toThrow()
  expect(() => compare(outcome.value, promised("f32[3]"))).toThrow()
  expect(() => compare(outcome.value, promised("1, 2, 3"))).toThrow()
})
