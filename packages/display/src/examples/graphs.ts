/** @file The example graphs of the tests, from three lines to ten thousand nodes. */
import { doublesToBase64 } from "../base64.ts"
import type { GraphDoc } from "../payload.ts"
import { Tracer, type Value } from "./tracer.ts"

export const TANH_SOURCE = `const loss = defn(({ w, b }: Params, x: Tensor, y: Tensor) => {
  const h = (x.matmul(w) + b).tanh()
  return ((h - y) ** 2).mean()
})`

/** The loss of the design's first page, with its gradient. */
export function tanhLoss({ n = 4, d = 3, k = 2 } = {}): GraphDoc {
  const t = new Tracer()
  const w = t.param("w", [d, k])
  const b = t.param("b", [k])
  const x = t.data("x", [n, d])
  const y = t.data("y", [n, k])
  const h = t.named("h", t.unary("tanh", t.add(t.matmul(x, w), b)))
  const loss = t.named("loss", t.reduce("mean", t.unary("square", t.sub(h, y))))
  const gradients = t.backward(loss)
  const at = (text: string): [number, number, number, number] => {
    const from = TANH_SOURCE.indexOf(text)
    return [0, from, from + text.length, -1]
  }
  t.rows[h.id].loc = 0
  t.rows[loss.id].loc = 1
  return t.doc("valueAndGrad(loss)", [loss, ...gradients.values()], {
    sources: [{ cellId: "cell-3", hash: "1f0c", text: TANH_SOURCE, executionCount: 3 }],
    locs: [at("(x.matmul(w) + b).tanh()"), at("((h - y) ** 2).mean()")],
  })
}

function dense(t: Tracer, name: string, x: Value, width: number, activation?: string): Value {
  const w = t.param(`${name}.w`, [x.shape[x.shape.length - 1], width])
  const b = t.param(`${name}.b`, [width])
  return t.scope(name.split(".").pop()!, () => {
    const z = t.add(t.matmul(x, w), b)
    return activation ? t.unary(activation, z) : z
  })
}

function crossEntropy(t: Tracer, logits: Value, y: Value): Value {
  return t.scope("crossEntropy", () => {
    const shifted = t.sub(logits, t.unary("stop", t.reduce("max", logits, -1, true)))
    const scale = t.unary("log", t.reduce("sum", t.unary("exp", shifted), -1, true))
    const picked = t.reduce("sum", t.mul(t.sub(shifted, scale), y), -1)
    return t.named("loss", t.unary("neg", t.reduce("mean", picked)))
  })
}

/** A training step of a classifier, about a hundred nodes. */
export function mlpStep({ n = 32, sizes = [64, 32, 32, 10], activation = "relu" } = {}): GraphDoc {
  const t = new Tracer()
  const x = t.data("x", [n, sizes[0]])
  const y = t.data("y", [n, sizes[sizes.length - 1]])
  let h = x
  for (let i = 1; i < sizes.length; i++)
    h = dense(t, `dense${i}`, h, sizes[i], i < sizes.length - 1 ? activation : undefined)
  const loss = crossEntropy(t, h, y)
  const updated = t.descend(t.backward(loss), 0.1)
  return t.doc("step (MLP classifier)", [loss, ...updated])
}

function layerNorm(t: Tracer, path: string, x: Value): Value {
  const d = x.shape[x.shape.length - 1]
  const scale = t.param(`${path}.scale`, [d])
  const shift = t.param(`${path}.shift`, [d])
  return t.scope(path.split(".").pop()!, () => {
    const c = t.sub(x, t.reduce("mean", x, -1, true))
    const v = t.reduce("mean", t.unary("square", c), -1, true)
    return t.add(t.mul(t.mul(c, t.unary("rsqrt", t.add(v, 1e-5))), scale), shift)
  })
}

