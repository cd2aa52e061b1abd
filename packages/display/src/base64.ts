/** @file Base64 columns of numbers, little-endian on every machine; it knows nothing of payloads. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
const VALUE = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) VALUE[ALPHABET.charCodeAt(i)] = i

/** Encodes bytes as base64 with padding. */
export function bytesToBase64(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const left = bytes.length - i
    parts.push(
      ALPHABET[word >> 18] +
        ALPHABET[(word >> 12) & 63] +
        (left > 1 ? ALPHABET[(word >> 6) & 63] : "=") +
        (left > 2 ? ALPHABET[word & 63] : "="),
    )
  }
  return parts.join("")
}

/** Decodes base64; undefined when the text is not base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0
  if (text.length % 4 !== 0) return undefined
  const out = new Uint8Array((text.length / 4) * 3 - padding)
  for (let i = 0, at = 0; i < text.length; i += 4) {
    let word = 0
    for (let k = 0; k < 4; k++) {
      const pad = i + k >= text.length - padding
      const value = pad ? 0 : (VALUE[text.charCodeAt(i + k)] ?? -1)
      if (value < 0) return undefined
      word = (word << 6) | value
    }
    for (let k = 16; k >= 0 && at < out.length; k -= 8) out[at++] = (word >> k) & 255
  }
  return out
}

/** Encodes numbers as an f64 column. */
export function doublesToBase64(values: ArrayLike<number>): string {
  const view = new DataView(new ArrayBuffer(values.length * 8))
  for (let i = 0; i < values.length; i++) view.setFloat64(i * 8, values[i], true)
  return bytesToBase64(new Uint8Array(view.buffer))
}

/** Encodes numbers as an f32 column, each rounded to the nearest f32. */
export function floatsToBase64(values: ArrayLike<number>): string {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i], true)
  return bytesToBase64(new Uint8Array(view.buffer))
}

/** Decodes an f64 or f32 column; undefined when the text is not one. */
export function decodeFloats(text: string, width: 4 | 8): Float64Array | undefined {
  const bytes = fromBase64(text)
  if (!bytes || bytes.length % width !== 0) return undefined
  const view = new DataView(bytes.buffer)
  return Float64Array.from({ length: bytes.length / width }, (_, i) =>
    width === 8 ? view.getFloat64(i * 8, true) : view.getFloat32(i * 4, true),
  )
}
