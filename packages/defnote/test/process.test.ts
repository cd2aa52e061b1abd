/** How a process that computes is started: what its flags turn on. */
import { execFileSync } from "node:child_process"
import { V8_FLAGS } from "defnote/process"
import { expect, test } from "vitest"

/** A module with one function, x => relaxed_madd(x, x, x). */
const MODULE = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 0, 32, 0, 253, 133, 2, 11],
]
const ask = `process.stdout.write(String(WebAssembly.validate(Uint8Array.from(${JSON.stringify(MODULE)}))))`
const validates = (flags: readonly string[]): string =>
  execFileSync(process.execPath, [...flags, "-e", ask], { encoding: "utf8" })

test("a process with these flags has fused multiply-add of vectors, in every version of Node", () => {
  expect(validates(V8_FLAGS)).toBe("true")
})
test("only Node 20 needs a flag", () => {
  expect(validates([])).toBe(String(!process.version.startsWith("v20.")))
})
test("tests run as such a process", () => {
  expect(WebAssembly.validate(Uint8Array.from(MODULE))).toBe(true)
})
