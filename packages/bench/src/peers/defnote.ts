/** @file The workloads in defnote, on the compiler that DEFNOTE_COMPILER names. */
import { type Container, flatten } from "@defnote/core"
import { defn, oneHot, type Tensor, tensor, valueAndGrad } from "defnote"
import { filled, type Make, serve } from "./serve.ts"

const of = (k: number, ...shape: number[]): Tensor => tensor(filled(shape.reduce((a, b) => a * b, 1), k), { shape })
const sumOf = (y: Container): number => flatten(y).reduce((s, t) => s + Array.from(t.dataSync({ copy: false }) as Float32Array).reduce((a, b) => a + b, 0), 0)
const make = (f: (...x: Tensor[]) => Container, ...args: Tensor[]): Make => () => ({ once: () => f(...args), check: sumOf as never })
const N = 1 << 22

const chainA = (a: Tensor, b: Tensor, c: Tensor) => a.multiply(b).add(c.multiply(a)).subtract(b)
const chainT = (a: Tensor, b: Tensor, c: Tensor) => a.multiply(b).tanh().add(a.negate().multiply(a).exp().multiply(c))
const layerNorm = (x: Tensor) => {
  const c = x.subtract(x.mean({ axes: [-1], keepAxes: true }))
  return c.divide(c.multiply(c).mean({ axes: [-1], keepAxes: true }).add(1e-5).sqrt())
}

function mlp(): ReturnType<Make> {
  const x = of(1, 128, 784)
  const y = oneHot(tensor(Int32Array.from({ length: 128 }, (_, i) => i % 10)), 10)
  const scaled = (k: number, ...shape: number[]) => of(k, ...shape).multiply(0.05)
  const params = [scaled(2, 784, 256), tensor(new Float32Array(256)), scaled(3, 256, 10), tensor(new Float32Array(10))]
  const loss = (p: Tensor[], x: Tensor, y: Tensor) =>
    x.matmul(p[0]).add(p[1]).relu().matmul(p[2]).add(p[3]).logSoftmax().multiply(y).sum().divide(-128)
  const step = defn((p: Tensor[], x: Tensor, y: Tensor) => {
    const [, g] = valueAndGrad(loss)(p, x, y)
    return p.map((w, i) => w.subtract(g[i].multiply(0.01)))
  })
  return { once: () => step(params, x, y), check: sumOf as never }
}

await serve("0.1.0", {
  matmul512: make(defn((a: Tensor, b: Tensor) => a.matmul(b)), of(1, 512, 512), of(2, 512, 512)),
  matmul1024: make(defn((a: Tensor, b: Tensor) => a.matmul(b)), of(1, 1024, 1024), of(2, 1024, 1024)),
  chainA: make(defn(chainA), of(1, N), of(2, N), of(3, N)),
  chainT: make(defn(chainT), of(1, N), of(2, N), of(3, N)),
  softmax: make(defn((x: Tensor) => x.softmax()), of(1, 1024, 1024)),
  layernorm: make(defn(layerNorm), of(1, 1024, 1024)),
  sum: make(defn((x: Tensor) => x.sum()), of(1, N)),
  mlp,
  firstcall: () => ({ once: () => defn((a: Tensor, b: Tensor, c: Tensor) => chainA(a, b, c))(of(1, 16), of(2, 16), of(3, 16)), check: sumOf as never }),
  dispatch: make(defn((a: Tensor, b: Tensor) => a.add(b)), of(1, 16), of(2, 16)),
})
