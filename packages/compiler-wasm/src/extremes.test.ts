import * as d from "@defnote/core"
import { expect, test } from "vitest"
import { wasm } from "./index.ts"

const values = [Number.NaN, -0, 0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3]
for (const dtype of ["f32", "f64"] as const) {
  for (const c of [0, -0, 1, Number.POSITIVE_INFINITY]) {
    test(`min and max of ${dtype} with ${Object.is(c, -0) ? "-0" : c}: NaN and the signs of zeros`, () => {
      const type: d.TensorType = { dtype, shape: [values.length] }
      const graph = d.withTable(new d.InternTable(), () =>
        d.graphOf([type], (x) => {
          const k = d.constant(c, dtype, type.shape)
          return [d.minimum(x, k), d.maximum(x, k), d.minimum(k, x), d.maximum(k, x)]
        }),
      )
      const x = d.view(
        dtype,
        new ArrayBuffer(values.length * d.DTYPES[dtype].bytes),
      ) as Float64Array
      x.set(values)
      const got = wasm.compile(graph, {}).run([new d.CpuStorage(x.buffer as ArrayBuffer)])
      const want = [values.map((v) => Math.min(v, c)), values.map((v) => Math.max(v, c))]
      got.forEach((y, i) => {
        const list = [...(d.view(dtype, y.readSync?.() as ArrayBuffer) as Float64Array)]
        expect(list).toEqual(want[i % 2])
      })
    })
  }
}

const run = (types: d.TensorType[], arrays: number[][], f: (...x: d.Tensor[]) => d.Tensor[]) => {
  const graph = d.withTable(new d.InternTable(), () => d.graphOf(types, f))
  const inputs = types.map(({ dtype, shape }, i) => {
    const a = d.view(dtype, new ArrayBuffer(d.sizeOf(shape) * d.DTYPES[dtype].bytes))
    ;(a as Float64Array).set(arrays[i])
    return new d.CpuStorage(a.buffer as ArrayBuffer)
  })
  const outputs = wasm.compile(graph, {}).run(inputs)
  return outputs.map((y) => [
    ...(d.view(types[0].dtype, y.readSync?.() as ArrayBuffer) as Float64Array),
  ])
}
for (const dtype of ["f32", "f64"] as const) {
  test(`min and max of two ${dtype} values, in lanes and in the rest`, () => {
    const pairs = values.flatMap((a) => values.map((b) => [a, b]))
    for (const n of [pairs.length, pairs.length - 1, 3]) {
      const [a, b] = [0, 1].map((k) => pairs.slice(-n).map((pair) => pair[k]))
      const type: d.TensorType = { dtype, shape: [n] }
      const [least, most] = run([type, type], [a, b], (x, y) => [d.minimum(x, y), d.maximum(x, y)])
      expect(least).toEqual(a.map((x, i) => Math.min(x, b[i])))
      expect(most).toEqual(a.map((x, i) => Math.max(x, b[i])))
    }
  })
  test(`a ${dtype} row with one unlike value, wherever it stands`, () => {
    const width = 37
    for (const [usual, unlike] of [
      [-0, 0],
      [0, -0],
      [1, Number.NaN],
      [-2, Number.POSITIVE_INFINITY],
      [-2, Number.NEGATIVE_INFINITY],
    ]) {
      const rows = Array.from({ length: width }, (_, at) =>
        Array.from({ length: width }, (_, i) => (i === at ? unlike : usual)),
      )
      const type: d.TensorType = { dtype, shape: [width, width] }
      const [least, most] = run([type], [rows.flat()], (x) =>
        [d.min, d.max].map((f) => f(x, { axes: [-1] })),
      )
      expect(least).toEqual(rows.map((r) => Math.min(...r)))
      expect(most).toEqual(rows.map((r) => Math.max(...r)))
    }
  })
}
