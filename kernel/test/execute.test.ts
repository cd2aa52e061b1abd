/** @file Cells on a real kernel process: results, output, redeclaration, errors, state (D7.1, D7.2). */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { resultText, streamText, TestKernel, uncoloured } from "./client.ts"

let kernel: TestKernel
beforeAll(async () => {
  kernel = await TestKernel.start({
    env: { DEFNOTE_TYPECHECK: "off" },
    answer: (prompt) => `${prompt}!`,
  })
})
afterAll(() => kernel.stop())

const run = (code: string, content = {}) => kernel.execute(code, content)

test("the value of the last expression is the result", async () => {
  expect(resultText(await run("6 * 7"))).toBe("42")
  expect(resultText(await run("[1, 2, 3].map((n: number) => n * 2)"))).toBe("[ 2, 4, 6 ]")
  expect(resultText(await run("await Promise.resolve(5)"))).toBe("5")
  expect(resultText(await run("const quiet = 5"))).toBeUndefined()
  expect(resultText(await run("for (let i = 0; i < 3; i++) i"))).toBeUndefined()
  expect(resultText(await run("10n ** 20n"))).toBe("100000000000000000000n")
})

test("messages come in the order of the protocol and idle is last", async () => {
  const { all } = await run("console.log('a'); 7")
  const types = all.map((item) => item.header.msg_type)
  expect(types).toEqual(["status", "execute_input", "stream", "execute_result", "status"])
  expect(all[0].content.execution_state).toBe("busy")
  expect(all.at(-1)?.content.execution_state).toBe("idle")
})

test.each([
  ["const a1 = 1", "const a1 = 2", "a1"],
  ["var a2 = 1", "let a2 = 2", "a2"],
  ["let a3 = 1", "var a3 = 2", "a3"],
  ["function a4() { return 1 }", "const a4 = () => 2", "a4()"],
  ["const a5 = () => 1", "function a5() { return 2 }", "a5()"],
  ["var a6 = 1", "class a6 { static valueOf() { return 2 } }", "+a6"],
  ["const { a7 } = { a7: 1 }", "function a7() { return 2 }", "a7()"],
  ["const a9 = 1", "let a9 = 2", "a9"],
  ["enum a8 { x = 1 }", "const a8 = { x: 2 }", "a8.x"],
])("names can be declared again: %s, then %s", async (first, second, value) => {
  expect((await run(first)).reply.status).toBe("ok")
  const again = await run(second)
  expect(again.reply).toMatchObject({ status: "ok" })
  expect(resultText(await run(value))).toBe("2")
})

test("a name whose declaration threw can be declared again", async () => {
  expect((await run("const broken = (() => { throw new Error('no') })()")).reply.status).toBe(
    "error",
  )
  expect((await run("const broken = 2")).reply.status).toBe("ok")
})

test("static imports, dynamic imports, require and import.meta", async () => {
  const { reply } = await run(
    'import fs, { existsSync as has } from "node:fs"\nimport * as path from "path"\nimport type { Stats } from "node:fs"',
  )
  expect(reply).toMatchObject({ status: "ok" })
  const check =
    '[has("."), path.basename("/a/b"), typeof fs.readFileSync, (await import("os")).EOL]'
  expect(resultText(await run(check))).toBe("[ true, 'b', 'function', '\\n' ]")
  expect(resultText(await run('require("node:path").sep'))).toBe("'/'")
  expect(resultText(await run("import.meta.filename.endsWith('notebook.ts')"))).toBe("true")
})

test("modules of the notebook's folder: TypeScript, ES modules, CommonJS", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kernel-folder-"))
  const files = {
    "model.ts":
      "import { twice } from './math'\nexport const four: number = twice(2)\nexport enum E { a = 7 }",
    "math.ts": "export function twice(x: number): number { return x * 2 }",
    "old.cjs": "module.exports = { five: 5 }",
    "fail.ts": "export function fail(x: any): never {\n  throw new Error('failed ' + x)\n}",
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const own = await TestKernel.start({ folder })
  try {
    const first = await own.execute(
      'import { four, E } from "./model"\nimport old from "./old.cjs"\nimport { fail } from "./fail.ts"\n;[four, E.a, old.five, require("./old.cjs").five]',
    )
    expect(resultText(first)).toBe("[ 4, 7, 5, 5 ]")
    expect(streamText(first, "stderr")).toBe("")
    const { reply } = await own.execute("fail(1)")
    expect(uncoloured((reply.traceback as string[]).join("\n"))).toMatch(
      /at fail \(file:.*fail\.ts:2:9\)/u,
    )
    expect(readdirSync(folder).sort()).toEqual(Object.keys(files).sort())
  } finally {
    await own.stop()
    rmSync(folder, { recursive: true })
  }
})

test("tslab's cell tags: a cell is a module", async () => {
  const cell = await run(
    "/** @module shapes */\nexport const side = 3\nexport function area() { return side * side }",
  )
  expect(cell.reply.status).toBe("ok")
  expect(resultText(await run('import * as shapes from "./shapes"; shapes.area()'))).toBe("9")
})

