/**
 * @file D5.1: what a beginner gets wrong, one row each: the place is the operand or argument, and the first message is
 * the cause in words about tensors. Through the real type checker and the declarations that notebooks get.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { LanguageService } from "defnote/language"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

const HEAD = `import { defn, tensor, zeros, grad, valueAndGrad, where, add, maximum, exp, concatenate, random, einsum, stack, type Tensor } from "defnote"
const f = defn((x: Tensor, n: number) => x * n), x = tensor([1, 2])
`
const folder = mkdtempSync(join(tmpdir(), "kernel-words-"))
let service: LanguageService
let runs = 0
beforeAll(() => {
  const types = resolve(import.meta.dirname, "../dist/types")
  service = new LanguageService({ folder, types, log: () => {} })
})
afterAll(async () => {
  await service.stop()
  rmSync(folder, { recursive: true })
})

/** The places and messages of a cell, and whether they stop it. */
async function findings(source: string) {
  const found = await service.check(++runs, HEAD + source)
  return found?.map((d) => [(HEAD + source).slice(d.from, d.to), d.message] as const)
}

type Row = readonly [source: string, place: string, message: string]
/** Bodies of `defn((x: Tensor, y?: Tensor) => ...)`. */
const INSIDE: readonly Row[] = [
  ['x + "a"', '"a"', `This operand is of type '"a"'; operators inside defn take`],
  ['"a" * x', '"a"', `This operand is of type '"a"'; operators inside defn take`],
  ['x < "3"', '"3"', `This operand is of type '"3"'; operators inside defn take`],
  ["x + { a: 1 }", "a", "This operand is an object; operators inside defn take"],
  ["x - null", "null", "This operand is of type 'null'; operators"],
  ["x * y", "y", "'Tensor | undefined'; operators inside defn take tensors and numbers. Give it a"],
  ["x * [1, 2]", "[1, 2]", "This is an array; a tensor is needed here. tensor([...]) makes one"],
  ["x.matmul([[1, 2], [3, 4]])", "[[1, 2], [3, 4]]", "This is an array; a tensor is needed"],
  ["add(x, [1, 2])", "[1, 2]", "This is an array; a tensor is needed here"],
  ['x == "a" ? 1 : 2', 'x == "a"', "A tensor is never equal to a value of type 'string'."],
  [
    "x.data() * 2",
    "x.data()",
    "'Promise<TypedArray>'; operators inside defn take tensors and numbers. It",
  ],
  ["x.summ()", "summ", "Tensors have no 'summ'; did you mean 'sum'?"],
  ["x.backward()", "backward", "Tensors have no 'backward'."],
  ["x.size() * x", "size", "This is a property, not a function: leave the () out."],
  ['x.matmul("w")', '"w"', "This is of type 'string'; a tensor is needed here."],
  [
    "x.matmul(3)",
    "3",
    "This is of type 'number'; a tensor is needed here. Make one with tensor(...).",
  ],
  ["x.matmul()", "matmul", "Expected 1 arguments, but got 0."],
  ["x.sum(0)", "0", "This is of type '0'; options stand in an object here, such as { axes: [0] }."],
  [
    "x.sum({ keepAxis: true })",
    "keepAxis",
    "There is no option 'keepAxis'; did you mean 'keepAxes'?",
  ],
  ["x.mean({ axes: [true] })", "true", "'boolean'; an axis, a number or a name, is needed here."],
  ["x.softmax({ temperature: 2 })", "temperature", "This function has no option 'temperature'."],
  ["x.reshape(2, 3)", "2", "'number'; a list of sizes, such as [2, 3], is needed here."],
  ['x.reshape("2x3")', '"2x3"', "'string'; a list of sizes, such as [2, 3], is needed here."],
  ['where(x > 0, "a", x)', '"a"', `This is of type '"a"'; a tensor or a number is needed here.`],
  ["where(x > 0, x)", "where", "Expected 3 arguments, but got 2."],
  ['x.add("a")', '"a"', `This is of type '"a"'; a tensor or a number is needed here.`],
  ["maximum(x, null)", "null", "This is of type 'null'; a tensor or a number is needed here."],
  ['exp("a")', '"a"', `This is of type '"a"'; a tensor or a number is needed here.`],
  ['Math.exp("a")', '"a"', `This operand is of type '"a"'`],
  ["concatenate(x, x)", "x", "This is one tensor; a list of tensors is needed here: [a, b]."],
  ["concatenate([x, 1])", "1", "This is of type 'number'; a tensor is needed here. Make one"],
  [
    'einsum("ij->ji", [x])',
    "[x]",
    "'Tensor[]'; a tensor is needed here. Join a list of tensors with stack",
  ],
  ['x.asType("float32")', '"float32"', '"float32" is no dtype; there are bool, u8, u16'],
  ['x["a"]', '"a"', "The index of an element must be a number"],
  ['x[0, "a"]', '"a"', "This is of type 'string'; a tensor or a number is needed here."],
  ["random.normal(x, 3)", "3", "'number'; a list of sizes, such as [2, 3], is needed here."],
  ["random.normal(0, [3])", "0", "This is of type 'number'; a tensor is needed here."],
  ["xx * 2", "xx", "Cannot find name 'xx'."],
]
const WHERE =
  'Tensors have operators only inside defn(...) and in functions that begin with "use defn";'
