/** @file Whether two systems computed the same; times are only comparable then (D10.5). */
import type { Fingerprint } from "./peer.ts"

/** f32 with other orders of summation. A long naive sum is the worst of it: sqrt(4M) half ULPs are 1e-4. */
const ELEMENT = 1e-4
const SUM = 1e-3

/** The first difference as text; undefined when the outputs agree. */
export function difference(
  a: readonly Fingerprint[],
  b: readonly Fingerprint[],
): string | undefined {
  if (a.length !== b.length) return `${a.length} outputs and ${b.length}`
  for (const [i, x] of a.entries()) {
    const found = differenceOfOne(x, b[i])
    if (found) return `output ${i}: ${found}`
  }
  return undefined
}

function differenceOfOne(a: Fingerprint, b: Fingerprint): string | undefined {
  if (a.size !== b.size) return `${a.size} elements and ${b.size}`
  if (!near(a.sum, b.sum, SUM * a.magnitude)) return `sums ${a.sum} and ${b.sum}`
  const scale = Math.max(...a.samples.map(Math.abs))
  const at = a.samples.findIndex((x, i) => !near(x, b.samples[i], tolerance(a, scale)))
  return at < 0 ? undefined : `sample ${at} is ${a.samples[at]} and ${b.samples[at]}`
}

/** A result of one element is a reduction of many. */
const tolerance = (a: Fingerprint, scale: number): number => (a.size === 1 ? SUM : ELEMENT) * scale

/** False for NaN. */
const near = (x: number, y: number, within: number): boolean => Math.abs(x - y) <= within
