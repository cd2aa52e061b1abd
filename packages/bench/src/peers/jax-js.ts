/** @file The workloads in jax-js on its WebAssembly backend, jitted. Arrays are passed by `.ref`, as its ownership rules ask. */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax"
import { filled, type Make, serve } from "./serve.ts"

// biome-ignore lint/suspicious/noExplicitAny: its arrays, as its own functions take them
type Any = any

await init()
defaultDevice("wasm")

const of = (k: number, ...shape: number[]): Any => np.array(filled(shape.reduce((a, b) => a * b, 1), k)).reshape(shape)
const sumOf = async (ys: readonly Any[]): Promise<number> => {
  let total = 0
  for (const y of ys) for (const v of await y.ref.data()) total += v
  return total
}
/** One run ends when its results are ready; they are given back, as a loop that drops them would do. */
function make(f: (...x: Any[]) => Any, ...args: Any[]): Make {
  return () => {
    let last: Any[] = []
    const once = async (): Promise<Any[]> => {
      for (const y of last) y.dispose()
      const y = f(...args.map((x) => x.ref))
      last = Array.isArray(y) ? y : [y]
      await blockUntilReady(last as Any)
      return last
    }
    return { once, check: sumOf as never }
  }
}
const N = 1 << 22
const chainA = (a: Any, b: Any, c: Any): Any => a.ref.mul(b.ref).add(c.mul(a)).sub(b)
const chainT = (a: Any, b: Any, c: Any): Any => np.tanh(a.ref.mul(b)).add(np.exp(a.ref.mul(a).neg()).mul(c))
const layerNorm = (x: Any): Any => {
  const c = x.ref.sub(x.mean(-1, { keepdims: true }))
  return c.ref.div(np.sqrt(c.ref.mul(c).mean(-1, { keepdims: true }).add(1e-5)))
}

function mlp(): ReturnType<Make> {
  const labels = new Float32Array(1280)
  for (let i = 0; i < 128; i++) labels[i * 10 + (i % 10)] = 1
  const [x, y] = [of(1, 128, 784), np.array(labels).reshape([128, 10])]
  const params = [of(2, 784, 256).mul(0.05), np.zeros([256]), of(3, 256, 10).mul(0.05), np.zeros([10])]
  const loss = (p: Any[], x: Any, y: Any): Any => nn.logSoftmax(np.matmul(nn.relu(np.matmul(x, p[0]).add(p[1])), p[2]).add(p[3]), -1).mul(y).sum().mul(-1 / 128)
  const step = jit((w1: Any, b1: Any, w2: Any, b2: Any, x: Any, y: Any) => {
    const p = [w1, b1, w2, b2]
    const [value, g] = valueAndGrad(loss as Any)(p.map((w) => w.ref) as Any, x, y) as Any
    value.dispose?.()
    return p.map((w, i) => w.sub(g[i].mul(0.01)))
  })
  return make(step as Any, ...params, x, y)()
}

await serve("0.1.25", {
  matmul512: make(jit((a: Any, b: Any) => np.matmul(a, b)), of(1, 512, 512), of(2, 512, 512)),
  matmul1024: make(jit((a: Any, b: Any) => np.matmul(a, b)), of(1, 1024, 1024), of(2, 1024, 1024)),
  chainA: make(jit(chainA), of(1, N), of(2, N), of(3, N)),
  chainT: make(jit(chainT), of(1, N), of(2, N), of(3, N)),
  softmax: make(jit((x: Any) => nn.softmax(x, -1)), of(1, 1024, 1024)),
  layernorm: make(jit(layerNorm), of(1, 1024, 1024)),
  sum: make(jit((x: Any) => x.sum()), of(1, N)),
  mlp,
  firstcall: make((a: Any, b: Any, c: Any) => jit((p: Any, q: Any, r: Any) => chainA(p, q, r))(a, b, c), of(1, 16), of(2, 16), of(3, 16)),
  dispatch: make(jit((a: Any, b: Any) => a.add(b)), of(1, 16), of(2, 16)),
})
