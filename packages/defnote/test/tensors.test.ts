/** @file Outputs of tensors: labels, linked tensors, images, and the bounded store behind zooming. */

import { inflateSync } from "node:zlib"
import { decodeLevel, MIME, readPayload, type TensorDoc } from "@defnote/display"
import { describe, expect, test } from "vitest"
import { compare, image, random, show, tensor, zeros } from "../src/index.ts"
import { encodePng } from "../src/png.ts"
import { TileStore } from "../src/tiles.ts"

const docOf = (output: { bundle: Readonly<Record<string, unknown>> }) =>
  output.bundle[MIME.tensor] as TensorDoc
const normal = (shape: number[], seed = 0) => random.normal(random.key(seed), shape)

describe("show", () => {
  test("a list of names goes to every one of the last two axes that has its length", () => {
    const square = docOf(show(zeros([2, 2]), { title: "t", labels: ["a", "b"] }))
    expect(square).toMatchObject({ title: "t", labels: { rows: ["a", "b"], columns: ["a", "b"] } })
    expect(docOf(show(zeros([3, 2]), { labels: ["a", "b"] })).labels).toEqual({
      columns: ["a", "b"],
    })
  })

  test("names that fit no axis are refused with the sizes", () => {
    expect(() => show(zeros([3, 4]), { labels: ["a"] })).toThrow(
      "show: 1 labels; the last two axes have 3 and 4 entries",
    )
    expect(() => show(zeros([3, 4]), { labels: { rows: ["a"] } })).toThrow(
      "show: 1 labels of rows; there are 3 rows",
    )
    expect(() => show(5 as never)).toThrow("show: takes a tensor, not number")
  })
})

describe("compare", () => {
  const value = normal([6, 5], 1)
  const gradient = normal([6, 5], 2)
  const update = gradient.multiply(-0.1)

  test("links tensors by name, and gives the size of the update over that of the value", () => {
    const output = compare({ value, gradient, update })
    const doc = docOf(output)
    expect(readPayload("tensor", doc).problem).toBeUndefined()
    expect([doc.role, ...(doc.linked ?? []).map((part) => part.role)]).toEqual([
      "value",
      "gradient",
      "update",
    ])
    const norm = (x: typeof value) => Math.hypot(...(x.toArray() as number[][]).flat())
    expect(Number(doc.ratio)).toBeCloseTo(norm(update) / norm(value), 6)
    expect(String(output)).toMatch(
      /^value: f32\[6, 5\] n=30 .*\ngradient: .*\nupdate: .*\n‖update‖/,
    )
    expect(output.bundle["image/svg+xml"]).toContain("‖update‖ / ‖value‖ = ")
  })

  test("three large tensors stay under 64 KB together", () => {
    const x = normal([400, 400])
    const doc = docOf(compare({ value: x, gradient: x, update: x }))
    const pyramids = [doc, ...(doc.linked ?? [])].map((part) => part.pyramid)
    expect(JSON.stringify(pyramids).length).toBeLessThanOrEqual(65_536)
  })

  test("refuses other shapes, and one tensor alone", () => {
    expect(() => compare({ value, gradient: zeros([5, 6]) })).toThrow(
      "compare: gradient is f32[5,6], value is f32[6,5]; all must have one shape",
    )
    expect(() => compare({ value })).toThrow("compare: takes 2 to 6 tensors by name, not 1")
  })
})

/** Width, height and RGBA bytes of a PNG file that has no filters. */
function decode(png: Uint8Array) {
  const view = new DataView(png.buffer, png.byteOffset)
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  const data: Uint8Array[] = []
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at)
    if (String.fromCharCode(...png.subarray(at + 4, at + 8)) === "IDAT")
      data.push(png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  const rows = inflateSync(Buffer.concat(data))
  const pixel = (x: number, y: number) => {
    const start = y * (1 + 4 * width) + 1 + 4 * x
    return [...rows.subarray(start, start + 4)]
  }
  return { width, height, pixel }
}
const pictureOf = (output: { bundle: Readonly<Record<string, unknown>> }) =>
  decode(Uint8Array.from(Buffer.from(String(output.bundle["image/png"]), "base64")))

