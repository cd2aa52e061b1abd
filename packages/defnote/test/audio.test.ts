/** @file Sounds: shapes, what is played and what is said about it, and what is refused. */
import { type AudioDoc, decodeFloats, fromBase64, MIME, readPayload } from "@defnote/display"
import { describe, expect, test } from "vitest"
import { arange, audio, tensor, zeros } from "../src/index.ts"

const docOf = (output: { bundle: Readonly<Record<string, unknown>> }): AudioDoc => {
  const { doc, problem } = readPayload("audio", output.bundle[MIME.audio])
  if (!doc) throw new Error(problem)
  return doc
}
const played = (doc: AudioDoc): Int16Array => {
  const bytes = fromBase64(doc.sound) ?? new Uint8Array()
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

describe("what is played", () => {
  test("are the samples in 16 bits; the waveform has their extremes", () => {
    const doc = docOf(audio(tensor([0, 0.5, -1, 1]), { sampleRate: 8000, title: "four" }))
    expect([...played(doc)]).toEqual([0, 16384, -32767, 32767])
    expect([...(decodeFloats(doc.high, 4) ?? [])]).toEqual([0, 0.5, -1, 1])
    expect(doc).toMatchObject({ channels: 1, samples: 4, playedRate: 8000, notes: [] })
    expect(doc.text).toBe("four: audio f32[4], 500 µs, 8000 Hz, mono")
  })

  test.each([
    [
      "[samples, channels]",
      tensor([
        [0, 1],
        [0, 0.5],
        [0, 0],
      ]),
    ],
    [
      "[channels, samples]",
      tensor([
        [0, 0, 0],
        [1, 0.5, 0],
      ]),
    ],
  ])("two channels as %s", (_, x) => {
    const doc = docOf(audio(x, { sampleRate: 8000 }))
    expect(doc.channels).toBe(2)
    expect([...played(doc)]).toEqual([0, 32767, 0, 16384, 0, 0])
    expect([...(decodeFloats(doc.high, 4) ?? [])].slice(3)).toEqual([1, 0.5, 0])
  })

  test("integers go over the range of their type", () => {
    const sound = (dtype: "i16" | "u8", values: number[]) => [
      ...played(docOf(audio(tensor(values, { dtype }), { sampleRate: 8000 }))),
    ]
    expect(sound("i16", [-32768, 0, 16384])).toEqual([-32767, 0, 16384])
    expect(sound("u8", [0, 128, 192])).toEqual([-32767, 0, 16384])
  })

  test("what cannot be heard is said: NaN, beyond 1; normalize makes the largest 1", () => {
    const x = tensor([4, -2, Number.NaN, 0.5])
    const doc = docOf(audio(x, { sampleRate: 8000 }))
    expect([...played(doc)]).toEqual([32767, -32767, 0, 16384])
    expect(doc.notes).toEqual([
      "NaN or infinite in 1 of 4 samples: silent there.",
      "Beyond ±1 in 2 of 4 samples: clipped there; {normalize: true} makes the largest 1.",
    ])
    const normal = docOf(audio(x, { sampleRate: 8000, normalize: true }))
    expect([...played(normal)]).toEqual([32767, -16383, 0, 4096])
    expect(normal.notes).toHaveLength(1)
  })

  test("a long sound is thinned, a longer one cut, and both are said; the payload stays under 1 MB", () => {
    const thinned = docOf(audio(zeros([500_000]), { sampleRate: 44_100 }))
    expect(thinned.playedRate).toBe(22_050)
    expect(played(thinned)).toHaveLength(250_000)
    expect(thinned.notes).toEqual([
      "Played at 22050 Hz: the whole sound is too long for an output.",
    ])
    const cut = docOf(audio(zeros([1_000_000]), { sampleRate: 8000 }))
    expect(cut.playedRate).toBe(8000)
    expect(cut.notes).toEqual([
      "Only the first 37.5 s are played: the rest is too long for an output.",
    ])
    for (const doc of [thinned, cut]) expect(JSON.stringify(doc).length).toBeLessThan(1_000_000)
  })

  test("the static picture is a picture of attributes alone", () => {
    const output = audio(arange(800).multiply(0.1).sin(), { sampleRate: 8000 })
    expect(output.bundle["image/svg+xml"]).toMatch(/^<svg .*<path d="M16[^"]+z" fill="#/s)
    expect(output.bundle["image/svg+xml"]).not.toMatch(/<style|<script|url\(/)
  })
})

test.each([
  [zeros([4, 3]), { sampleRate: 8000 }, "f32[4,3] is no sound; it must be [samples]"],
  [zeros([0]), { sampleRate: 8000 }, "f32[0] is no sound"],
  [zeros([2, 2, 2]), { sampleRate: 8000 }, "f32[2,2,2] is no sound"],
  [zeros([4]), {}, "sampleRate is undefined; it must be samples per second"],
  [zeros([4]), { sampleRate: 0 }, "sampleRate is 0"],
  [zeros([4]), { sampleRate: Number.NaN }, "sampleRate is NaN"],
])("%o with %o is refused", (x, options, message) => {
  expect(() => audio(x, options as never)).toThrow(message)
})
