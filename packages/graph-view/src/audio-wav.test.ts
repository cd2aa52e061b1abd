/** @file A WAV file has the header that its format asks for. */
import { expect, test } from "vitest"
import { wavOf } from "./audio-wav.ts"

test("a file has its sizes, rate and channels, and then the samples", () => {
  const file = wavOf(Uint8Array.of(1, 2, 3, 4), 8000, 2)
  const view = new DataView(file.buffer)
  const word = (at: number) => String.fromCharCode(...file.subarray(at, at + 4))
  expect([word(0), word(8), word(12), word(36)]).toEqual(["RIFF", "WAVE", "fmt ", "data"])
  expect(view.getUint32(4, true)).toBe(file.length - 8)
  expect([view.getUint16(20, true), view.getUint16(22, true)]).toEqual([1, 2])
  expect([view.getUint32(24, true), view.getUint32(28, true)]).toEqual([8000, 32_000])
  expect([view.getUint16(32, true), view.getUint16(34, true)]).toEqual([4, 16])
  expect(view.getUint32(40, true)).toBe(4)
  expect([...file.subarray(44)]).toEqual([1, 2, 3, 4])
})
