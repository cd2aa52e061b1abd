/** @file Bad input in cells: a clear message at the expression; state and kernel stay (issue list "Bad input"). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Exchange, resultText, TestKernel, uncoloured } from "./client.ts"

const folder = mkdtempSync(join(tmpdir(), "kernel-bad-"))
let kernel: TestKernel
beforeAll(async () => {
  writeFileSync(join(folder, "broken.npz"), "PK\u0003\u0004 no archive")
  // Types are off: what the checker would refuse must be refused at run time as well.
  kernel = await TestKernel.start({ folder, env: { DEFNOTE_TYPECHECK: "off" } })
  const { reply } = await kernel.execute(`
    import { defn, grad, graph, readNpz, tensor, zeros, type Tensor } from "defnote"
    const kept = tensor([1, 2]), matrix = zeros([2, 3])`)
  expect(reply).toMatchObject({ status: "ok" })
})
afterAll(async () => {
  await kernel.stop()
  rmSync(folder, { recursive: true })
})

const traceback = ({ reply }: Exchange) => uncoloured((reply.traceback as string[]).join("\n"))

/** A cell, the name of its error, its message, and the expression that is marked. */
const CASES: [name: string, code: string, ename: string, evalue: RegExp, marked: string][] = [
  [
    "shapes that do not fit",
    "matrix.add(kept)",
    "ShapeError",
    /^add: cannot broadcast f32\[2,3\] with f32\[2\]: axis -1 is 3 on the left and 2 on the right/,
    "add",
  ],
  [
    "shapes inside defn",
    "const product = defn((a: Tensor) => a.matmul(a))\nproduct(matrix)",
    "ShapeError",
    /^matmul: f32\[2,3\] with f32\[2,3\]: axis 1 is 3 on the left, axis 0 is 2 on the right/,
    "a.matmul(a)",
  ],
  [
    "a dtype that an op does not take",
    "kept.bitwiseAnd(kept)",
    "DTypeError",
    /^bitwiseAnd: the operands are f32; it takes integers and bools/,
    "bitwiseAnd",
  ],
  [
    "an operator on text",
    "const twice = defn((x: any) => x * 'two')\ntwice(kept)",
    "DTypeError",
    /^operator \*: cannot be applied to f32\[2\] and "two"; operands are tensors and numbers/,
    "x * 'two'",
  ],
  [
    "Math.floor of a tensor outside defn",
    "Math.floor(kept)",
    "DTypeError",
    /^f32\[2\] was used as a JavaScript number; a tensor has no operators outside defn\nWrap the code/,
    "floor",
  ],
  [
    "a traced value used as a number",
    "const rounded = defn((x: Tensor) => x * Math.round(Number(x.sum())))\nrounded(kept)",
    "TraceError",
    /^number: a traced f32\[\] has no number yet; it is a value of the graph\nOperators work on tensors in the text of defn/,
    "Number(x.sum())",
  ],
  [
    "throw under a tensor condition",
    "const thrown = defn((x: Tensor) => { if (x.sum() > 0) { throw 1 } return x })\nthrown(kept)",
    "LanguageError",
    /^D207: `throw` cannot depend on a tensor; return a flag or NaN/,
    "throw",
  ],
  [
    "push under a tensor condition",
    "const push = defn((x: Tensor) => { const a = [x]; if (x.sum() > 0) { a.push(x) } return x })\npush(kept)",
    "LanguageError",
    /^D208: `a\.push\(x\)` cannot depend on a tensor/,
    "a.push(x)",
  ],
  [
    "a condition per element in if",
    "const each = defn((x: Tensor) => { if (x > 0) { x = x * 2 } return x })\neach(kept)",
    "ShapeError",
    /^if: the condition is bool\[2\]; it must be a scalar\nUse `condition \? a : b`/,
    "x > 0",
  ],
  [
    "more memory than the budget",
    "zeros([1e6, 1e6])",
    "MemoryError",
    /3725\.3 GiB for 1000000000000 elements of f32; the budget is/,
    "zeros",
  ],
  [
    "a gradient of what is no scalar",
    "grad(defn((x: Tensor) => x * 2))(kept)",
    "GradError",
    /it must return a float scalar\nReduce with sum\(\) or mean\(\)/,
    "(",
  ],
  ["a broken .npz", "await readNpz('broken.npz')", "PayloadError", /broken\.npz is no/, "await"],
  ["a graph of no function", "graph(3 as any)", "OptionError", /^graph: takes a function/, "graph"],
]

