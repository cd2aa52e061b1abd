/** @file The published package, copied to where nothing else of this repository is (D2.5). Needs a build. */
import { execFile } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"

const source = path.resolve(import.meta.dirname, "..")
const folder = mkdtempSync(path.join(tmpdir(), "defnote-package-"))
const copy = path.join(folder, "node_modules", "defnote")
const modules = path.resolve(source, "../../node_modules")
const tsc = path.join(modules, "typescript/bin/tsc")
const typeRoots = path.join(modules, "@types")
const { exports } = JSON.parse(readFileSync(path.join(source, "package.json"), "utf8")) as {
  exports: Record<string, { types: string; default: string }>
}
/** These begin something when they are imported: hooks of the loader, a command. */
const subpaths = Object.keys(exports).filter((name) => !/register|loader/.test(name))
const specifier = (name: string): string => path.posix.join("defnote", name)

beforeAll(() => {
  mkdirSync(copy, { recursive: true })
  cpSync(path.join(source, "package.json"), path.join(copy, "package.json"))
  cpSync(path.join(source, "dist"), path.join(copy, "dist"), {
    recursive: true,
    filter: (file) => !file.startsWith(path.join(source, "dist", "types")),
  })
  writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }')
})
afterAll(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]): Promise<string> =>
  new Promise((done) => {
    execFile(process.execPath, args, { cwd: folder }, (_error, stdout, stderr) =>
      done(stdout + stderr),
    )
  })

test("D2.5 every subpath has code and types, and needs no package of the workspace", async () => {
  const lines = subpaths.map((name) => `import * as ${letters(name)} from "${specifier(name)}"`)
  const shown = subpaths.map((name) => `Object.keys(${letters(name)}).length > 0`)
  writeFileSync(
    path.join(folder, "app.mjs"),
    `${lines.join("\n")}\nconsole.log([${shown}].join())\n`,
  )
  expect(await run("app.mjs")).toBe(`${subpaths.map(() => true).join()}\n`)
  for (const { types, default: code } of Object.values(exports)) {
    expect(existsSync(path.join(copy, types)), types).toBe(true)
    expect(existsSync(path.join(copy, code)), code).toBe(true)
  }
})

test("D2.5 the types of the package hold in a strict program", async () => {
  writeFileSync(
    path.join(folder, "app.ts"),
    `import { defn, grad, tensor, type Tensor } from "defnote"
const loss = defn((x: Tensor) => x.multiply(x).sum())
export const g: Tensor = grad(loss)(tensor([1, 2]))
export const wrong: string = tensor([1])
`,
  )
  const flags = "--noEmit --strict --module nodenext --target es2023 --types node".split(" ")
  const said = await run(tsc, ...flags, "--typeRoots", typeRoots, "app.ts")
  expect(said.trim().split("\n")).toHaveLength(1)
  expect(said).toMatch(/^app\.ts\(4,14\): error TS2322: Type 'Tensor<.*>' is not assignable/)
})

const letters = (name: string): string => `m${name.replace(/\W/g, "_")}`