const OUTSIDE: readonly Row[] = [
  ['f("a", 2)', '"a"', "This is of type 'string'; a tensor is needed here."],
  ["f([1, 2], 2)", "[1, 2]", "This is an array; a tensor is needed here."],
  ["f(x)", "f", "Expected 2 arguments, but got 1."],
  ["f(x, x)", "x", "This is a tensor; a number is needed here. Outside of defn, x.item() reads"],
  ["f(x, 1, 2)", "2", "Expected 2 arguments, but got 3."],
  ["const y: number = f(x, 2)", "y", "This is a tensor; a number is needed here."],
  ["defn(3)", "3", "This is of type 'number'; a function is needed here."],
  ["defn((t: Tensor) => t, { nam: 'f' })", "nam", "There is no option 'nam'; did you mean 'name'?"],
  ["x + 1", "x + 1", `${WHERE} here, write a.add(b).`],
  ["if (x > 0) 1", "x > 0", `${WHERE} here, write a.greater(b).`],
  ["x + x", "x + x", `${WHERE} here, write a.add(b).`],
  ["1 - x", "x", "The right side of an arithmetic operator must be a number here. Tensors have"],
  ["Math.floor(x)", "x", "This is a tensor; a number is needed here."],
  ['tensor("a")', '"a"', "a tensor is made of numbers, booleans or bigints"],
  ['tensor([1], { dtype: "float" })', "dtype", '"float" is no dtype; there are bool, u8'],
  ['tensor([1], { type: "f32" })', "type", "This function has no option 'type'."],
  ["zeros(3)", "3", "'number'; a list of sizes, such as [2, 3], is needed here."],
  ["grad(3)", "3", "This is of type 'number'; a function is needed here."],
  ["grad((t: Tensor) => t.sum())(3)", "3", "This is of type 'number'; a tensor is needed here."],
  [
    "valueAndGrad((t: Tensor) => t.sum())([1])",
    "[1]",
    "This is an array; a tensor is needed here.",
  ],
  [
    "x.data()[0]",
    "x.data()[0]",
    "This is a promise: the value is not there yet. Write `await` before it.",
  ],
  ["stack(x, x)", "x", "This is one tensor; a list of tensors is needed here: [a, b]."],
  [
    'const g = (t: Tensor<"f32">) => t; g(tensor([1], { dtype: "i32" }))',
    'tensor([1], { dtype: "i32" })',
    'This tensor is of dtype i32; f32 is needed here. x.asType("f32") converts it.',
  ],
]
const RAW = /No overload|Argument of type|TensorLike|NestedOf|\bLiteral\b|\bOperand\b|and \d+ more/

describe("D5.1 type errors in words about tensors", () => {
  test.each(INSIDE)("inside defn: %s", async (body, place, message) => {
    const found = await findings(`const g = defn((x: Tensor, y?: Tensor) => ${body})`)
    expect(found?.[0]).toEqual([place, expect.stringContaining(message)])
    expect(found?.map(([, text]) => text).join("\n")).not.toMatch(RAW)
  })
  test.each(OUTSIDE)("outside: %s", async (source, place, message) => {
    const found = await findings(source)
    expect(found?.[0]).toEqual([place, expect.stringContaining(message)])
    expect(found?.map(([, text]) => text).join("\n")).not.toMatch(RAW)
  })
  test("what is right has no findings", async () => {
    const right =
      'const g = defn((x: Tensor, y: Tensor) => Math.max(x, y, 0) + where(x > 0, x, 1).sum({ axes: [-1] }) + x[0] + 2 ** x)\ng(x, tensor([true, false])); tensor([[1], [2]], { dtype: "i8" }); tensor(new Float64Array(2), { shape: [2, 1] })'
    expect(await findings(right)).toEqual([])
  })
})

describe("S13 conditions and equalities of tensors outside of defn", () => {
  const rows: readonly Row[] = [
    ["if (x) console.log(1)", "x", "a tensor is an object and always true here; read its only"],
    ["const z = x ? 1 : 2", "x", "always true here"],
    ["while (!x) {}", "x", "always true here"],
    ["const y = tensor([1]); x === y", "x === y", "`===` asks whether these are the same object"],
    ["const y = tensor([1]); if (x != y) {}", "x != y", "`!=` asks whether these are the same"],
  ]
  test.each(rows)("%s", async (source, place, message) => {
    const found = await findings(source)
    expect(found).toContainEqual([place, expect.stringContaining(message)])
  })
  test.each([
    "let y: Tensor | undefined; if (y) console.log(1)",
    "const n = 1, m = 2; if (n) n === m",
    "const g = defn((a: Tensor, b: Tensor) => (a === b ? a : b))",
    "x === undefined",
    "const t: unknown = x; if (t) {}",
  ])("nothing is said of %s", async (source) => {
    const found = await findings(source)
    expect(found?.filter(([, message]) => /always true|same object/.test(message))).toEqual([])
  })
})
