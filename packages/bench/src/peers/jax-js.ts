/** @file The workloads in jax-js on its WebAssembly backend, jitted. Arrays are passed by `.ref`, as its ownership rules ask. */
import "./single-thread.ts"
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  valueAndGrad,
} from "@jax-js/jax"
import { filled, labels, type Make, serve } from "./serve.ts"

// biome-ignore lint/suspicious/noExplicitAny: its arrays, as its own functions take them
type Any = any

// Only this backend: asking for all of them reads `navigator`, which Node 20 does not have.
await init("wasm")
defaultDevice("wasm")

const of = (k: number, ...shape: number[]): Any =>
  np
    .array(
      filled(
        shape.reduce((a, b) => a * b, 1),
        k,
      ),
    )
    .reshape(shape)

const read = (ys: readonly Any[]): Promise<Float32Array[]> =>
  Promise.all(ys.map((y) => y.ref.data()))

/** A run ends when its results are ready; the run before gives its results back, as its rules ask. */
function run(f: (...x: Any[]) => Any, ...args: Any[]): ReturnType<Make> {
  let last: Any[] = []
  const once = async (): Promise<Any[]> => {
    for (const y of last) y.dispose()
    const y = f(...args.map((x) => x.ref))
    last = Array.isArray(y) ? y : [y]
    await blockUntilReady(last as Any)
    return last
  }
  return { once, read }
}

const N = 1 << 22
const chainA = (a: Any, b: Any, c: Any): Any => a.ref.mul(b.ref).add(c.mul(a)).sub(b)
const chainT = (a: Any, b: Any, c: Any): Any =>
  np.tanh(a.ref.mul(b)).add(np.exp(a.ref.mul(a).neg()).mul(c))

function layerNorm(x: Any): Any {
  const c = x.ref.sub(x.mean(-1, { keepdims: true }))
  return c.ref.div(np.sqrt(c.ref.mul(c).mean(-1, { keepdims: true }).add(1e-5)))
}

function loss([w1, b1, w2, b2]: Any[], x: Any, y: Any): Any {
  const h = nn.relu(np.matmul(x, w1).add(b1))
  return nn
    .logSoftmax(np.matmul(h, w2).add(b2), -1)
    .mul(y)
    .sum()
    .mul(-1 / 128)
}

function mlp(): ReturnType<Make> {
  const x = of(1, 128, 784)
  const y = np.array(labels(128)).reshape([128, 10])
  const weights = [of(2, 784, 256).mul(0.05), np.zeros([256])]
  const params = [...weights, of(3, 256, 10).mul(0.05), np.zeros([10])]
  const step = jit((w1: Any, b1: Any, w2: Any, b2: Any, x: Any, y: Any) => {
    const p = [w1, b1, w2, b2]
    const [value, g] = (valueAndGrad as Any)(loss)(
      p.map((w) => w.ref),
      x,
      y,
    )
    value.dispose()
    return p.map((w, i) => w.sub(g[i].mul(0.01)))
  })
  return run(step as Any, ...params, x, y)
}

/** A new function each time, so that each run traces and compiles. */
const fresh = (a: Any, b: Any, c: Any): Any =>
  jit((p: Any, q: Any, r: Any) => chainA(p, q, r))(a, b, c)

await serve(1, {
  matmul512: () => run(jit(np.matmul as Any), of(1, 512, 512), of(2, 512, 512)),
  matmul1024: () => run(jit(np.matmul as Any), of(1, 1024, 1024), of(2, 1024, 1024)),
  chainA: () => run(jit(chainA), of(1, N), of(2, N), of(3, N)),
  chainT: () => run(jit(chainT), of(1, N), of(2, N), of(3, N)),
  softmax: () =>
    run(
      jit((x: Any) => nn.softmax(x, -1)),
      of(1, 1024, 1024),
    ),
  layernorm: () => run(jit(layerNorm), of(1, 1024, 1024)),
  sum: () =>
    run(
      jit((x: Any) => x.sum()),
      of(1, N).add(1),
    ),
  mlp,
  firstcall: () => run(fresh, of(1, 16), of(2, 16), of(3, 16)),
  dispatch: () =>
    run(
      jit((a: Any, b: Any) => a.add(b)),
      of(1, 16),
      of(2, 16),
    ),
})
