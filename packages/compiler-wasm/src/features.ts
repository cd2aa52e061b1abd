/** @file What this engine's WebAssembly can do, found out by validating small modules. */
import { type Code, F32, FunctionBuilder, ModuleBuilder, SIMD, V128 } from "./encoder.ts"
import { webAssembly } from "./web-assembly.ts"

function validates(
  write: (code: Code) => void,
  params: readonly (typeof V128 | typeof F32)[],
): boolean {
  const module = new ModuleBuilder([])
  const f = new FunctionBuilder(params, [V128])
  write(f.code)
  module.add(f)
  return webAssembly?.validate(module.bytes()) ?? false
}
let relaxed: boolean | undefined
/** Fused multiply-add of vectors; its rounding is the machine's. */
export function hasRelaxedSimd(): boolean {
  relaxed ??= validates((c) => c.get(0).get(0).get(0).simd(SIMD.f32x4RelaxedMadd), [V128])
  return relaxed
}
let simd: boolean | undefined
export function hasSimd(): boolean {
  simd ??= validates((c) => c.get(0).simd(SIMD.f32x4Splat), [F32])
  return simd
}
