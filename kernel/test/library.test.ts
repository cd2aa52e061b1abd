/** @file defnote in cells: one instance, types, errors at expressions, interrupts of the engine (D7.3 to D7.5). */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Exchange, resultText, streamText, TestKernel, uncoloured } from "./client.ts"

let kernel: TestKernel
beforeAll(async () => {
  kernel = await TestKernel.start()
  const { reply } = await kernel.execute('import { defn, tensor, type Tensor } from "defnote"')
  expect(reply).toMatchObject({ status: "ok" })
})
afterAll(() => kernel.stop())

const traceback = ({ reply }: Exchange) => uncoloured((reply.traceback as string[]).join("\n"))

test("defn of an earlier cell's import is rewritten, checked and run", async () => {
  const { reply, ...rest } = await kernel.execute(
    "const scale = defn((x: Tensor) => x * 2 + 1)\nscale(tensor([1, 2])).toArray()",
  )
  expect(reply).toMatchObject({ status: "ok" })
  expect(streamText({ reply, ...rest }, "stderr")).toBe("")
  expect(resultText({ reply, ...rest })).toBe("[ 3, 5 ]")
})

test("cells compute in a process that has fused multiply-add of vectors", async () => {
  const answer = await kernel.execute(
    'process.execArgv.some((flag) => /relaxed-simd/.test(flag)) || !process.version.startsWith("v20.")',
  )
  expect(resultText(answer)).toBe("true")
})

test("a type error in a defn stops the cell, elsewhere it warns", async () => {
  const inside = await kernel.execute(
    "globalThis.ran = 1; const bad = defn((x: Tensor) => (x * 2).summ())",
  )
  expect(inside.reply).toMatchObject({ status: "error", ename: "TypeCheckError" })
  expect(traceback(inside)).toMatch(/\^{4}/u)
  expect(resultText(await kernel.execute("typeof (globalThis as any).ran"))).toBe("'undefined'")
  const outside = await kernel.execute("const text: string = 5; text")
  expect(resultText(outside)).toBe("5")
  expect(streamText(outside, "stderr")).toContain("TS2322")
})

test("an error of the engine marks the expression that made it", async () => {
  const failed = await kernel.execute(
    "const wrong = defn((a: Tensor, b: Tensor) => {\n  const s = a * 2\n  return s + b\n})\nwrong(tensor([1, 2]), tensor([1, 2, 3]))",
  )
  expect(failed.reply.ename).toBe("ShapeError")
  expect(traceback(failed)).toMatch(/line 3\n[\s\S]*> 3 \| {3}return s \+ b\n {4}\| {10}\^{5}/u)
})

test("a function that is traced after other cells ran has the places of its own cell", async () => {
  const code = "// first\nconst early = defn((a: Tensor, b: Tensor) => a * 2 + b)"
  await kernel.execute(code)
  await kernel.execute("const late = defn((a: Tensor) => a - a - a - a)")
  const failed = await kernel.execute("early(tensor([1, 2]), tensor([1, 2, 3]))")
  expect(traceback(failed)).toMatch(/line 2\n[\s\S]*> 2 \| const early = .*\n +\| {46}\^{9}/u)
})

test("an error inside a plain helper marks the helper's own line, not the call of it", async () => {
  const failed = await kernel.execute(
    "const plain = (x: any) =>\n  x.tanh() * 3\nconst caller = defn((x: Tensor) => plain(x))\ncaller(tensor([1]))",
  )
  expect(failed.reply.ename).toBe("TraceError")
  expect(traceback(failed)).toMatch(/line 2\n[\s\S]*> 2 \| {3}x\.tanh\(\) \* 3\n {4}\| {12}\^\n/u)
  expect(traceback(failed)).not.toContain("$d")
})

const HELPER = "let factor = 2; const helper = (x: any) => x.multiply(factor)"

test("a helper alone needs no library (C14)", async () => {
  const none = await TestKernel.start({ env: { DEFNOTE_LIBRARY: "/nowhere" } })
  try {
    expect((await none.execute(HELPER)).reply).toMatchObject({ status: "ok" })
    const { reply } = await none.execute('import { defn } from "defnote"')
    expect(reply.evalue).toMatch(/^import: no build of defnote in \/nowhere/u)
  } finally {
    await none.stop()
  }
})

test("a helper of an earlier cell reads its variables anew (C14)", async () => {
  const own = await TestKernel.start()
  try {
    await own.execute(HELPER)
    await own.execute('import { defn, tensor, type Tensor } from "defnote"')
    const call = "f(tensor([1, 2])).toArray()"
    const first = await own.execute(`const f = defn((x: Tensor) => helper(x))\n${call}`)
    expect(resultText(first)).toBe("[ 2, 4 ]")
    expect(resultText(await own.execute(`factor = 3\n${call}`))).toBe("[ 3, 6 ]")
    expect(resultText(await own.execute(`let factor = 5\n${call}`))).toBe("[ 5, 10 ]")
    const declared = await own.execute("function shown() { return factor }")
    expect(declared.outputs.map((m) => m.header.msg_type)).toEqual(["execute_input"])
  } finally {
    await own.stop()
  }
})

