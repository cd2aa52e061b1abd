/**
 * @file The bits of f16 (IEEE 754 binary16) and bf16 (the upper half of an f32), rounded to nearest even (S5).
 * Node 20 has no Float16Array.
 */

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The f32 value of bf16 bits, exact. */
export function fromBf16(h: number): number {
  bits[0] = h << 16
  return float[0]
}
/** The bits of the bf16 nearest to `x`; NaN stays NaN. */
export function toBf16(x: number): number {
  float[0] = x
  const b = bits[0]
  if (Number.isNaN(x)) return 0x7fc0
  // A double rounded to f32 and then to bf16 may round twice; the sticky bit of the lost part prevents it.
  const sticky = float[0] === x ? b : Math.abs(float[0]) > Math.abs(x) ? b - 1 : b | 1
  return ((sticky + 0x7fff + ((sticky >>> 16) & 1)) >>> 16) & 0xffff
}

/** The f32 value of f16 bits, exact. */
export function fromF16(h: number): number {
  const sign = h & 0x8000 ? -1 : 1
  const exponent = (h >> 10) & 31
  const fraction = h & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
/** The bits of the f16 nearest to `x`. Values from 65520 on become infinite. */
export function toF16(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0
  const a = Math.abs(x)
  if (Number.isNaN(x)) return 0x7e00
  if (a >= 65520) return sign | 0x7c00
  // The spacing of f16 at `a`; dividing by a power of two is exact, so one rounding happens.
  const exponent = Math.max(-14, Math.floor(Math.log2(a || 1e-30)))
  const e = 2 ** exponent > a && exponent > -14 ? exponent - 1 : exponent
  const steps = roundEven(a / 2 ** (e - 10))
  return sign | ((e + 14) * 1024 + steps)
}

/** The integer nearest to `x`, halves to even. */
export function roundEven(x: number): number {
  const f = Math.floor(x)
  const d = x - f
  if (d < 0.5) return f
  if (d > 0.5) return f + 1
  return f % 2 === 0 ? f : f + 1
}
