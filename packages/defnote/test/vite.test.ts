/** @file `defnote/vite`: bundles of Rollup and Vite run with operators on tensors (D5.6). Needs a build. */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { SourceMap } from "node:module"
import { tmpdir } from "node:os"
import path from "node:path"
import { defnote } from "defnote/vite"
import { rollup } from "rollup"
import { build } from "vite"
import { afterAll, beforeAll, expect, test } from "vitest"

const folder = mkdtempSync(path.join(tmpdir(), "defnote-bundle-"))
const at = (...names: string[]): string => path.join(folder, ...names)
const APP = `import { defn, grad, tensor, type Tensor } from "defnote"
import { square } from "./lib.js"

interface Scale { by: number }
const scale: Scale = { by: 2 }
const f = defn((x: Tensor) => x > 0 ? square(x) * scale.by : -x)
const loss = defn((x: Tensor) => f(x).sum())
console.log(String(f(tensor([3, -5]))), String(grad(loss)(tensor([3, -5]))))
const failing: (a: Tensor, b: Tensor) => Tensor = defn((a, b) => a + b)
try { failing(tensor([1, 2]), tensor([1, 2, 3])) } catch (e) { console.log((e as Error).stack) }
`
const LIB = 'import { defn } from "defnote"\nexport const square = defn((x) => x ** 2)\n'

beforeAll(() => {
  mkdirSync(at("node_modules"))
  symlinkSync(path.resolve(import.meta.dirname, ".."), at("node_modules", "defnote"))
  writeFileSync(at("package.json"), '{ "type": "module" }')
  writeFileSync(at("app.ts"), APP)
  writeFileSync(at("lib.js"), LIB)
})
afterAll(() => rmSync(folder, { recursive: true }))

const external = [/^defnote(\/|$)/]
async function withRollup(): Promise<string> {
  const bundle = await rollup({ input: at("app.ts"), external, plugins: [defnote()] })
  await bundle.write({ file: at("rollup", "app.mjs"), format: "es", sourcemap: true })
  return at("rollup", "app.mjs")
}
async function withVite(): Promise<string> {
  await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    plugins: [defnote()],
    build: {
      ssr: "app.ts",
      outDir: "vite",
      sourcemap: true,
      minify: true,
      rollupOptions: { external, output: { entryFileNames: "app.mjs" } },
    },
  })
  return at("vite", "app.mjs")
}

const run = (file: string): Promise<string> =>
  new Promise((done) => {
    const flags = ["--enable-source-maps", "--stack-trace-limit=50", file]
    execFile(process.execPath, flags, { cwd: folder }, (_error, stdout, stderr) =>
      done(stdout + stderr),
    )
  })

test.each([
  ["Rollup", withRollup],
  ["Vite, minified", withVite],
])("%s: operators, gradients, and stacks that name the line of the source", async (_, bundle) => {
  const said = await run(await bundle())
  expect(said.split("\n")[0]).toBe("f32[2] [18, 5] f32[2] [12, -1]")
  expect(said).toMatch(/ShapeError: add: cannot broadcast f32\[2\] with f32\[3\]/u)
  expect(said).toMatch(/app\.ts:9:/u)
  expect(said).toMatch(/app\.ts:10:/u)
})

test("with types kept the map leads to the expression", () => {
  const plugin = defnote()
  plugin.configResolved()
  const made = plugin.transform(APP, at("app.ts"))
  const map = new SourceMap(made?.map as never)
  const line = made?.code.split("\n")[8] as string
  const call = line.indexOf("(a, b)")
  expect(map.findEntry(8, call)).toMatchObject({
    originalLine: 8,
    originalColumn: APP.split("\n")[8].indexOf("(a, b)"),
  })
})

test("what is left alone", () => {
  const transform = defnote().transform
  const left = [
    [LIB, "/program/node_modules/other/lib.js"],
    [LIB, "\0virtual.js"],
    [LIB, "/program/view.tsx"],
    ["export const x = 1", "/program/plain.js"],
    ["export const defn = 1", "/program/name.js"],
  ]
  for (const [code, id] of left) expect(transform(code, id)).toBeUndefined()
  expect(transform(LIB, "/program/lib.js?v=1")?.code).toContain("$d.power")
})

test("a text that cannot be rewritten is named with its place", () => {
  const broken = 'import { defn } from "defnote"\nexport const f = defn((x) => x *)\n'
  expect(() => defnote().transform(broken, "/program/app.ts")).toThrow(
    /^\/program\/app\.ts:2:\d+: D101: /u,
  )
})
