/** @file The workloads in defnote, on the compiler that DEFNOTE_COMPILER names, written as a user writes them. */
import { type Container, compilerNamed, flatten } from "@defnote/core"
import { defn, type Tensor, tensor, valueAndGrad } from "defnote"
import { filled, labels, type Make, serve } from "./serve.ts"

const of = (k: number, ...shape: number[]): Tensor =>
  tensor(
    filled(
      shape.reduce((a, b) => a * b, 1),
      k,
    ),
    { shape },
  )

const read = (y: Container): Float32Array[] =>
  flatten(y).map((t) => t.dataSync({ copy: false }) as Float32Array)

/** The run before gives its results back, as those of jax-js must: the next ones lie where they lay. */
function repeated(f: () => Container): ReturnType<Make> {
  let last: Container = []
  const once = (): Container => {
    for (const t of flatten(last)) t.dispose()
    last = f()
    return last
  }
  return { once, read: read as never }
}
const run = (f: (...x: Tensor[]) => Container, ...args: Tensor[]): ReturnType<Make> =>
  repeated(() => f(...args))

const N = 1 << 22
const chainA = (a: Tensor, b: Tensor, c: Tensor) => a.multiply(b).add(c.multiply(a)).subtract(b)
const chainT = (a: Tensor, b: Tensor, c: Tensor) =>
  a.multiply(b).tanh().add(a.negate().multiply(a).exp().multiply(c))

function layerNorm(x: Tensor): Tensor {
  const c = x.subtract(x.mean({ axes: [-1], keepAxes: true }))
  return c.divide(
    c
      .multiply(c)
      .mean({ axes: [-1], keepAxes: true })
      .add(1e-5)
      .sqrt(),
  )
}

function loss([w1, b1, w2, b2]: Tensor[], x: Tensor, y: Tensor): Tensor {
  const h = x.matmul(w1).add(b1).relu()
  return h.matmul(w2).add(b2).logSoftmax().multiply(y).sum().divide(-128)
}

function mlp(): ReturnType<Make> {
  const x = of(1, 128, 784)
  const y = tensor(labels(128), { shape: [128, 10] })
  const weights = [of(2, 784, 256).multiply(0.05), tensor(new Float32Array(256))]
  const params = [...weights, of(3, 256, 10).multiply(0.05), tensor(new Float32Array(10))]
  const step = defn(
    (p: Tensor[], x: Tensor, y: Tensor) => {
      const [, g] = valueAndGrad(loss)(p, x, y)
      return p.map((w, i) => w.subtract(g[i].multiply(0.01)))
    },
    { captures: () => ({ valueAndGrad, loss }) },
  )
  return repeated(() => step(params, x, y))
}

/** A new function each time, so that each run traces and compiles. */
const fresh = (a: Tensor, b: Tensor, c: Tensor) =>
  defn((p: Tensor, q: Tensor, r: Tensor) => p.multiply(q).add(r.multiply(p)).subtract(q))(a, b, c)

const product = (a: Tensor, b: Tensor) => a.matmul(b)

// Without this, a compiler that is not here would be replaced by another in the order of choice.
compilerNamed(process.env.DEFNOTE_COMPILER ?? "")

await serve(1, {
  matmul512: () => run(defn(product), of(1, 512, 512), of(2, 512, 512)),
  matmul1024: () => run(defn(product), of(1, 1024, 1024), of(2, 1024, 1024)),
  chainA: () => run(defn(chainA), of(1, N), of(2, N), of(3, N)),
  chainT: () => run(defn(chainT), of(1, N), of(2, N), of(3, N)),
  softmax: () =>
    run(
      defn((x: Tensor) => x.softmax()),
      of(1, 1024, 1024),
    ),
  layernorm: () => run(defn(layerNorm), of(1, 1024, 1024)),
  sum: () =>
    run(
      defn((x: Tensor) => x.sum()),
      of(1, N).add(1),
    ),
  mlp,
  firstcall: () => run(fresh, of(1, 16), of(2, 16), of(3, 16)),
  dispatch: () =>
    run(
      defn((a: Tensor, b: Tensor) => a.add(b)),
      of(1, 16),
      of(2, 16),
    ),
})
