/** @file `node --import defnote/register`: a program in TypeScript with operators on tensors (D5.6). Needs a build. */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"

const folder = mkdtempSync(path.join(tmpdir(), "defnote-program-"))
const FILES = {
  "package.json": '{ "type": "module" }',
  "app.ts": `import { defn, grad, tensor, type Tensor } from "defnote"
import { square } from "./lib.js"
import { Mode, type Scale } from "./types.ts"
const scale: Scale = { by: 2 }
const f = defn((x: Tensor) => x > 0 ? square(x) * scale.by : -x)
const loss = defn((x: Tensor) => f(x).sum())
console.log(String(f(tensor([3, -5]))), String(grad(loss)(tensor([3, -5]))), Mode.b)
`,
  "lib.js": `import { defn } from "defnote"
export const square = defn((x) => x ** 2)
`,
  "types.ts": "export interface Scale { by: number }\nexport enum Mode { a, b = 7 }\n",
  "broken.ts": `import { defn } from "defnote"
export const f = defn((x) => {
  return x *
})
`,
  "explained.ts": `import { defn, tensor, type Tensor } from "defnote"
const f = defn((a: Tensor, b: Tensor) => {
  const s = a * 2
  return s + b
})
try { f(tensor([1, 2]), tensor([1, 2, 3])) } catch (e) { console.log((e as Error).message) }
`,
  "failing.ts": `import { defn, tensor, type Tensor } from "defnote"
const add = defn((a: Tensor, b: Tensor) => a + b)

add(tensor([1, 2]), tensor([1, 2, 3]))
`,
}

beforeAll(() => {
  mkdirSync(path.join(folder, "node_modules"))
  symlinkSync(path.resolve(import.meta.dirname, ".."), path.join(folder, "node_modules", "defnote"))
  for (const [name, text] of Object.entries(FILES)) writeFileSync(path.join(folder, name), text)
})
afterAll(() => rmSync(folder, { recursive: true }))

const run = (file: string): Promise<{ stdout: string; stderr: string }> =>
  new Promise((done) => {
    const flags = ["--no-warnings", "--import", "defnote/register", file]
    execFile(process.execPath, flags, { cwd: folder }, (_error, stdout, stderr) =>
      done({ stdout, stderr }),
    )
  })

test("operators, conditions, types, enums and gradients, in files that import each other", async () => {
  expect(await run("app.ts")).toEqual({
    stdout: "f32[2] [18, 5] f32[2] [12, -1] 7\n",
    stderr: "",
  })
})

test("what cannot be rewritten is named with file, line and column", async () => {
  const { stderr } = await run("broken.ts")
  expect(stderr).toMatch(/SyntaxError.*: \S*broken\.ts:4:1: D101: /u)
})

test("lines stay: the stack of an error names the line of the file", async () => {
  const { stderr } = await run("failing.ts")
  expect(stderr).toMatch(/ShapeError: add: cannot broadcast f32\[2\] with f32\[3\]/u)
  expect(stderr.match(/^ {2}see docs\/errors\.md#ShapeError\n {4}at /gmu)).toHaveLength(1)
  expect(stderr).toMatch(/failing\.ts:2:/u)
  expect(stderr).toMatch(/failing\.ts:4:/u)
})

test("an error names the expression, the file and the line that made an operand (K4)", async () => {
  const { stdout } = await run("explained.ts")
  expect(stdout).toMatch(
    /left {3}made by a \* 2 at \S*explained\.ts, line 3\n {2}see docs\/errors\.md#ShapeError\n$/u,
  )
})
