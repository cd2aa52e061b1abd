/** @file Statistics that a compiled program makes itself are those of a plain pass over the elements. */
import "defnote"
import { CpuStorage, compilerNamed, graphOf, measure } from "@defnote/core"
import { numbersOf, statistics, statisticsOf } from "@defnote/inspect"
import { describe, expect, test } from "vitest"

/** Over many magnitudes, with what floats have beside numbers. */
const SPECIAL = [
  0,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1e-310,
  1e300,
]
const mixed = Array.from({ length: 500 }, (_, i) =>
  i % 7 === 0 ? SPECIAL[(i / 7) % SPECIAL.length] : Math.sin(i) * 2 ** ((i % 60) - 30),
)
const plain = mixed.map((x) => (Number.isFinite(x) && Math.abs(x) < 1e30 ? x : 1))
const samples = { mixed, "finite and without zeros": plain.map((x) => x || 1), zeros: [0, -0, 0] }

describe.each(["wasm", "reference"])("%s", (name) => {
  const compiler = compilerNamed(name)
  for (const [what, values] of Object.entries(samples))
    test.each(["f32", "f64"] as const)(`${what}, %s`, (dtype) => {
      const memory = dtype === "f32" ? Float32Array.from(values) : Float64Array.from(values)
      const graph = graphOf([{ dtype, shape: [values.length] }], (x) => [measure(x)])
      const [row] = compiler.compile(graph, {}).run([new CpuStorage(memory.buffer as ArrayBuffer)])
      const [found, wanted] = [statisticsOf(numbersOf(row, "f64")), statistics(memory)]
      for (const key of ["n", "zeros", "nan", "posInf", "negInf", "min", "max"] as const)
        expect(found[key] + 0, key).toBe(wanted[key] + 0)
      for (const key of ["mean", "std", "rms", "l2"] as const)
        expect(Math.abs(found[key] / wanted[key] - 1) || 0, key).toBeLessThan(1e-9)
      expect([...found.bins]).toEqual([...wanted.bins])
      expect([...found.histogram]).toEqual([...wanted.histogram])
    })
})
