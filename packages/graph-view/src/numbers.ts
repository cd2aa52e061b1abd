/** @file Durations and powers of two as text; other numbers are formatted by the display package. */
import { formatNumber, superscript } from "@defnote/display"

/** Milliseconds as µs, ms, s or minutes. */
export function formatDuration(ms: number): string {
  if (ms < 1) return `${formatNumber(ms * 1000, 2)} µs`
  if (ms < 1000) return `${formatNumber(ms, 2)} ms`
  if (ms < 120_000) return `${formatNumber(ms / 1000, 3)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

/** `2⁻²⁶`. */
export const powerOfTwo = (exponent: number): string => `2${superscript(exponent)}`