function attention(t: Tracer, path: string, x: Value, heads: number): Value {
  const [b, n, d] = x.shape
  const weights = ["wq", "wk", "wv", "wo"].map((name) => t.param(`${path}.${name}`, [d, d]))
  return t.scope("attention", () => {
    const [q, k, v] = weights.map((w) => t.reshape(t.matmul(x, w), [b * heads, n, d / heads]))
    const s = t.mul(t.matmul(q, t.swap(k)), 1 / Math.sqrt(d / heads))
    const p = t.scope("softmax", () => {
      const e = t.unary("exp", t.sub(s, t.unary("stop", t.reduce("max", s, -1, true))))
      return t.div(e, t.reduce("sum", e, -1, true))
    })
    return t.matmul(t.reshape(t.matmul(p, v), [b, n, d]), weights[3])
  })
}

function block(t: Tracer, i: number, h: Value): Value {
  return t.scope(`block${i}`, () => {
    const a = t.add(h, attention(t, `block${i}.attention`, layerNorm(t, `block${i}.norm1`, h), 8))
    const normed = layerNorm(t, `block${i}.norm2`, a)
    const width = h.shape[h.shape.length - 1]
    const m = t.scope("mlp", () =>
      dense(t, `block${i}.down`, dense(t, `block${i}.up`, normed, 4 * width, "gelu"), width),
    )
    return t.add(a, m)
  })
}

/** A training step of a transformer: 4 blocks are about 1,000 nodes, 38 about 10,000. */
export function transformerStep({
  layers = 4,
  d = 128,
  n = 64,
  batch = 8,
  vocabulary = 512,
} = {}): GraphDoc {
  const t = new Tracer()
  const x = t.data("tokens", [batch, n], "i32")
  const y = t.data("targets", [batch, n, vocabulary])
  const table = t.param("table", [vocabulary, d])
  const position = t.param("position", [n, d])
  let h = t.scope("embed", () => t.add(t.node("gather", [table, x], [batch, n, d]), position))
  for (let i = 0; i < layers; i++) h = block(t, i, h)
  h = layerNorm(t, "norm", h)
  const w = t.param("head.w", [d, vocabulary])
  const logits = t.scope("head", () => t.matmul(h, w))
  const loss = crossEntropy(t, logits, y)
  return t.doc(`step (transformer, ${layers} blocks)`, [loss, ...t.descend(t.backward(loss), 0.1)])
}

/** Some pairs are equal, so `s` is 0 and its square root has an infinite slope there. */
export function distanceLoss({ n = 24, d = 16 } = {}): GraphDoc {
  const t = new Tracer()
  const w1 = t.param("w1", [d, 16])
  const w2 = t.param("w2", [16, 8])
  const embed = (x: Value, mark: string) =>
    t.scope(
      "embed",
      () => {
        const v = t.named(`v${mark}`, t.mul(t.named(`u${mark}`, t.matmul(x, w1)), 3))
        const h = t.named(`h${mark}`, t.unary("tanh", v))
        return t.named(`e${mark}`, t.unary("relu", t.named(`z${mark}`, t.matmul(h, w2))))
      },
      "fn",
    )
  const a = t.data("a", [n, d])
  const b = t.data("b", [n, d])
  const delta = t.named("δ", t.sub(embed(a, "ₐ"), embed(b, "ᵦ")))
  const s = t.named("s", t.reduce("sum", t.named("q", t.unary("square", delta)), -1))
  const m = t.named("m", t.greater(s, 0))
  const r = t.named("r", t.select(m, t.named("p", t.unary("sqrt", s)), 0))
  const loss = t.named("loss", t.reduce("mean", r))
  return t.doc("valueAndGrad(distanceLoss)", [loss, ...t.backward(loss).values()])
}