describe("image", () => {
  test("a PNG has the signature, the size and the checksum that its format asks for", () => {
    const png = encodePng({ width: 1, height: 1, rgba: Uint8Array.of(1, 2, 3, 4) })
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10])
    // The end chunk is the same in every file: its checksum is known.
    expect([...png.subarray(-4)]).toEqual([0xae, 0x42, 0x60, 0x82])
    expect(decode(png).pixel(0, 0)).toEqual([1, 2, 3, 4])
  })

  test("a grey image is enlarged without smoothing; NaN is yellow", () => {
    const picture = pictureOf(
      image(
        tensor([
          [0, 0.5],
          [1, Number.NaN],
        ]),
      ),
    )
    expect(picture.width).toBe(32)
    expect(picture.pixel(0, 0)).toEqual([0, 0, 0, 255])
    expect(picture.pixel(16, 0)).toEqual([128, 128, 128, 255])
    expect(picture.pixel(15, 16)).toEqual([255, 255, 255, 255])
    expect(picture.pixel(31, 31)).toEqual([255, 214, 10, 255])
  })

  test.each(["HWC", "CHW"] as const)("%s: channels are where the layout says", (layout) => {
    const x = zeros([3, 5, 3]).add(
      tensor([255, 0, 128]).reshape(layout === "HWC" ? [1, 1, 3] : [3, 1, 1]),
    )
    const picture = pictureOf(image(x.asType("u8"), { layout }))
    expect(picture.pixel(0, 0)).toEqual([255, 0, 128, 255])
  })

  test("a batch is a grid, and the text says what is shown", () => {
    const output = image(zeros([6, 4, 8]))
    expect(pictureOf(output).pixel(0, 0)).toEqual([0, 0, 0, 255])
    expect(String(output)).toBe("image f32[6, 4, 8] NHW, black 0, white 1")
    expect(String(image(zeros([200, 2, 2])))).toContain("100 of 200 images")
  })

  test("a large image keeps every nth pixel and says so", () => {
    const output = image(zeros([3000, 2000]))
    expect(String(output)).toContain("one pixel of 3 × 3")
    expect(pictureOf(output).width).toBe(667)
  })

  test("labels and predictions stand in the payload and in the text, which names the wrong ones", () => {
    const output = image(zeros([3, 4, 5]).asType("u8"), {
      title: "digits",
      layout: "NHW",
      labels: tensor([0, 1, 1], { dtype: "i64" }),
      predictions: [0, 1, 0],
      classes: ["cat", "dog"],
    })
    const { doc, problem } = readPayload("image", output.bundle[MIME.image])
    expect(problem).toBeUndefined()
    expect(doc).toMatchObject({
      count: 3,
      shown: 3,
      sheet: { columns: 2, gap: 2 },
      labels: ["cat", "dog", "dog"],
      predictions: ["cat", "dog", "cat"],
    })
    const { width, height } = pictureOf(output)
    const sheet = doc?.sheet ?? { width: 0, height: 0 }
    expect([width, height]).toEqual([2 * sheet.width + 2, 2 * sheet.height + 2])
    expect(String(output)).toBe(
      "digits\nimage u8[3, 4, 5] NHW, black 0, white 255\n1 of 3 wrong: image 2 is dog, predicted cat",
    )
    expect(image(zeros([4, 5])).bundle[MIME.image]).toBeUndefined()
  })

  test.each([
    [{ labels: [1, 2] }, "2 labels for 3 images; there must be one for each"],
    [{ predictions: zeros([3, 10]) }, "predictions is f32[3,10]; it must have one class"],
    [{ labels: [0, 1, 7], classes: ["a", "b"] }, "labels has the class 7; there are 2 names"],
    [{ captions: ["a"], labels: [1, 2, 3] }, "captions stand in place of labels"],
    [{ labels: "abc" as never }, "labels is string; it must be a tensor or a list"],
    [{ range: [1, 1] as const }, "range is [1,1]; it must be two different numbers"],
    [{ columns: 0 }, "columns is 0; it must be a positive integer"],
  ])("%o is refused", (options, message) => {
    expect(() => image(zeros([3, 8, 9]), { layout: "NHW", ...options })).toThrow(message)
  })

  test("a shape with several meanings is refused with the layouts that it can have", () => {
    expect(() => image(zeros([3, 5, 3]))).toThrow("f32[3,5,3] can be HWC or CHW; pass {layout}")
    expect(() => image(zeros([5]))).toThrow("is no image or batch of images")
    expect(() => image(zeros([5, 5, 2]), { layout: "HWC" })).toThrow("f32[5,5,2] is not HWC")
  })
})

describe("the store behind zooming", () => {
  const ask = (id: unknown, more: object = {}) => ({
    request: 7,
    id,
    panels: [0],
    rows: [2, 4],
    columns: [1, 4],
    factor: [1, 1],
    ...more,
  })

  test("gives exactly the elements that are asked for, of every dtype", () => {
    for (const dtype of ["f32", "f64", "f16", "i64", "u8", "bool"] as const) {
      const x = normal([2, 6, 5]).multiply(100).abs().asType(dtype)
      const store = new TileStore()
      const reply = store.answer(ask(store.keep(x), { panels: [1] }))
      if (!("level" in reply)) throw new Error(reply.problem)
      const expected = (x.at(1).asType("f64").toArray() as number[][])
        .slice(2, 4)
        .flatMap((row) => row.slice(1, 4))
      expect([...decodeLevel(reply.level).mean]).toEqual(expected.map(Math.fround))
    }
  })

  test("the same contents have the same name, other contents another", () => {
    const store = new TileStore()
    const name = store.keep(normal([9, 9], 1))
    expect(store.keep(normal([9, 9], 1))).toBe(name)
    expect(store.size).toBe(1)
    expect(store.keep(normal([9, 9], 2))).not.toBe(name)
    expect(store.keep(normal([9, 9], 1).reshape([3, 27]))).not.toBe(name)
  })

  test("what was used longest ago is given up, by number and by bytes", () => {
    const store = new TileStore({ count: 2, bytes: 1000 })
    const [a, b] = [store.keep(normal([10], 1)), store.keep(normal([10], 2))]
    store.answer(ask(a))
    store.keep(normal([10], 3))
    expect(store.answer(ask(b))).toEqual({ request: 7, problem: "not kept" })
    expect(store.answer(ask(a))).toEqual({ request: 7, problem: "not valid" })
    store.keep(normal([245], 4))
    expect(store.size).toBe(1)
    expect(store.keep(normal([251], 5))).toBeUndefined()
    expect(store.size).toBe(1)
  })

  test("a tensor whose memory was given up is not kept any more", () => {
    const store = new TileStore()
    const x = normal([6, 5])
    const id = store.keep(x)
    x.dispose()
    expect(store.answer(ask(id))).toEqual({ request: 7, problem: "not kept" })
  })

  test.each([
    { panels: [1] },
    { panels: [] },
    { rows: [4, 2] },
    { rows: [0, 7] },
    { columns: [0.5, 2] },
    { columns: "all" },
    { factor: [0, 1] },
    { factor: [1] },
  ])("a question that lies outside is not answered: %j", (more) => {
    const store = new TileStore()
    const id = store.keep(normal([6, 5]))
    expect(store.answer(ask(id, more))).toEqual({ request: 7, problem: "not valid" })
  })
})
