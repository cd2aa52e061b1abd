/** @file The compiler `wasm`: portable code for the CPU, in Node and in browsers. */
import type { Compiler } from "@defnote/core"
import { compile } from "./compile.ts"
import { hasSimd } from "./features.ts"

/** Compiles to WebAssembly with SIMD. Synchronous; results lie in memory of their own. */
export const wasm: Compiler = {
  name: "wasm",
  devices: ["cpu"],
  available: () => hasSimd() || "this engine has no WebAssembly with SIMD",
  compile,
}
export { QUIRKS, type Quirk } from "./quirks.ts"