test("an error names the line of the cell and shows no internal frames", async () => {
  const { reply, outputs } = await run(
    'function thrower(x: number): never {\n  throw new RangeError("bad " + x)\n}\nthrower(3 as number)',
  )
  expect(reply).toMatchObject({ status: "error", ename: "RangeError", evalue: "bad 3" })
  const text = uncoloured((reply.traceback as string[]).join("\n"))
  expect(text).toContain("line 2")
  expect(text).toMatch(/> 2 \| {3}throw new RangeError.*\n.*\| {9}\^{3}/u)
  expect(text).toMatch(/at thrower \(cell \d+, line 2, column 9\)/u)
  expect(text).toMatch(/at cell \d+, line 4, column 1$/u)
  expect(text).not.toMatch(/node:|child\.mjs|<anonymous>/u)
  expect(outputs.at(-1)?.content).toEqual({
    ename: "RangeError",
    evalue: "bad 3",
    traceback: reply.traceback,
  })
})

test("columns are those of the source although types were removed", async () => {
  const { reply } = await run("const longName: Record<string, number> = {}; (longName as any).x.y")
  const text = uncoloured((reply.traceback as string[]).join("\n"))
  expect(text).toContain("line 1, column 66")
})

test("a syntax error has a code frame and runs nothing", async () => {
  const { reply } = await run("globalThis.ran = 1\nconst = 3")
  expect(reply.ename).toBe("SyntaxError")
  expect(uncoloured((reply.traceback as string[]).join("\n"))).toMatch(
    /> 2 \| const = 3\n.*\| {7}\^/u,
  )
  expect(resultText(await run("typeof globalThis.ran"))).toBe("'undefined'")
})

test("thrown values that are no errors, causes and aggregates", async () => {
  expect((await run("throw { code: 7 }")).reply).toMatchObject({
    ename: "Uncaught",
    evalue: "{ code: 7 }",
  })
  const { reply } = await run("throw new Error('outer', { cause: new TypeError('inner') })")
  expect(uncoloured((reply.traceback as string[]).join("\n"))).toContain(
    "caused by:\nTypeError: inner",
  )
  const many = await run("await Promise.any([Promise.reject(new Error('first one'))])")
  expect(uncoloured((many.reply.traceback as string[]).join("\n"))).toContain("Error: first one")
})

test("late output and late errors go to the cell that caused them (D7.2)", async () => {
  const first = kernel.begin(
    "setTimeout(() => { console.log('late text'); throw new Error('late error') }, 150); 0",
  )
  await first.done
  await run("await new Promise((done) => setTimeout(done, 300))")
  const late = first.all.slice(first.all.findLastIndex((item) => item.content.execution_state) + 1)
  expect(late.map((item) => item.header.msg_type)).toEqual(["stream", "error"])
  expect(late[1].content.evalue).toBe("late error")
  const rejected = kernel.begin("Promise.reject(new Error('nobody waits')); 0")
  await rejected.done
  await run("1")
  expect(rejected.all.some((item) => item.content.evalue === "nobody waits")).toBe(true)
})

test("20,000 lines arrive before idle, none lost", async () => {
  const exchange = await run("for (let i = 0; i < 20000; i++) console.log('line ' + i)")
  const lines = streamText(exchange).trimEnd().split("\n")
  expect(lines.length).toBe(20_000)
  expect(lines.every((line, i) => line === `line ${i}`)).toBe(true)
})

test("a busy cell's output is live", async () => {
  const started = kernel.begin(
    "console.log('early'); const until = Date.now() + 600; while (Date.now() < until) {}",
  )
  await kernel.next((item) => item.content.text === "early\n")
  expect(started.all.some((item) => item.content.execution_state === "idle")).toBe(false)
  await started.done
})

test("output of child processes is shown", async () => {
  const code = "require('child_process').execSync('echo from a child', { stdio: 'inherit' }); 0"
  expect(streamText(await run(code))).toBe("from a child\n")
})

test("input() asks the front end and waits", async () => {
  expect(resultText(await run("input('name')"))).toBe("'name!'")
  const { reply } = await run("input('x')", { allow_stdin: false })
  expect(reply.evalue).toMatch(/does not answer/u)
})

test("silent cells publish nothing and are not counted", async () => {
  const before = (await run("1")).reply.execution_count as number
  const { outputs } = await run("console.log('x'); 5", { silent: true })
  expect(outputs).toEqual([])
  expect((await run("1")).reply.execution_count).toBe(before + 1)
})

test("user expressions are answered with bundles or errors", async () => {
  const { reply } = await run("var ux = 20", { user_expressions: { a: "ux + 1", b: "nope_" } })
  expect(reply.user_expressions).toMatchObject({
    a: { status: "ok", data: { "text/plain": "21" } },
    b: { status: "error", ename: "ReferenceError" },
  })
})

test("an error aborts what is queued, not what comes later", async () => {
  const failing = kernel.begin(
    "await new Promise((_, no) => setTimeout(() => no(new Error('stop')), 200))",
  )
  const queued = kernel.begin("1")
  expect((await failing.done).reply.status).toBe("error")
  const { reply } = await queued.done
  expect(reply).toMatchObject({ status: "aborted", execution_count: expect.any(Number) })
  expect((await run("1")).reply.status).toBe("ok")
  const tolerant = kernel.begin("throw 1", { stop_on_error: false })
  const next = kernel.begin("2")
  await tolerant.done
  expect((await next.done).reply.status).toBe("ok")
})

test("history: tail, range and search", async () => {
  await run("'history marker'")
  const tail = await kernel.request("history_request", { hist_access_type: "tail", n: 1 })
  expect(tail.history).toEqual([[1, expect.any(Number), "'history marker'"]])
  const search = await kernel.request("history_request", {
    hist_access_type: "search",
    pattern: "'history ?arker'",
    n: 5,
  })
  expect((search.history as unknown[]).length).toBe(1)
})
