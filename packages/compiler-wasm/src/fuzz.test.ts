/** Random graphs: the compiled program against the reference compiler. A failure names its seed. */
import * as d from "@defnote/core"
import { expect, test } from "vitest"
import { expectEqual, randomStorage } from "./compare.ts"

type T = d.Tensor
const LEAVES: d.TensorType[] = [[4, 6], [6], [4, 1], [], [6, 4], [2, 3, 4], [40, 70], [70]].map(
  (shape) => ({
    dtype: "f64",
    shape,
  }),
)

/** Grows a graph: every step takes tensors of the pool and adds one. */
class Grower {
  readonly #random: () => number
  readonly pool: T[]
  constructor(random: () => number, leaves: readonly T[]) {
    this.#random = random
    this.pool = [...leaves]
  }
  #below(n: number): number {
    return Math.floor(this.#random() * n)
  }
  #pick<V>(list: readonly V[]): V {
    return list[this.#below(list.length)]
  }
  /** Newer tensors more often, so that chains come about. */
  #any(): T {
    return this.#random() < 0.6
      ? (this.pool.at(-1 - this.#below(Math.min(4, this.pool.length))) as T)
      : this.#pick(this.pool)
  }
  #withRank(least: number): T {
    const found = this.pool.filter((x) => x.rank >= least)
    return this.#pick(found)
  }
  /** A tensor that broadcasts with `x`. */
  #partner(x: T): T {
    const fits = this.pool.filter(
      (y) =>
        y.shape.every((n, i) => n === 1 || n === x.shape[x.rank - y.rank + i]) && y.rank <= x.rank,
    )
    return this.#pick(fits)
  }
  step(): void {
    const y = this.#pick(this.#steps())()
    if (y.size <= 20000 && y.size > 0) this.pool.push(y)
  }
  #steps(): (() => T)[] {
    const unary = (f: (x: T) => T) => () => f(this.#any())
    const axis = (x: T): number => this.#below(x.rank) - x.rank
    return [
      unary((x) => d.tanh(x)),
      unary((x) => d.sigmoid(x)),
      unary((x) => d.negate(d.abs(x))),
      unary((x) => d.multiply(x, 0.5)),
      unary((x) => d.floor(x)),
      unary((x) => d.exp(d.minimum(x, 1))),
      unary((x) => d.asType(d.greater(x, 0), "f64")),
      ...[0, 1, 2].flatMap(() => [
        () => this.#two((a, b) => d.add(a, b)),
        () => this.#two((a, b) => d.multiply(d.tanh(a), b)),
        () => this.#two((a, b) => d.divide(a, d.add(d.abs(b), 1))),
        () => this.#two((a, b) => d.where(d.less(a, b), a, d.subtract(b, a))),
      ]),
      ...[0, 1].flatMap(() => [
        () => this.#reduce((x, o) => d.sum(x, o)),
        () => this.#reduce((x, o) => d.max(x, o)),
        () => this.#reduce((x, o) => d.mean(x, o)),
        () => this.#reduce((x, o) => d.variance(x, o)),
      ]),
      () => d.softmax(this.#withRank(1)),
      () => d.softmax(this.#withRank(2), { axis: -2 }),
      () => d.cumSum(d.multiply(this.#withRank(1), 0.1)),
      () => d.cumMax(this.#withRank(2), { axis: -2, reverse: true }),
      () => d.transpose(this.#withRank(2)),
      unary((x) => d.reshape(x, [x.size])),
      unary((x) => (x.size % 2 === 0 ? d.reshape(x, [2, x.size / 2]) : x)),
      () => this.#on(1, (x) => d.reverse(x, [axis(x)])),
      () => this.#on(1, (x) => d.concatenate([x, d.tanh(x)], { axis: axis(x) })),
      () =>
        this.#on(1, (x) =>
          d.pad(
            x,
            x.shape.map((_, i) => i % 2),
            x.shape.map(() => 1),
            { value: 0.5 },
          ),
        ),
      () =>
        this.#on(2, (x) =>
          d.sum(d.multiply(d.matmul(x, d.swapAxes(x, -1, -2)), 0.05), { axes: [-1] }),
        ),
      () => this.#on(1, (x) => d.take(x, this.#indices(x), { axis: axis(x) })),
    ]
  }
  #indices(x: T): T {
    return d.asType(d.multiply(d.abs(d.reshape(x, [x.size])), 2), "i32")
  }
  #on(rank: number, f: (x: T) => T): T {
    return f(this.#withRank(rank))
  }
  #two(f: (a: T, b: T) => T): T {
    const x = this.#any()
    return f(x, this.#partner(x))
  }
  #reduce(f: (x: T, o: { axes: number[]; keepAxes: boolean }) => T): T {
    const x = this.#withRank(1)
    const axes = x.shape.map((_, i) => i - x.rank).filter(() => this.#random() < 0.5)
    return f(x, { axes: axes.length ? axes : [-1], keepAxes: this.#random() < 0.5 })
  }
  outputs(): T[] {
    const last = this.pool.slice(-3)
    return [...new Set([...last, this.#pick(this.pool), this.#pick(this.pool)])]
  }
}

const GRAPHS = Number(process.env.DEFNOTE_FUZZ ?? 60)
test(`${GRAPHS} random graphs`, { timeout: 600_000 }, () => {
  const first = Number(process.env.DEFNOTE_SEED ?? 1)
  for (let seed = first; seed < first + GRAPHS; seed++) {
    const random = d.randomNumbers(seed * 7919)
    const graph = d.withTable(new d.InternTable(), () =>
      d.graphOf(LEAVES, (...x) => {
        const grower = new Grower(random, x)
        for (let i = 0; i < 22; i++) grower.step()
        return grower.outputs()
      }),
    )
    const inputs = LEAVES.map((t) => randomStorage(t, [-1.5, 1.5], random))
    expectEqual(graph, inputs, `seed ${seed}`, 1e4)
  }
  expect(GRAPHS).toBeGreaterThan(0)
})
