import { Worker } from "node:worker_threads"
import * as d from "@defnote/core"
import { expect, test } from "vitest"
import { randomStorage } from "./compare.ts"
import { wasm } from "./index.ts"
import { linearMemory } from "./memory.ts"

const graph = (types: d.TensorType[], f: (...x: d.Tensor[]) => d.Tensor | d.Tensor[]): d.Graph =>
  d.withTable(new d.InternTable(), () => d.graphOf(types, (...x) => [f(...x)].flat()))
const f32 = (...shape: number[]): d.TensorType => ({ dtype: "f32", shape })
const storage = (t: d.TensorType) => randomStorage(t, [-1, 1], d.randomNumbers(9))

/** Sets the cancel word from another thread after `ms`. */
function cancelAfter(words: Int32Array, ms: number): Worker {
  const source = `const { workerData } = require("node:worker_threads")
    setTimeout(() => Atomics.store(workerData.words, 0, 1), workerData.ms)`
  return new Worker(source, { eval: true, workerData: { words, ms } })
}
async function interrupted(g: d.Graph, inputs: d.Storage[]): Promise<void> {
  const words = new Int32Array(new SharedArrayBuffer(32))
  d.engine.attach(words)
  const run = wasm.compile(g, {})
  const worker = cancelAfter(words, 60)
  try {
    expect(() => run.run(inputs)).toThrow(d.InterruptError)
  } finally {
    await worker.terminate()
    d.engine.attach(new Int32Array(8))
  }
}

test("a loop without an end is stopped by another thread (K2.1)", { timeout: 30_000 }, async () => {
  const forever = graph(
    [f32(4)],
    (x) =>
      d.whileLoop(
        x,
        (c) => d.less(d.sum(d.multiply(c, 0)), 1),
        (c) => d.multiply(c, 0.5),
      ) as d.Tensor,
  )
  await interrupted(forever, [storage(f32(4))])
  const after = wasm
    .compile(
      graph([f32(4)], (x) => d.add(x, 1)),
      {},
    )
    .run([storage(f32(4))])
  expect(after).toHaveLength(1)
})
test("a long kernel is stopped between its parts", { timeout: 60_000 }, async () => {
  const type = f32(1500, 1500)
  const long = graph([type], (x) => {
    let y = x
    for (let i = 0; i < 40; i++) y = d.multiply(d.dot(y, x), 0.001)
    return y
  })
  await interrupted(long, [storage(type)])
})

test("20,000 synchronous steps keep the memory flat (D4.3)", { timeout: 120_000 }, () => {
  const types = [f32(16, 8), f32(8), f32(32, 16), f32(32, 8)]
  const loss = (w: d.Tensor, b: d.Tensor, x: d.Tensor, y: d.Tensor): d.Tensor =>
    d.mean(d.square(d.subtract(d.tanh(d.add(d.dot(x, w), b)), y)))
  const step = graph(types, (w, b, x, y) => {
    const [gw, gb] = d.grad(loss, { argNumbers: [0, 1] })(w, b, x, y)
    return [d.subtract(w, d.multiply(gw, 0.01)), d.subtract(b, d.multiply(gb, 0.01))]
  })
  const run = wasm.compile(step, {})
  const [x, y] = [storage(types[2]), storage(types[3])]
  let state = [storage(types[0]), storage(types[1])]
  const turn = (n: number): void => {
    for (let i = 0; i < n; i++) state = run.run([...state, x, y])
  }
  turn(1000)
  const before = process.memoryUsage.rss()
  const linear = linearMemory.memory.buffer.byteLength
  turn(20_000)
  expect(linearMemory.memory.buffer.byteLength).toBe(linear)
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20)
})

