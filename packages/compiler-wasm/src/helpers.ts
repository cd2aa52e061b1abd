/** @file Small functions of a module that several instructions call: guarded division, halves. Added when first used. */
import { F32, F64, FunctionBuilder, I32, I64, type ModuleBuilder, OP } from "./encoder.ts"
import type { WasmType } from "./opcodes.ts"

export type Helper =
  | "divS32"
  | "divU32"
  | "remS32"
  | "remU32"
  | "divS64"
  | "divU64"
  | "remS64"
  | "remU64"
  | "f16ToF32"
  | "f32ToF16"
  | "f32ToBf16"
  | "f64ToOdd"

/** The helpers of one module. */
export class Helpers {
  readonly #module: ModuleBuilder
  readonly #known = new Map<Helper, number>()
  constructor(module: ModuleBuilder) {
    this.#module = module
  }
  index(name: Helper): number {
    let i = this.#known.get(name)
    if (i === undefined) {
      i = this.#module.add(WRITE[name]())
      this.#known.set(name, i)
    }
    return i
  }
  /** `a % b` of doubles, exact; a function of the host. */
  get fmod(): number {
    return this.#module.importIndex("fmod")
  }
}

/** Division that does not trap: by zero it gives 0, and the most negative by -1 itself. */
function division(
  type: WasmType,
  op: number,
  overflow: "negate" | "zero" | "none",
): FunctionBuilder {
  const f = new FunctionBuilder([type, type], [type])
  const c = f.code
  const wide = type === I64
  const zero = (): void => void (wide ? c.i64(0n) : c.i32(0))
  c.get(1)
    .op(wide ? OP.i64Eqz : OP.i32Eqz)
    .op(OP.if, type)
  zero()
  c.op(OP.else)
  if (overflow === "none") c.get(0).get(1).op(op)
  else {
    c.get(1)
    if (wide) c.i64(-1n).op(OP.i64Eq)
    else c.i32(-1).op(OP.i32Eq)
    c.op(OP.if, type)
    zero()
    if (overflow === "negate") c.get(0).op(wide ? OP.i64Sub : OP.i32Sub)
    c.op(OP.else).get(0).get(1).op(op).op(OP.end)
  }
  c.op(OP.end)
  return f
}

/** The exact value of half bits: the exponent is moved by one exact multiplication. */
function f16ToF32(): FunctionBuilder {
  const f = new FunctionBuilder([I32], [F32])
  const x = f.local(I32)
  const c = f.code
  c.get(0).i32(0x7fff).op(OP.i32And, OP.localTee).u(x).i32(13).op(OP.i32Shl, OP.f32ReinterpretI32)
  c.f32(2 ** 112).op(OP.f32Mul, OP.i32ReinterpretF32)
  c.i32(0x7f800000).i32(0).get(x).i32(0x7c00).op(OP.i32GeU, OP.select, OP.i32Or)
  c.get(0).i32(0x8000).op(OP.i32And).i32(16).op(OP.i32Shl, OP.i32Or, OP.f32ReinterpretI32)
  return f
}
/**
 * The half nearest to an f32, ties to even.
 * @source F. Giesen, float_to_half_fast3_rtne, public domain
 */
function f32ToF16(): FunctionBuilder {
  const f = new FunctionBuilder([F32], [I32])
  const u = f.local(I32)
  const sign = f.local(I32)
  const c = f.code
  c.get(0)
    .op(OP.i32ReinterpretF32, OP.localTee)
    .u(u)
    .i32(0x80000000)
    .op(OP.i32And, OP.localTee)
    .u(sign)
  c.get(u).op(OP.i32Xor, OP.localTee).u(u).i32(0x47800000).op(OP.i32GeU, OP.if, I32)
  c.i32(0x7e00).i32(0x7c00).get(u).i32(0x7f800000).op(OP.i32GtU, OP.select, OP.else)
  c.get(u).i32(0x38800000).op(OP.i32LtU, OP.if, I32)
  c.get(u)
    .op(OP.f32ReinterpretI32)
    .f32(0.5)
    .op(OP.f32Add, OP.i32ReinterpretF32)
    .i32(0x3f000000)
    .op(OP.i32Sub, OP.else)
  c.get(u)
    .i32(0xc8000fff)
    .op(OP.i32Add)
    .get(u)
    .i32(13)
    .op(OP.i32ShrU)
    .i32(1)
    .op(OP.i32And, OP.i32Add)
  c.i32(13).op(OP.i32ShrU, OP.end, OP.end)
  c.get(sign).i32(16).op(OP.i32ShrU, OP.i32Or)
  return f
}
function f32ToBf16(): FunctionBuilder {
  const f = new FunctionBuilder([F32], [I32])
  const u = f.local(I32)
  const c = f.code
  c.get(0).get(0).op(OP.f32Ne, OP.if, I32).i32(0x7fc0).op(OP.else)
  c.get(0).op(OP.i32ReinterpretF32, OP.localTee).u(u).i32(0x7fff).op(OP.i32Add)
  c.get(u).i32(16).op(OP.i32ShrU).i32(1).op(OP.i32And, OP.i32Add).i32(16).op(OP.i32ShrU, OP.end)
  return f
}
/** An f64 rounded to odd in f32, so that rounding once more to a half is rounding once. */
function f64ToOdd(): FunctionBuilder {
  const f = new FunctionBuilder([F64], [F32])
  const y = f.local(F32)
  const c = f.code
  c.get(0).op(OP.f32DemoteF64, OP.localTee).u(y).op(OP.f64PromoteF32).get(0).op(OP.f64Eq)
  c.get(0).get(0).op(OP.f64Ne, OP.i32Or, OP.if, F32).get(y).op(OP.else)
  c.get(y).op(OP.i32ReinterpretF32)
  c.get(y).op(OP.f64PromoteF32, OP.f64Abs).get(0).op(OP.f64Abs, OP.f64Gt, OP.i32Sub)
  c.i32(1).op(OP.i32Or, OP.f32ReinterpretI32, OP.end)
  return f
}
const WRITE: Record<Helper, () => FunctionBuilder> = {
  divS32: () => division(I32, OP.i32DivS, "negate"),
  divU32: () => division(I32, OP.i32DivU, "none"),
  remS32: () => division(I32, OP.i32RemS, "zero"),
  remU32: () => division(I32, OP.i32RemU, "none"),
  divS64: () => division(I64, OP.i64DivS, "negate"),
  divU64: () => division(I64, OP.i64DivU, "none"),
  remS64: () => division(I64, OP.i64RemS, "zero"),
  remU64: () => division(I64, OP.i64RemU, "none"),
  f16ToF32,
  f32ToF16,
  f32ToBf16,
  f64ToOdd,
}
