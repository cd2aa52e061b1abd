/** @file Tensors of JavaScript values and back: dtypes (S1), reading (D4.1, D4.5), text. */
import { describe, expect, test } from "vitest"
import { fromTypedArray, scalar, tensor } from "./index.ts"
import { formatNumber, formatTensor } from "./print.ts"

describe("S1 the dtype follows the kind of the values, never their size", () => {
  test.each([
    ["numbers", [1, 2.5], "f32", [2]],
    ["a number", 3, "f32", []],
    ["whole numbers", [1, 2], "f32", [2]],
    ["booleans", [true, false], "bool", [2]],
    ["bigints", [[1n], [2n]], "i64", [2, 1]],
    ["nothing", [], "f32", [0]],
    ["empty rows", [[], []], "f32", [2, 0]],
    ["Float32Array", Float32Array.of(1), "f32", [1]],
    ["Float64Array", Float64Array.of(1), "f64", [1]],
    ["Int8Array", Int8Array.of(1), "i8", [1]],
    ["Uint8Array", Uint8Array.of(1), "u8", [1]],
    ["Uint8ClampedArray", Uint8ClampedArray.of(1), "u8", [1]],
    ["Int16Array", Int16Array.of(1), "i16", [1]],
    ["Uint16Array", Uint16Array.of(1), "u16", [1]],
    ["Int32Array", Int32Array.of(1), "i32", [1]],
    ["Uint32Array", Uint32Array.of(1), "u32", [1]],
    ["BigInt64Array", BigInt64Array.of(1n), "i64", [1]],
    ["BigUint64Array", BigUint64Array.of(1n), "u64", [1]],
    ["Buffer", Buffer.from([1, 2]), "u8", [2]],
  ] as const)("%s", (_, values, dtype, shape) => {
    const x = tensor(values as never)
    expect([x.dtype, x.shape]).toEqual([dtype, shape])
  })
  test("a given dtype converts as casts do (S6)", () => {
    expect(tensor([1.9, -1.9, 300, Number.NaN], { dtype: "u8" }).toArray()).toEqual([1, 0, 255, 0])
    expect(tensor([0, 2, -0.5], { dtype: "bool" }).toArray()).toEqual([false, true, true])
    expect(tensor([1, 2], { dtype: "i64" }).toArray()).toEqual([1n, 2n])
    expect(tensor([2n ** 60n + 2n ** 36n + 1n], { dtype: "f32" }).toArray()).toEqual([
      2 ** 60 + 2 ** 37,
    ])
    expect(tensor([0.1], { dtype: "f64" }).toArray()).toEqual([0.1])
    expect(tensor([65520, 1e-8], { dtype: "f16" }).toArray()).toEqual([Number.POSITIVE_INFINITY, 0])
  })
  test("what an f32 holds exactly may be large", () => {
    expect(tensor([2 ** 24, 2 ** 30, 1e30]).toArray()).toEqual([
      2 ** 24,
      2 ** 30,
      Math.fround(1e30),
    ])
  })
})

describe("D4.1 values are copied", () => {
  test("in and out, unless the caller asks for the memory itself", () => {
    const source = Float32Array.of(1, 2)
    const x = tensor(source)
    source[0] = 9
    ;(x.dataSync() as Float32Array)[0] = 9
    expect(x.toArray()).toEqual([1, 2])
    const memory = (): unknown => x.dataSync({ copy: false }).buffer
    expect(memory()).toBe(memory())
    expect(memory()).not.toBe(x.dataSync().buffer)
  })
  test("K1 a disposed tensor says so, by hand or at the end of a block", () => {
    for (const give of ["dispose", Symbol.dispose] as const) {
      const x = tensor([1, 2])
      x[give]()
      expect(() => x.toArray()).toThrow(/its memory was given up/)
    }
  })
  test("a part of a buffer is its own tensor", () => {
    const all = Float32Array.of(1, 2, 3, 4)
    expect(fromTypedArray(all.subarray(1, 3), { dtype: "f32", shape: [2] }).toArray()).toEqual([
      2, 3,
    ])
    expect(() => fromTypedArray(all, { dtype: "f32", shape: [3] })).toThrow(
      /4 elements for f32\[3\]/,
    )
  })
  test("item has the type of the dtype", () => {
    expect([scalar(1.5).item(), scalar(true).item(), scalar(3n).item()]).toEqual([1.5, true, 3n])
  })
})

describe("D4.5 text", () => {
  test("toJSON keeps what JSON has not", () => {
    expect(
      JSON.parse(
        JSON.stringify(tensor([1, Number.NaN, -0, Number.POSITIVE_INFINITY], { names: ["a"] })),
      ),
    ).toEqual({ dtype: "f32", shape: [4], names: ["a"], data: [1, "NaN", "-0", "Infinity"] })
    expect(tensor([2n ** 62n]).toJSON()).toMatchObject({ data: [String(2n ** 62n)] })
  })
  test("numbers in few digits", () => {
    const f = (x: number) => formatNumber("f32", x)
    expect(
      [
        1,
        0.5,
        1 / 3,
        -0,
        1e6,
        123456.7,
        12345,
        9999.9,
        99999.9,
        1e-4,
        1e-5,
        1.5e-7,
        1e300,
        Number.NaN,
        -Infinity,
      ].map(f),
    ).toEqual([
      "1",
      "0.5",
      "0.3333",
      "-0",
      "1e6",
      "123457",
      "12345",
      "10000",
      "100000",
      "0.0001",
      "1e-5",
      "1.5e-7",
      "1e300",
      "NaN",
      "-Infinity",
    ])
    expect([
      formatNumber("bool", 1),
      formatNumber("i64", 2n ** 60n),
      formatNumber("i32", -12345678),
    ]).toEqual(["true", "1152921504606846976", "-12345678"])
  })
  test("one line up to rank 1, rows from rank 2 on", () => {
    expect(String(scalar(2.5))).toBe("f32[] 2.5")
    expect(
      String(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toBe("f32[2,2]\n[[1, 2],\n [3, 4]]")
    expect(String(tensor([[[1], [2]]]))).toBe("f32[1,2,1]\n[[[1],\n  [2]]]")
    expect(String(tensor([[], []]))).toBe("f32[2,0]\n[[],\n []]")
    expect(String(tensor([], { shape: [0, 3] }))).toBe("f32[0,3] []")
    expect(String(tensor([1], { names: ["batch"] }))).toBe("f32[batch 1] [1]")
  })
  test("the middle of long axes is left out", () => {
    const long = new Float32Array(101).map((_, i) => i)
    expect(formatTensor({ dtype: "f32", shape: [101] }, long)).toBe(
      "f32[101] [0, 1, 2, …, 98, 99, 100]",
    )
    expect(formatTensor({ dtype: "f32", shape: [100] }, long.slice(1))).not.toContain("…")
    expect(formatTensor({ dtype: "f32", shape: [101] }, long, { edge: 1 })).toBe(
      "f32[101] [0, …, 100]",
    )
  })
  test("for...of goes over the first axis", () => {
    expect(
      [
        ...tensor([
          [1, 2],
          [3, 4],
        ]),
      ].map((r) => r.toArray()),
    ).toEqual([
      [1, 2],
      [3, 4],
    ])
  })
})
