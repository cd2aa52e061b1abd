/** @file `.npy` and `.npz`: what is written is read again, and broken files are named, never believed. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readNpy, readNpz, type Tensor, tensor, writeNpy, writeNpz } from "defnote"
import { zipSync } from "fflate"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

/** A `.npy` file of this header and these bytes. */
function npy(header: string, body: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header)
  const length = new Uint8Array(version === 1 ? 2 : 4)
  const size = new DataView(length.buffer)
  if (version === 1) size.setUint16(0, text.length, true)
  else size.setUint32(0, text.length, true)
  return Uint8Array.from([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    version,
    0,
    ...length,
    ...text,
    ...body,
  ])
}
const head = (descr: string, shape: string, order = "False"): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`
const bytes = (a: ArrayBufferView): Uint8Array => new Uint8Array(a.buffer)
const good = npy(head("<f4", "(3,)"), bytes(Float32Array.of(1, 2, 3)))

describe("readNpy", () => {
  const dtypes = [
    "bool",
    "u8",
    "i8",
    "u16",
    "i16",
    "u32",
    "i32",
    "u64",
    "i64",
    "f16",
    "f32",
    "f64",
  ] as const
  test.each(dtypes)("%s is written and read again", (dtype) => {
    const wide = dtype === "i64" || dtype === "u64"
    const values = [
      [0, 1, 1],
      [1, 0, 1],
    ].map((r) => r.map((v) => (wide ? BigInt(v) : v)))
    for (const x of [
      tensor(values as never, { dtype }),
      tensor([] as never, { dtype, shape: [0, 2] }),
      tensor((wide ? 1n : 1) as never, { dtype }),
    ]) {
      const y = readNpy(writeNpy(x as Tensor))
      expect([y.dtype, y.shape, y.toArray()]).toEqual([dtype, x.shape, x.toArray()])
    }
  })
  test("versions 1, 2 and 3, and a view into a larger buffer", () => {
    for (const version of [1, 2, 3])
      expect(
        readNpy(npy(head("<f4", "(3,)"), bytes(Float32Array.of(1, 2, 3)), version)).toArray(),
      ).toEqual([1, 2, 3])
    const larger = new Uint8Array(good.length + 7)
    larger.set(good, 5)
    expect(readNpy(larger.subarray(5, 5 + good.length)).toArray()).toEqual([1, 2, 3])
  })
  test("big endian and Fortran order", () => {
    const big = Uint8Array.of(0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6)
    expect(readNpy(npy(head(">i2", "(2, 3)"), big)).toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(readNpy(npy(head(">i2", "(2, 3)", "True"), big)).toArray()).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ])
    const cube = Uint8Array.from({ length: 24 }, (_, i) => i)
    const at = (i: number, j: number, k: number): number => i + 2 * j + 6 * k
    expect(readNpy(npy(head("|u1", "(2, 3, 4)", "True"), cube)).toArray()).toEqual(
      [0, 1].map((i) => [0, 1, 2].map((j) => [0, 1, 2, 3].map((k) => at(i, j, k)))),
    )
  })
  test("bytes of a bool other than 0 and 1 are true", () => {
    const x = readNpy(npy(head("|b1", "(3,)"), Uint8Array.of(0, 7, 1)))
    expect(Array.from(x.dataSync() as Uint8Array)).toEqual([0, 1, 1])
  })
  test("a file that ends anywhere too early is refused", () => {
    for (let n = 0; n < good.length; n++)
      expect(() => readNpy(good.subarray(0, n), "cut.npy"), `${n} bytes`).toThrow(
        expect.objectContaining({ name: "PayloadError" }),
      )
    for (let n = 6; n < 12; n++)
      expect(() => readNpy(npy("", new Uint8Array(0), 2).subarray(0, n))).toThrow(
        expect.objectContaining({ name: "PayloadError" }),
      )
  })
  test.each([
    ["no magic", new TextEncoder().encode("PK\u0003\u0004 is another format"), /no \.npy file/],
    ["an empty header", npy("", new Uint8Array(0)), /header is not a plain array's/],
    ["Python objects", npy(head("|O", "(1,)"), new Uint8Array(8)), /header is not a plain array's/],
    [
      "complex numbers",
      npy(head("<c8", "(1,)"), new Uint8Array(8)),
      /dtype "<c8" has no tensor dtype; known are b1/,
    ],
    ["text", npy(head("<U4", "(1,)"), new Uint8Array(16)), /U4/],
    [
      "a record",
      npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4)),
      /not a plain array's/,
    ],
    [
      "a shape of another size",
      npy(head("<f4", "(4,)"), new Uint8Array(12)),
      /\[4\] of f32 needs 16 bytes, the file has 12/,
    ],
    [
      "bytes behind the elements",
      npy(head("<f4", "(2,)"), new Uint8Array(12)),
      /needs 8 bytes, the file has 12/,
    ],
    [
      "a shape beyond every memory",
      npy(head("<f8", `(${Array(40).fill(99999).join(", ")})`), new Uint8Array(8)),
      /needs .* bytes, the file has 8/,
    ],
    ["a negative size", npy(head("<f4", "(-1,)"), new Uint8Array(0)), /not a plain array's/],
    ["a shape without commas", npy(head("<f4", "(3 4)"), new Uint8Array(48)), /needs/],
    [
      "no order",
      npy("{'descr': '<f4', 'shape': (1,), }", new Uint8Array(4)),
      /not a plain array's/,
    ],
    ["bytes that are no text", npy("\u0000\u0001\u0002", new Uint8Array(0)), /not a plain array's/],
  ] as const)("refuses %s", (_, file, message) => {
    expect(() => readNpy(file, "model.npy")).toThrow(
      expect.objectContaining({ name: "PayloadError", message: expect.stringMatching(message) }),
    )
    expect(() => readNpy(file, "model.npy")).toThrow(/^model\.npy: /)
  })
  test("bf16 has no name in NumPy", () => {
    expect(() => writeNpy(tensor([1], { dtype: "bf16" }))).toThrow(/NumPy has no bf16[\s\S]*asType/)
  })
})

describe("npz", () => {
  let folder = ""
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "npz-"))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const refused = (path: string, message: RegExp, like?: unknown): Promise<void> =>
    expect(like === undefined ? readNpz(path) : readNpz(path, { like })).rejects.toThrow(
      expect.objectContaining({ name: "PayloadError", message: expect.stringMatching(message) }),
    )
  const file = async (name: string, content: Uint8Array): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }

  test("a container is written and read in its structure; nothing else is left", async () => {
    class Layer {
      static tensors = ["w"]
      w: Tensor
      rate = 3
      constructor(w: Tensor) {
        this.w = w
      }
    }
    const values = {
      a: tensor([1, 2]),
      layers: [{ b: tensor(3) }, new Layer(tensor([[4]]))],
      note: "kept",
    }
    const path = join(folder, "model.npz")
    await writeNpz(path, values)
    expect(Object.keys(await readNpz(path)).sort()).toEqual(["a", "layers.0.b", "layers.1.w"])
    const back = await readNpz(path, { like: values })
    expect([
      back.a.toArray(),
      back.layers[0].b?.toArray(),
      (back.layers[1] as Layer).w.toArray(),
      back.note,
    ]).toEqual([[1, 2], 3, [[4]], "kept"])
    expect(back.layers[1]).toBeInstanceOf(Layer)
    expect(await readdir(folder)).toEqual(["model.npz"])
  })
  test("a single tensor", async () => {
    const path = join(folder, "one.npz")
    await writeNpz(path, tensor([1, 2]))
    expect((await readNpz(path, { like: tensor([0, 0]) })).toArray()).toEqual([1, 2])
  })
  test("what does not fit is named", async () => {
    const path = join(folder, "small.npz")
    await writeNpz(path, { w: tensor([1, 2]) })
    await refused(path, /has no "v"; it has w/, { v: tensor([1, 2]) })
    await refused(path, /"w" is f32\[2\]; f32\[3\] is expected/, { w: tensor([1, 2, 3]) })
    await refused(path, /"w" is f32\[2\]; i32\[2\] is expected/, {
      w: tensor([1, 2], { dtype: "i32" }),
    })
  })
  test("nothing to write, and two values of one name, are refused", async () => {
    await expect(writeNpz(join(folder, "no.npz"), { a: 1 })).rejects.toThrow(/no tensor/)
    const twice = { "a.b": tensor(1), a: { b: tensor(2) } }
    await expect(writeNpz(join(folder, "no.npz"), twice)).rejects.toThrow(/two tensors.*"a\.b"/)
  })
  test("a failed write leaves the old file and no other", async () => {
    const path = join(folder, "keep.npz")
    await writeNpz(path, tensor([1]))
    await expect(writeNpz(path, tensor([1], { dtype: "bf16" }))).rejects.toThrow(/bf16/)
    expect((await readNpz(path)).value.toArray()).toEqual([1])
  })
  test("broken archives", async () => {
    const whole = zipSync({ "w.npy": writeNpy(tensor([1, 2, 3])) }, { level: 6 })
    await refused(await file("empty.npz", new Uint8Array(0)), /no readable \.npz file/)
    await refused(
      await file("text.npz", new TextEncoder().encode("hello".repeat(50))),
      /no readable/,
    )
    for (const n of [4, 40, whole.length - 30, whole.length - 1])
      await refused(await file("cut.npz", whole.subarray(0, n)), /cut\.npz/)
    const broken = zipSync({ "w.npy": new TextEncoder().encode("not an array") })
    await refused(await file("inner.npz", broken), /inner\.npz, w\.npy: this is no \.npy file/)
  })
  test("sizes that the archive claims are not believed", async () => {
    const bomb = zipSync({ "w.npy": new Uint8Array(1000) }, { level: 9 })
    const text = new DataView(bomb.buffer, bomb.byteOffset)
    for (let i = 0; i + 28 < bomb.length; i++)
      if (text.getUint32(i, true) === 0x02014b50) text.setUint32(i + 24, 0xfffffffe, true)
    await refused(await file("bomb.npz", bomb), /bomb\.npz/)
    const many = Object.fromEntries(
      Array.from({ length: 3 }, (_, i) => [`w${i}.npy`, new Uint8Array(10)]),
    )
    const large = zipSync(many)
    const view = new DataView(large.buffer, large.byteOffset)
    for (let i = 0; i + 28 < large.length; i++)
      if (view.getUint32(i, true) === 0x02014b50) view.setUint32(i + 24, 0x7fffffff, true)
    await refused(await file("many.npz", large), /more than 4 GiB when unpacked/)
  })
  test("a file that is not there", async () => {
    await expect(readNpz(join(folder, "absent.npz"))).rejects.toThrow(/absent\.npz/)
  })
})