/** A loop and a condition as scopes, forward only, with two outputs. */
export function loopAndCondition(): GraphDoc {
  const t = new Tracer()
  const x = t.data("t", [8])
  const turned = t.scope(
    "while",
    () => t.node("while", [t.greater(t.reduce("sum", x), 100), t.mul(x, 2)], [8]),
    "loop",
  )
  const total = t.named("total", t.reduce("sum", turned))
  const chosen = t.scope(
    "cond",
    () =>
      t.node("cond", [t.greater(total, 0), t.unary("exp", turned), t.unary("neg", turned)], [8]),
    "cond",
  )
  return t.doc("doubled", [t.named("y", chosen), total])
}

/** A derivative of a derivative: the second rule boxes stand in the row of the first op. */
export function secondOrder(): GraphDoc {
  const t = new Tracer()
  const x = t.param("x", [4])
  const y = t.named("y", t.reduce("sum", t.unary("tanh", x)))
  const first = t.backward(y).get(x.id)!
  const dot = t.derive("bwd", { id: first.id, shape: first.shape }, () =>
    t.reduce("sum", t.mul(first, first)),
  )
  return t.doc("grad(grad)", [y, first, dot])
}

/** Only the forward pass of the classifier. */
export function forwardOnly(): GraphDoc {
  const t = new Tracer()
  const x = t.data("x", [32, 64])
  const out = dense(t, "dense2", dense(t, "dense1", x, 32, "relu"), 10)
  return t.doc("predict", [out])
}

/** A graph without nodes. */
export const empty = (): GraphDoc => new Tracer().doc("empty", [])

/** A function that returns its argument. */
export function identity(): GraphDoc {
  const t = new Tracer()
  const x = t.data("x", [3])
  return t.doc("identity", [x])
}

/** One long program without scopes. */
export function flatChain(length: number): GraphDoc {
  const t = new Tracer()
  let x = t.data("x", [8])
  for (let i = 0; i < length; i++)
    x = t.unary(i % 3 === 0 ? "tanh" : i % 3 === 1 ? "exp" : "neg", x)
  return t.doc("chain", [x])
}

/** Two scopes that call each other's values, as sharing equal expressions can make them. */
export function interleavedScopes(): GraphDoc {
  const t = new Tracer()
  const x = t.param("x", [4])
  const [a, b] = [
    t.scope("left", () => t.unary("tanh", x)),
    t.scope("right", () => t.unary("exp", x)),
  ]
  const left = t.rows[a.id].scope
  const c = t.node("mul", [a, b], [4], { scope: left })
  const d = t.node("add", [c, b], [4], { scope: t.rows[b.id].scope })
  const loss = t.named("loss", t.reduce("sum", t.node("mul", [d, c], [4], { scope: left })))
  return t.doc("interleaved", [loss, ...t.backward(loss).values()])
}

/** One op with so many arguments. */
export function manyArguments(count: number): GraphDoc {
  const t = new Tracer()
  const all = Array.from({ length: count }, (_, i) => t.data(`a${i}`, [2]))
  return t.doc("concat", [t.node("concat", all, [2 * count])])
}

/** The distance loss with NaN where it is born, a failed rule, kernels and a cut gradient. */
export function troubled(): GraphDoc {
  const doc = distanceLoss()
  const find = (name: string) => doc.nodes.name!.findIndex((n) => doc.strings[n] === name)
  const [p, h, m, r] = ["p", "hₐ", "m", "r"].map(find)
  const nan = doc.nodes.grad![p]
  return {
    ...doc,
    kernels: [
      {
        id: "k",
        compiler: "wasm",
        nodes: [r, find("loss")],
        why: "one loop",
        source: "",
        lineNodes: [],
      },
    ],
    checks: [{ node: h, kind: "vjp-local", verdict: "wrong", rel: 0.2, eps: 1e-4 }],
    runs: [
      {
        id: "run",
        device: "cpu",
        stats: { node: [p, nan], cols: ["n", "nan"], data: doublesToBase64([24, 0, 24, 3]) },
        first: [{ kind: "zero-grad", node: m, reason: "a comparison has no slope", chain: [m] }],
      },
    ],
  }
}
