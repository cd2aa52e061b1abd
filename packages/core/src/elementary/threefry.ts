/**
 * @file The Threefry-2x32 hash with 20 rounds, in u32 instructions.
 * @source J. Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
 */
import * as s from "../scalar.ts"

type Scalar = s.Scalar
type Pair = readonly [Scalar, Scalar]

const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const
/** The parity constant of the key schedule. */
const PARITY = 0x1bd11bda

const rotate = (x: Scalar, by: number): Scalar => s.or(s.shiftLeft(x, by), s.shiftRight(x, 32 - by))
const mix = ([a, b]: Pair, by: number): Pair => {
  const sum = s.add(a, b)
  return [sum, s.xor(rotate(b, by), sum)]
}
/** Both words of the hash of a counter under a key. */
export function threefry(key: Pair, counter: Pair): Pair {
  const schedule = [key[0], key[1], s.xor(s.xor(key[0], key[1]), PARITY)]
  let x: Pair = [s.add(counter[0], schedule[0]), s.add(counter[1], schedule[1])]
  for (let group = 0; group < 5; group++) {
    x = ROTATIONS[group % 2].reduce(mix, x)
    const [a, b] = [schedule[(group + 1) % 3], schedule[(group + 2) % 3]]
    x = [s.add(x[0], a), s.add(s.add(x[1], b), group + 1)]
  }
  return x
}
