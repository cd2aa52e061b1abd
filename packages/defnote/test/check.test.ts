/** @file `defnote check`: programs and notebooks, from the command line (D5.6). Needs a build. */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"

const root = path.resolve(import.meta.dirname, "../../..")
const command = path.join(root, "packages/defnote/dist/command.js")
const folder = mkdtempSync(path.join(tmpdir(), "defnote-check-"))
const at = (...names: string[]): string => path.join(folder, ...names)
const cell = (...lines: string[]): object => ({ cell_type: "code", source: lines })
const notebook = (cells: object[], language = "typescript"): string =>
  JSON.stringify({ cells, metadata: { kernelspec: { name: "defnote", language } } })

const FILES = {
  "package.json": '{ "type": "module" }',
  "good.ts": `import { defn, tensor, type Tensor } from "defnote"
import { cube, square } from "./parts/powers.js"
const f = defn((x: Tensor) => (x > 0 ? square(x).sum() * 2 : -cube(x).sum()))
console.log(String(f(tensor([3, -5]))))
`,
  "parts/powers.ts": `import { defn, type Tensor } from "defnote"
export * from "./cube.ts"
export const square = defn((x: Tensor) => x ** 2)
`,
  "parts/cube.ts": `import { defn, type Tensor } from "defnote"
export const cube = defn((x: Tensor) => x ** 3)
`,
  "bad.ts": `import { defn, tensor, type Tensor } from "defnote"
const names = ["a"]
const f = defn((x: Tensor) => {
  const y = x * 2
  return y * names
})
const z: number = f(tensor([1]))
display(z)
`,
  "refused.ts": `import { defn, type Tensor } from "defnote"
export const f = defn((x: Tensor) => { return x }
const y = {{
`,
  "warned.ts": `import { tensor } from "defnote"
const t = tensor(1)
if (t) console.log(1)
`,
  "first.ipynb": notebook([
    { cell_type: "markdown", source: "# A title" },
    cell('import { defn as program, tensor, type Tensor } from "defnote"\n', "let total = 0"),
    cell("const f = program((x: Tensor) => x ** 2)\n", "total = 1"),
    cell("display(f(tensor([1])) )\n", "const wrong: string = f(tensor(2))\n", "f('a', total)"),
    cell("wrong.length"),
  ]),
  "good.ipynb": notebook([cell("const a = 1"), cell("display(a + 1)")]),
  "python.ipynb": notebook([cell("print(1)")], "python"),
  "broken.ipynb": "{",
}

beforeAll(() => {
  for (const name of ["parts", "node_modules/@types"]) mkdirSync(at(name), { recursive: true })
  for (const name of ["defnote", "typescript", "@types/node"])
    symlinkSync(path.join(root, "node_modules", name), at("node_modules", name))
  for (const [name, text] of Object.entries(FILES)) writeFileSync(at(name), text)
})
afterAll(() => rmSync(folder, { recursive: true }))

const run = (args: string[], cwd = folder): Promise<[code: number, lines: string[]]> =>
  new Promise((done) => {
    const child = execFile(process.execPath, [command, ...args], { cwd }, (_, stdout, stderr) =>
      done([child.exitCode ?? -1, (stdout + stderr).split("\n").slice(0, -1)]),
    )
  })

test("a program whose files import each other is good", async () => {
  expect(await run(["check", "good.ts"])).toEqual([0, []])
  expect(await run(["check", "good.ts", "parts/powers.ts", "parts/cube.ts"])).toEqual([0, []])
})

test("each error is a line: place, code and words about tensors", async () => {
  expect(await run(["check", "bad.ts"])).toEqual([
    1,
    [
      "bad.ts:5:14 TS2345 This operand is of type 'string[]'; operators inside defn take tensors and numbers.",
      expect.stringMatching(/^bad\.ts:7:7 TS2322 This is a tensor; a number is needed here\./u),
      expect.stringMatching(/^bad\.ts:8:1 TS2304 Cannot find name 'display'/u),
    ],
  ])
})

test("what the language refuses is an error once; a warning is none", async () => {
  const [code, lines] = await run(["check", "refused.ts"])
  expect(code).toBe(1)
  expect(lines).toEqual([expect.stringMatching(/^refused\.ts:3:1 D101 /u)])
  expect(await run(["check", "warned.ts"])).toEqual([
    0,
    [expect.stringMatching(/^warned\.ts:3:5 D215 warning: /u)],
  ])
})

test("cells of a notebook share names, in order, the kernel's among them", async () => {
  expect(await run(["check", "first.ipynb", "good.ipynb"])).toEqual([
    1,
    [
      expect.stringMatching(/^first\.ipynb:cell 3:2:7 TS2322 This is a tensor/u),
      expect.stringMatching(/^first\.ipynb:cell 3:3:\d+ TS2554 Expected 1 arguments, but got 2/u),
    ],
  ])
})

test("what cannot be checked is said in a sentence", async () => {
  const [code, lines] = await run(["check", "python.ipynb", "broken.ipynb", "a.py", "none.ts"])
  expect([code, lines]).toEqual([
    1,
    [
      "python.ipynb: its language is python; defnote checks TypeScript",
      "broken.ipynb: it is no JSON, as notebooks are",
      "a.py: takes .ts, .mts and .ipynb files",
      expect.stringMatching(/^none\.ts: ENOENT/u),
    ],
  ])
})

test("without TypeScript, and with an old one, the sentence says what to install", async () => {
  const bare = mkdtempSync(path.join(tmpdir(), "defnote-bare-"))
  try {
    writeFileSync(path.join(bare, "a.ts"), "export {}")
    const install = "npm install --save-dev typescript"
    const none = `a.ts: no package "typescript" is found from ${bare}; ${install}`
    expect(await run(["check", "a.ts"], bare)).toEqual([1, [none]])
    mkdirSync(path.join(bare, "node_modules/typescript"), { recursive: true })
    const manifest = path.join(bare, "node_modules/typescript/package.json")
    writeFileSync(manifest, '{ "name": "typescript", "version": "5.9.3" }')
    const old = `a.ts: typescript 5.9.3 is found from ${bare}; 7 or newer is needed: ${install}@latest`
    expect(await run(["check", "a.ts"], bare)).toEqual([1, [old]])
  } finally {
    rmSync(bare, { recursive: true })
  }
})

test("without files the usage is shown", async () => {
  const [code, [first]] = await run(["check"])
  expect([code, first]).toEqual([2, "usage: defnote check FILE..."])
})
