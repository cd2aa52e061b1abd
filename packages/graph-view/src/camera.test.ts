/** @file The camera keeps what it promises under the pointer and on the stage. */
import { describe, expect, it } from "vitest"
import { Camera, SCALE } from "./camera.ts"

const picture = { width: 900, height: 4000 }
const stage = { width: 600, height: 400 }

describe("Camera (VISUAL 9)", () => {
  it("keeps the point under the pointer when it zooms", () => {
    const camera = new Camera()
    camera.fitWidth(picture, stage, 30)
    const before = camera.toPicture(217, 133)
    camera.zoomAt(217, 133, 1.7)
    const after = camera.toPicture(217, 133)
    expect(after[0]).toBeCloseTo(before[0], 9)
    expect(after[1]).toBeCloseTo(before[1], 9)
  })

  it("stays within the limits of scale", () => {
    const camera = new Camera()
    for (let i = 0; i < 100; i++) camera.zoomAt(10, 10, 2)
    expect(camera.scale).toBe(SCALE.max)
    for (let i = 0; i < 100; i++) camera.zoomAt(10, 10, 0.5)
    expect(camera.scale).toBe(SCALE.min)
  })

  it("keeps the upper edge when the width of the stage changes", () => {
    const camera = new Camera()
    camera.fitWidth(picture, stage, 30)
    camera.refitWidth(picture, { width: 900, height: 400 }, 30)
    expect(camera.y).toBe(30)
    camera.pan(0, -500)
    camera.refitWidth(picture, stage, 30)
    expect(camera.toPicture(0, 30)[1]).toBeCloseTo(500, 9)
    expect(camera.scale).toBeCloseTo(600 / 900, 9)
  })

  it("fits a wide picture into the stage and centres a narrow one at 100 %", () => {
    const camera = new Camera()
    camera.fitWidth(picture, stage, 30)
    expect(camera.scale).toBeCloseTo(600 / 900, 9)
    expect(camera.x).toBe(0)
    camera.fitWidth({ width: 200, height: 100 }, stage, 30)
    expect(camera).toMatchObject({ scale: 1, x: 200, y: 30 })
  })

  it("never loses the picture by panning", () => {
    const camera = new Camera()
    camera.fitWidth(picture, stage, 30)
    for (const [dx, dy] of [
      [-1e5, -1e5],
      [1e5, 1e5],
    ]) {
      camera.pan(dx, dy)
      camera.clamp(picture, stage, 30)
      const [left, top] = [camera.x, camera.y]
      const [right, bottom] = [
        left + picture.width * camera.scale,
        top + picture.height * camera.scale,
      ]
      expect(right).toBeGreaterThanOrEqual(80)
      expect(left).toBeLessThanOrEqual(stage.width - 80)
      expect(bottom).toBeGreaterThan(stage.height / 2)
      expect(top).toBeLessThanOrEqual(30)
    }
  })

  it("moves no more than needed to reveal a row", () => {
    const camera = new Camera()
    camera.fitWidth({ width: 600, height: 4000 }, stage, 30)
    camera.reveal(100, 136, stage, 30)
    expect(camera.y).toBe(30)
    camera.reveal(1000, 1036, stage, 30)
    expect(1036 * camera.scale + camera.y).toBe(stage.height - 24)
    camera.reveal(200, 236, stage, 30)
    expect(200 * camera.scale + camera.y).toBe(30 + 24)
  })
})