test("an effect runs in order, and may run another program meanwhile", () => {
  const inner = wasm.compile(
    graph([f32(3)], (x) => d.add(x, 1)),
    {},
  )
  const seen: string[] = []
  const printing = graph([f32(3)], (x) => {
    d.printValue(d.multiply(x, 2), "first")
    return d.add(d.printValue(d.multiply(x, 3), "second"), 1)
  })
  d.setPrinter((text) => {
    seen.push(text.split(":")[0])
    inner.run([storage(f32(3))])
  })
  const x = storage(f32(3))
  const [y] = wasm.compile(printing, {}).run([x])
  const [want] = d.reference
    .compile(
      graph([f32(3)], (v) => d.add(d.multiply(v, 3), 1)),
      {},
    )
    .run([x])
  expect(seen).toEqual(["first", "second"])
  expect(new Float32Array(y.readSync?.() as ArrayBuffer)).toEqual(
    new Float32Array(want.readSync?.() as ArrayBuffer),
  )
})

test("values larger than a tile pass by in parts", () => {
  const type = f32(300, 1001)
  const g = graph([type, f32(1001)], (x, b) => [
    d.softmax(d.add(x, b)),
    d.sum(x, { axes: [1] }),
    d.tanh(x),
  ])
  const inputs = [storage(type), storage(f32(1001))]
  const got = wasm.compile(g, {}).run(inputs)
  const want = d.reference.compile(g, {}).run(inputs)
  got.forEach((y, i) => {
    const [a, b] = [y, want[i]].map((s) => new Float32Array(s.readSync?.() as ArrayBuffer))
    for (let k = 0; k < a.length; k += 7) expect(Math.abs(a[k] - b[k])).toBeLessThan(1e-3)
  })
})
test("memory beyond the budget is an error that names it", () => {
  const saved = d.budget.bytes
  d.budget.bytes = 2 ** 26
  try {
    const big = graph([f32(8)], (x) => d.sum(d.cumSum(d.broadcastTo(x, [2 ** 22, 8]))))
    expect(() => wasm.compile(big, {}).run([storage(f32(8))])).toThrow(d.MemoryError)
  } finally {
    d.budget.bytes = saved
  }
})
test("the passes run before lowering; kernels speak of the nodes that were given", () => {
  const g = graph([f32(40)], (x) => d.add(d.multiply(d.negate(x), d.sin(x)), 1))
  const { steps, kernels, memory } = wasm.compile(g, {})
  expect(steps.flatMap((s) => s.matches.map((m) => m.rule))).toEqual(["-a * b -> -(a * b)"])
  const given = new Set(d.postorder(g.outputs).map((n) => n.id))
  const named = kernels.flatMap((k) => [...k.nodes, ...k.lineNodes.map(([, n]) => n)])
  expect(named.length).toBeGreaterThan(3)
  for (const n of [...named, ...memory.values.flatMap((v) => v.node ?? [])])
    expect(given.has(n.id), n.op.name).toBe(true)
})
test.each([wasm, d.reference])("effects inside calls and choices happen, on $name", (compiler) => {
  const said: string[] = []
  d.setPrinter((text) => void said.push(text))
  try {
    const shown = (label: string) => (v: d.Tensor) => d.multiply(d.printValue(v, label), 2)
    const f = (x: d.Tensor): d.Tensor => {
      const a = d.printValue(x, "first")
      const b = d.checkpoint((v: d.Tensor) => d.checkpoint(shown("inner"))(shown("outer")(v)))(a)
      const c = d.printValue(b, "between")
      return d.customGrad(shown("custom"), (g: d.Tensor) => [g])(c)
    }
    const y = d.defn(f).using(compiler)(d.tensor([1, 2]))
    expect(y.toArray()).toEqual([8, 16])
    const at = (label: string, ...x: number[]): string => `${label}: f32[2] [${x.join(", ")}]`
    expect(said.slice(0, 4)).toEqual([
      at("first", 1, 2),
      at("outer", 1, 2),
      at("inner", 2, 4),
      at("between", 4, 8),
    ])
    expect(said.slice(4)).toEqual([at("custom", 4, 8)])
    said.length = 0
    const lanes = d.vmap((v: d.Tensor) =>
      d.cond(
        d.greater(v, 0),
        () => d.printValue(v, "yes"),
        () => v,
      ),
    )
    d.defn((x: d.Tensor) => lanes(x) as d.Tensor).using(compiler)(d.tensor([1, -2]))
    expect(said).toEqual([at("yes", 1, -2)])
  } finally {
    d.setPrinter((text) => console.log(text))
  }
})
