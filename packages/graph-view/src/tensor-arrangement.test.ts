/** @file Axes in another order: documents, stored levels, what is saved; and the scale of a whole tensor. */
import { tensor } from "@defnote/core"
import { type Cells, decodeLevel, type TensorDoc } from "@defnote/display"
import { levelOf, tensorDocument } from "@defnote/display/document"
import { describe, expect, it } from "vitest"
import {
  arrangedDoc,
  arrangedLevel,
  arrangedParts,
  axisOf,
  plainArrangement,
  transposed,
  withRole,
} from "./tensor-arrangement.ts"
import { partsOf } from "./tensor-data.ts"
import { plainState, readState, savedState } from "./tensor-saved.ts"
import { wholeScale, windowScale } from "./tensor-scale.ts"

const SHAPE = [2, 3, 4, 5]
const values = Float64Array.from({ length: 120 }, (_, i) => i - 40)
const doc: TensorDoc = tensorDocument(
  tensor([...values])
    .reshape(SHAPE)
    .rename(["batch", "head", "query", "key"]),
)

describe("roles", () => {
  it("an axis takes a role from the one that has it", () => {
    const plain = plainArrangement(4)
    expect(axisOf(plain, "facets")).toBe(1)
    const rows = withRole(plain, "rows", 0)
    expect(rows).toEqual({ order: [2, 1, 0, 3], facets: true })
    expect(transposed(rows).order).toEqual([2, 1, 3, 0])
    const alone = withRole(plain, "facets", undefined)
    expect(axisOf(alone, "facets")).toBeUndefined()
    expect(withRole(alone, "facets", 0)).toEqual({ order: [1, 0, 2, 3], facets: true })
  })

  it("names and labels go with their axes", () => {
    const labelled = { ...doc, labels: { columns: ["a", "b", "c", "d", "e"] } }
    const shown = arrangedDoc(labelled, transposed(plainArrangement(4)))
    expect(shown.shape).toEqual([2, 3, 5, 4])
    expect(shown.names).toEqual(["batch", "head", "key", "query"])
    expect(shown.labels).toEqual({ rows: ["a", "b", "c", "d", "e"] })
  })
})

/** What the kernel gives for an order, by its own way. */
const asked = (order: readonly number[], factor: readonly [number, number]): Cells => {
  const sizes = order.map((axis) => SHAPE[axis])
  const panels = Array.from({ length: sizes[0] * sizes[1] }, (_, k) => k)
  const region = { panels, rows: [0, sizes[2]], columns: [0, sizes[3]], factor } as const
  return decodeLevel(levelOf(values, SHAPE, region, order))
}

describe("levels", () => {
  const whole = decodeLevel(doc.pyramid[0])

  it.each([[[0, 1, 3, 2]], [[3, 2, 1, 0]], [[2, 0, 3, 1]]])(
    "stored elements in the order %j are those that the kernel gives",
    (order) => {
      const level = arrangedLevel(whole, SHAPE, order)
      expect(level).toMatchObject({ ...asked(order, [1, 1]) })
      const { exact } = arrangedParts(partsOf(doc), SHAPE, { order, facets: true })[0]
      expect([...(exact ?? [])]).toEqual([...asked(order, [1, 1]).mean])
    },
  )

  it("blocks can only be turned; anything else is asked for", () => {
    const plain = { panels: [0, 1, 2, 3, 4, 5], rows: [0, 4], columns: [0, 5] } as const
    const blocks = decodeLevel(levelOf(values, SHAPE, { ...plain, factor: [2, 3] }))
    const turned = arrangedLevel(blocks, SHAPE, [0, 1, 3, 2])
    expect(turned).toMatchObject({ ...asked([0, 1, 3, 2], [3, 2]) })
    expect(arrangedLevel(blocks, SHAPE, [1, 0, 2, 3])?.panels).toBe(6)
    expect(arrangedLevel(blocks, SHAPE, [0, 2, 1, 3])).toBeUndefined()
    const few = decodeLevel(levelOf(values, SHAPE, { ...plain, panels: [0, 1], factor: [1, 1] }))
    expect(arrangedLevel(few, SHAPE, [0, 1, 3, 2])?.panels).toBe(2)
    expect(arrangedLevel(few, SHAPE, [1, 0, 2, 3])).toBeUndefined()
  })
})

describe("what is saved", () => {
  it("comes back, and is empty for the plain view", () => {
    expect(savedState(plainState(doc))).toEqual({})
    const state = {
      arrangement: { order: [3, 1, 0, 2], facets: false },
      index: [1, 2, 0, 4],
      table: true,
      windowScale: true,
    }
    const saved = JSON.parse(JSON.stringify(savedState(state)))
    expect(readState(saved, doc)).toEqual(state)
  })

  it.each([
    [null],
    ["rows"],
    [{ order: [0, 1, 2] }],
    [{ order: [0, 0, 1, 2] }],
    [{ order: [0, 1, 2, "3"] }],
    [{ index: [9, 0, 0, 0], facets: 1, table: "yes", scale: "tensor" }],
    [{ index: [0, 0, 0, -1] }],
  ])("%j is as if nothing had been saved", (saved) => {
    expect(readState(saved, doc)).toEqual(plainState(doc))
  })
})

describe("one scale for the whole tensor", () => {
  const wide = Float64Array.from({ length: 200 * 300 }, (_, i) => Math.sin(i * 12.9898) * 3)
  const large = tensorDocument(tensor([...wide]).reshape([200, 300]))
  const [part] = partsOf(large)

  it("is that of the elements, though only means of blocks are stored", () => {
    expect(part.levels[0].factor).not.toEqual([1, 1])
    const { limit, kind, range } = wholeScale(part)
    expect(kind).toBe("diverging")
    expect(limit).toBeCloseTo(3, 2)
    expect(range[1]).toBeCloseTo(3, 3)
    expect(windowScale(part.levels).limit).toBeLessThan(limit)
  })

  it("clips as the elements do, and says from where", () => {
    const sizes = [...wide].map(Math.abs).sort((a, b) => a - b)
    const robust = sizes[Math.ceil(0.985 * (sizes.length - 1))]
    const far = wide.map((x, i) => (i === 7 ? 1e6 : x))
    const [clipped] = partsOf(tensorDocument(tensor([...far]).reshape([200, 300])))
    expect(wholeScale(clipped).clippedFrom).toBe(1e6)
    expect(Math.abs(wholeScale(clipped).limit / robust - 1)).toBeLessThan(0.01)
    const { limit: _told, ...old } = clipped.picture
    expect(wholeScale({ ...clipped, picture: old }).limit).toBe(1e6)
  })

  it("has a value axis with 0 in it, and one of its own for zeros", () => {
    const zeros = tensorDocument(tensor([0, 0, 0]))
    expect(wholeScale(partsOf(zeros)[0])).toMatchObject({ limit: 1, range: [0, 1] })
    const high = tensorDocument(tensor([5, 6, 7]))
    expect(wholeScale(partsOf(high)[0]).range).toEqual([0, 7])
  })
})
