/** @file 16-bit samples as a WAV file. @source RIFF WAVE, format tag 1 (PCM). */

/** The bytes of a file with these samples, little-endian, channels beside each other. */
export function wavOf(samples: Uint8Array, sampleRate: number, channels: number): Uint8Array {
  const file = new Uint8Array(44 + samples.length)
  const view = new DataView(file.buffer)
  const word = (at: number, text: string) => {
    for (let i = 0; i < 4; i++) file[at + i] = text.charCodeAt(i)
  }
  const rate = Math.round(sampleRate)
  word(0, "RIFF")
  view.setUint32(4, 36 + samples.length, true)
  word(8, "WAVE")
  word(12, "fmt ")
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * channels * 2, true)
  view.setUint16(32, channels * 2, true)
  view.setUint16(34, 16, true)
  word(36, "data")
  view.setUint32(40, samples.length, true)
  file.set(samples, 44)
  return file
}
