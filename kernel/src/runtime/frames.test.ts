/** @file Frames survive any cutting of the byte stream. */
import { expect, test } from "vitest"
import { encodeFrame, FrameReader } from "./frames.ts"

test.each([1, 3, 7, 64, 10_000])("pieces of %i bytes give the same frames", (size) => {
  const sent = [
    { head: { n: 1, text: "\u{1F600}" }, parts: [] },
    {
      head: { n: 2 },
      parts: [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array([255])],
    },
    { head: null, parts: [new Uint8Array(300).fill(7)] },
  ]
  const bytes = Buffer.concat(sent.map(({ head, parts }) => encodeFrame(head, parts)))
  const reader = new FrameReader<unknown>()
  const got = []
  for (let at = 0; at < bytes.length; at += size)
    got.push(...reader.push(bytes.subarray(at, at + size)))
  expect(got).toEqual(sent)
})
