/**
 * @file `npm run conformance -- [--compiler NAME] [--op NAME] [--full]`: runs the table and prints what failed.
 * The exit status is 1 when a row failed.
 */
import { loadCompiler } from "./compilers.ts"
import { conformance } from "./conformance.ts"

/** The value after a flag. */
function flag(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}
/** Prints the measured errors of all scalar definitions. */
async function printAccuracy(points: number): Promise<void> {
  const { MEASURED, MEASURED_PAIRS, measure, measurePair } = await import("./accuracy.ts")
  const pairs: readonly string[] = MEASURED_PAIRS
  for (const dtype of ["f32", "f64"] as const) {
    for (const name of [...MEASURED, ...MEASURED_PAIRS]) {
      const n = dtype === "f32" ? points : Math.ceil(points / 128)
      const both = [true, false].map((fused) => {
        const measured = pairs.includes(name) ? measurePair : measure
        return measured(name as never, dtype, fused, n)
      })
      const [a, b] = both.map((m) => m.ulp.toFixed(3))
      const { instructions, at } = both[0]
      console.log(
        `${dtype} ${name.padEnd(10)} ${a} fused  ${b} unfused  ${instructions} instructions  at ${at.join(", ")}`,
      )
    }
  }
}
if (process.argv.includes("--accuracy")) {
  await printAccuracy(2 ** 20)
  process.exit(0)
}

const name = flag("compiler") ?? "reference"
const { compiler, quirks } = await loadCompiler(name)
const count = { passed: 0, failed: 0, skipped: 0 }
const options = { quirks, op: flag("op"), full: process.argv.includes("--full") }
for (const outcome of conformance(compiler, options)) {
  count[outcome.status]++
  if (outcome.status === "failed") console.log(`FAILED ${outcome.row}: ${outcome.message}`)
}
const total = count.passed + count.failed + count.skipped
console.log(
  `${total} rows, ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`,
)
process.exitCode = count.failed ? 1 : 0
