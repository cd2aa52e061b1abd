import { describe, expect, it } from "vitest"
import {
  bytesToBase64,
  decodeFloats,
  doublesToBase64,
  floatsToBase64,
  fromBase64,
} from "./base64.ts"

describe("base64", () => {
  it("is the one that everybody else speaks", () => {
    for (let length = 0; length < 40; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 89 + length) & 255)
      expect(bytesToBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"))
      expect(fromBase64(bytesToBase64(bytes))).toEqual(bytes)
    }
  })

  it("refuses what is not base64", () => {
    for (const text of ["A", "AAA", "AA=A", "A===", "AA\u00e9A", "AA A", "===="])
      expect(fromBase64(text), text).toBeUndefined()
  })

  it("keeps every float", () => {
    const values = [0, -0, 1.1, Number.NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE]
    expect([...decodeFloats(doublesToBase64(values), 8)!]).toEqual(values)
    expect([...decodeFloats(floatsToBase64(values), 4)!]).toEqual(values.map(Math.fround))
    expect(decodeFloats("AAAA", 8)).toBeUndefined()
  })
})