test.each(CASES)("%s", async (_name, code, ename, evalue, marked) => {
  const failed = await kernel.execute(code)
  expect(failed.reply).toMatchObject({ status: "error", ename })
  expect(failed.reply.evalue).toMatch(evalue)
  expectReference(failed.reply as Reply)
  expect(traceback(failed).split("see docs/errors.md#")).toHaveLength(2)
  expect(markedIn(traceback(failed))).toBe(marked)
  expect(traceback(failed)).not.toMatch(/at Object\./u)
  expect(resultText(await kernel.execute("kept.add(1).toArray()"))).toBe("[ 2, 3 ]")
})

interface Reply {
  readonly ename: string
  readonly evalue: string
}
/** The message ends with the place where the error is explained: the class or the diagnostic (K4). */
function expectReference({ ename, evalue }: Reply): void {
  const code = /^D\d{3}(?=:)/u.exec(evalue)?.[0] ?? ename
  expect(evalue.split("\n").at(-1)).toBe(`  see docs/errors.md#${code}`)
}

/** What the carets of a code frame stand under. */
function markedIn(text: string): string | undefined {
  const lines = text.split("\n")
  const under = lines.findIndex((line) => /^\s+\|\s*\^+$/u.test(line))
  const from = lines[under]?.indexOf("^")
  return lines[under - 1]?.slice(from, lines[under].length)
}

test("tensors that a loop keeps end in an error that names them, and the kernel goes on", async () => {
  const small = await TestKernel.start({
    env: { DEFNOTE_TYPECHECK: "off", DEFNOTE_MEMORY: String(200 * 2 ** 20) },
  })
  try {
    await small.execute(
      'import { ones, type Tensor } from "defnote"\nconst one = ones([1024, 1024])\nconst held: Tensor[] = []',
    )
    const loop = "for (let i = 0; i < 300; i++) {\n  held.push(one.multiply(2))\n}"
    const { reply } = await small.execute(loop)
    expect(reply).toMatchObject({ status: "error", ename: "MemoryError" })
    expect(reply.evalue).toMatch(/\d+ x f32\[1024,1024\] made at cell 2, line 2 \(\d+\.0 MiB\)/)
    expect(reply.evalue).toMatch(
      /\n {2}variables that hold it: held \(\d+ tensors in Array\(\d+\), \d+ MiB\), one \(f32\[1024, 1024\], 4 MiB\)\n/,
    )
    expectReference(reply as Reply)
    expect(resultText(await small.execute("held.length > 10"))).toBe("true")
    expect(
      resultText(await small.execute("held.length = 0\none.multiply(3).at(0, 0).item()")),
    ).toBe("3")
  } finally {
    await small.stop()
  }
})
test("a heap that is full ends the runtime, not the kernel", async () => {
  const full = await TestKernel.start({
    env: { DEFNOTE_TYPECHECK: "off", NODE_OPTIONS: "--max-old-space-size=100" },
  })
  try {
    const { reply } = await full.execute(
      "const all = []; for (;;) all.push(new Array(1000).fill({}))",
    )
    expect(reply).toMatchObject({ status: "error", ename: "RuntimeEnded" })
    expect(reply.evalue).toMatch(/^the runtime ended \(signal SIG\w+\): variables are lost/u)
    expect(resultText(await full.execute("6 * 7"))).toBe("42")
  } finally {
    await full.stop()
  }
})
