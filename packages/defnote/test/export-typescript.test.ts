/** @file A graph as TypeScript computes what the original computes: the text is evaluated on random inputs. */
import { transformSync } from "esbuild"
import { describe, expect, test } from "vitest"
import * as library from "../src/index.ts"
import {
  add,
  concatenate,
  cond,
  defn,
  forLoop,
  grad,
  graph,
  greater,
  less,
  logSumExp,
  matmul,
  max,
  mean,
  multiply,
  pad,
  reverse,
  scan,
  slice,
  softmax,
  square,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  valueAndGrad,
  where,
  whileLoop,
} from "../src/index.ts"

/** Numbers between -1 and 1 that are the same in every run. */
let state = 7
const next = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 31 - 1
}
const random = (...shape: number[]): Tensor => {
  const make = (axis: number): unknown =>
    axis === shape.length ? next() : Array.from({ length: shape[axis] }, () => make(axis + 1))
  return tensor(make(0) as never)
}

/** The exported function. Outside of a notebook `defn` must be told what its function uses. */
function evaluated(text: string): (...x: Tensor[]) => unknown {
  const [, list, name, body] =
    /^import \{ (.*) \} from "defnote"\n\nexport const (\w+) = ([\s\S]*)$/.exec(text) as string[]
  const names = list.split(", ").filter((n) => !n.startsWith("type "))
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: which functions the text uses is what is tested
  const used = Object.fromEntries(names.map((n) => [n, library[n as keyof typeof library]]))
  const told = (f: never) => defn(f, { captures: () => used })
  const { code } = transformSync(`const ${name} = ${body}`, { loader: "ts" })
  const given = { ...used, defn: told }
  return new Function(...Object.keys(given), `${code}\nreturn ${name}`)(...Object.values(given))
}
const flat = (x: unknown): number[] =>
  library.Tensor && (x as Tensor)?.dtype
    ? [(x as Tensor).toArray()].flat(9).map(Number)
    : Object.values(x as object).flatMap(flat)

// biome-ignore lint/suspicious/noExplicitAny: any function of tensors
type Any = (...x: any[]) => unknown
const free = (f: Any) => defn(f as never, { captures: () => ({}) }) as never as Any

const x = () => random(4, 3)
const w = () => random(3, 2)
const loss = (w: Tensor, x: Tensor) => mean(square(tanh(matmul(x, w))))
const cases: [string, Any, () => Tensor[]][] = [
  ["a network", (w, x) => softmax(tanh(matmul(x, w))), () => [w(), x()]],
  ["its gradient", valueAndGrad(free(loss) as never) as never, () => [w(), x()]],
  [
    "second derivatives",
    grad(((v: Tensor) =>
      sum(
        square(grad(free((u: Tensor) => sum(multiply(tanh(u), u))) as never)(v) as Tensor),
      )) as never) as never,
    () => [random(3)],
  ],
  [
    "moves",
    (x) => concatenate([transpose(slice(x, [1, 0], [4, 2])), reverse(pad(x, [0, 1], [-2, -1]), 1)]),
    () => [x()],
  ],
  [
    "reductions and choices",
    (x) => [
      where(greater(x, 0), x, multiply(x, -2)),
      max(x, { axis: 0 }),
      logSumExp(x, { axes: [-1] }),
    ],
    () => [x()],
  ],
  [
    "a while loop",
    (v, n) =>
      whileLoop(
        [v, n],
        ([h]: Tensor[]) => less(sum(square(h)), 50),
        ([h, n]: Tensor[]) => [multiply(h, 1.5), add(n, 1)],
      ),
    () => [random(3), tensor(0)],
  ],
  [
    "a loop with a known number of turns",
    (w, v) => forLoop(5, v, (i: Tensor, h: Tensor) => tanh(matmul(w, add(h, i)))),
    () => [random(3, 3), random(3)],
  ],
  [
    "a scan with outputs",
    (xs, c) => scan(c, xs, (c: Tensor, v: Tensor) => [add(c, v), multiply(c, v)]),
    () => [random(6), tensor(0)],
  ],
  [
    "a condition, with a loop in a branch",
    (v) =>
      cond(
        greater(sum(v), 0),
        () => forLoop(3, v, (_: Tensor, h: Tensor) => multiply(h, 2)),
        () => tanh(v),
      ),
    () => [random(3)],
  ],
]

describe("a graph as TypeScript", () => {
  test.each(cases)("%s computes the same", (_, f, inputs) => {
    const text = graph(free(f) as never, ...(inputs() as never[])).toTypeScript()
    expect(text).toContain('from "defnote"')
    const again = evaluated(text)
    for (let k = 0; k < 3; k++) {
      const given = inputs()
      const [a, b] = [flat(free(f)(...given)), flat(again(...given))]
      expect(b.length).toBe(a.length)
      b.forEach((v, i) => {
        expect(Math.abs(v - a[i])).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(a[i])))
      })
    }
  })

  test("what has no public name is said", () => {
    const looped = valueAndGrad(
      free((v: Tensor) => sum(forLoop(4, v, (_: Tensor, h: Tensor) => tanh(h)))) as never,
    ) as never
    expect(() => graph(looped, random(3) as never).toTypeScript()).toThrow(/toTypeScript: scan/)
  })
})
