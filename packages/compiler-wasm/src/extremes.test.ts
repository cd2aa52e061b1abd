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