test("a key that is used twice in a cell is warned of, with both lines (S12)", async () => {
  await kernel.execute('import { random } from "defnote"; const once = random.key(1)')
  const twice = await kernel.execute(
    "const a = random.normal(once, [2])\n\nconst b = random.uniform(once, [2])",
  )
  expect(streamText(twice, "stderr")).toMatch(
    /random\.uniform at cell (\d+), line 3: .* by random\.normal at cell \1, line 1;/u,
  )
  const again = await kernel.execute("const c = random.normal(once, [2])")
  expect(streamText(again, "stderr")).toBe("")
})

test("defn under another name is the language in later cells too", async () => {
  await kernel.execute('import { defn as compiled } from "defnote"; import * as nx from "defnote"')
  await kernel.execute('const { defn: loaded } = await import("defnote"); let factor = 3')
  for (const name of ["compiled", "nx.defn", "loaded"]) {
    const ran = await kernel.execute(
      `const byOtherName = ${name}((x: Tensor) => x * factor)\nbyOtherName(tensor([1, 2])).toArray()`,
    )
    expect(resultText(ran)).toBe("[ 3, 6 ]")
  }
})

test("require and import give the same instance", async () => {
  const code = '[require("defnote").tensor === tensor, (await import("defnote")).tensor === tensor]'
  expect(resultText(await kernel.execute(code))).toBe("[ true, true ]")
})

test("a loop of the engine is interrupted by the cancel word, and computes afterwards", async () => {
  const cell = kernel.begin("let grown = tensor([1])\nfor (;;) grown = grown.add(1)")
  await new Promise((done) => setTimeout(done, 300))
  await kernel.request("interrupt_request", {}, "control")
  expect((await cell.done).reply.ename).toBe("InterruptError")
  expect(resultText(await kernel.execute("tensor([1, 2]).add(1).toArray()"))).toBe("[ 2, 3 ]")
})

test("what waited when it was interrupted computes no further when the answer comes", async () => {
  await kernel.execute('import { setTimeout as answer } from "node:timers/promises"')
  const began = kernel.next((item) => item.content.text === "1\n")
  const cell = kernel.begin(
    "var steps = 0; for (let t = tensor([1]); ; console.log(++steps)) { await answer(100); t = t.add(1) }",
  )
  await began
  await kernel.request("interrupt_request", {}, "control")
  expect((await cell.done).reply.ename).toBe("InterruptError")
  const before = resultText(await kernel.execute("steps"))
  expect(Number(before)).toBeGreaterThan(0)
  await new Promise((done) => setTimeout(done, 300))
  expect(resultText(await kernel.execute("steps"))).toBe(before)
})

test.each([
  "while (true) {}",
  "await new Promise(() => {})",
  "for (;;) await null",
  "for (let t = tensor([1]); ; ) { t = t.add(1); await null }",
  "defn((t: Tensor) => { while (t > 0) t = t * 1; return t })(tensor(1))",
])("with the library in use, %s is interrupted and the values stay", async (code) => {
  await kernel.execute("var kept = tensor([1, 2]).add(1)")
  const cell = kernel.begin(code)
  await new Promise((done) => setTimeout(done, 150))
  await kernel.request("interrupt_request", {}, "control")
  expect((await cell.done).reply.ename).toBe("InterruptError")
  expect(resultText(await kernel.execute("kept.add(1).toArray()"))).toBe("[ 3, 4 ]")
})

test.each([
  ["reference", "ok", /'reference'/u],
  ["llvm", "error", /there is no compiler "llvm"; compilers are .*wasm/u],
])(
  "D6.2 DEFNOTE_COMPILER=%s: what was asked for runs, or an error says why not",
  async (name, status, said) => {
    const own = await TestKernel.start({
      env: { DEFNOTE_COMPILER: name, DEFNOTE_TYPECHECK: "off" },
    })
    try {
      const exchange = await own.execute(`import { defn, tensor } from "defnote"
      const f = defn((x) => x + 1); f(tensor([1])); f.info().compiler`)
      expect(exchange.reply.status).toBe(status)
      expect(resultText(exchange) ?? String(exchange.reply.evalue)).toMatch(said)
    } finally {
      await own.stop()
    }
  },
)

test("a copy in the notebook's folder with another ABI is not used, with one warning", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kernel-abi-"))
  const copy = join(folder, "node_modules/defnote")
  mkdirSync(copy, { recursive: true })
  writeFileSync(join(copy, "package.json"), '{"name":"defnote","defnote":{"abi":999}}')
  const own = await TestKernel.start({ folder })
  try {
    const first = await own.execute('typeof (await import("defnote")).tensor')
    expect(resultText(first)).toBe("'function'")
    expect(streamText(first, "stderr")).toMatch(/is not used: ABI 999, the kernel has \d+/u)
    expect(streamText(await own.execute("1"), "stderr")).toBe("")
  } finally {
    await own.stop()
    rmSync(folder, { recursive: true })
  }
})

test.skipIf(process.platform === "win32")("a language server that dies is replaced", async () => {
  const pid = String(kernel.process.pid)
  const server = () => execFileSync("pgrep", ["-P", pid, "-f", "lsp"]).toString().trim()
  const first = server()
  process.kill(Number(first), "SIGKILL")
  const said = await kernel.execute("const unchecked: number = 'x'")
  expect(said.reply.status).toBe("ok")
  await expect
    .poll(async () => {
      const { outputs } = await kernel.execute("const checked: number = 'x'")
      return streamText({ outputs } as Exchange, "stderr")
    })
    .toContain("TS2322")
  expect(server()).not.toBe(first)
})
