/** @file Scalar instructions in WebAssembly. Bools are 0 or 1, narrow integers are kept in range in an i32, halves are bits. */
import {
  DTYPES,
  type DType,
  isFloat,
  isHalf,
  isSigned,
  isWide,
  type Value,
  write,
} from "@defnote/core"
import type { Scalar } from "@defnote/lower"
import { type Code, F32, F64, FC, I32, I64, OP, type WasmType } from "./encoder.ts"
import type { Helper, Helpers } from "./helpers.ts"

/** The machine type of one element. */
export function wasmType(d: DType): WasmType {
  if (d === "f32") return F32
  if (d === "f64") return F64
  return isWide(d) ? I64 : I32
}
/** The value as the machine holds it: the bits of a half. */
export function machineValue(d: DType, v: Value): Value {
  if (!isHalf(d)) return v
  write(d, half, 0, v)
  return half[0]
}
const half = new Uint16Array(1)
export function pushConstant(c: Code, d: DType, value: Value): void {
  const v = machineValue(d, value)
  if (d === "f32") c.f32(Number(v))
  else if (d === "f64") c.f64(Number(v))
  else if (isWide(d)) c.i64(BigInt(v))
  else c.i32(Number(v))
}
export function pushLoad(c: Code, d: DType, offset: number): void {
  c.memory(LOAD[d], offset)
}
export function pushStore(c: Code, d: DType, offset: number): void {
  c.memory(STORE[d], offset)
}
const LOAD: Record<DType, number> = {
  bool: OP.i32Load8U,
  u8: OP.i32Load8U,
  i8: OP.i32Load8S,
  u16: OP.i32Load16U,
  i16: OP.i32Load16S,
  f16: OP.i32Load16U,
  bf16: OP.i32Load16U,
  u32: OP.i32Load,
  i32: OP.i32Load,
  f32: OP.f32Load,
  f64: OP.f64Load,
  i64: OP.i64Load,
  u64: OP.i64Load,
}
const STORE: Record<DType, number> = {
  bool: OP.i32Store8,
  u8: OP.i32Store8,
  i8: OP.i32Store8,
  u16: OP.i32Store16,
  i16: OP.i32Store16,
  f16: OP.i32Store16,
  bf16: OP.i32Store16,
  u32: OP.i32Store,
  i32: OP.i32Store,
  f32: OP.f32Store,
  f64: OP.f64Store,
  i64: OP.i64Store,
  u64: OP.i64Store,
}

/** Writes instructions whose operands `arg(k)` puts on the stack; the result stays there. */
export class ScalarSpeller {
  readonly #helpers: Helpers
  constructor(helpers: Helpers) {
    this.#helpers = helpers
  }
  spell(c: Code, e: Scalar, arg: (k: number) => void): void {
    const d = e.args[0].dtype
    switch (e.op) {
      case "convert":
        arg(0)
        return this.convert(c, d, e.dtype)
      case "bitcast":
        arg(0)
        return bitcast(c, d, e.dtype)
      case "select":
        arg(1)
        arg(2)
        arg(0)
        c.op(OP.select)
        return
      case "less":
      case "lessEqual":
      case "equal":
        arg(0)
        arg(1)
        c.op(COMPARE[e.op][kindOf(d)])
        return
    }
    if (isFloat(e.dtype)) this.#float(c, e, arg)
    else this.#integer(c, e, arg)
  }

  #float(c: Code, e: Scalar, arg: (k: number) => void): void {
    const wide = e.dtype === "f64"
    if (e.op === "remainder") {
      arg(0)
      if (!wide) c.op(OP.f64PromoteF32)
      arg(1)
      if (!wide) c.op(OP.f64PromoteF32)
      c.call(this.#helpers.fmod)
      if (!wide) c.op(OP.f32DemoteF64)
      return
    }
    e.args.forEach((_, k) => {
      if (e.op !== "fma" || k < 2) arg(k)
    })
    if (e.op === "fma") {
      c.op(wide ? OP.f64Mul : OP.f32Mul)
      arg(2)
      c.op(wide ? OP.f64Add : OP.f32Add)
      return
    }
    const op = FLOAT[e.op]
    if (!op) throw new Error(`internal: wasm: ${e.op} of ${e.dtype}`)
    c.op(op[wide ? 1 : 0])
  }

  #integer(c: Code, e: Scalar, arg: (k: number) => void): void {
    const d = e.dtype
    const wide = isWide(d)
    const both = (narrow: number, long: number): void => {
      e.args.forEach((_, k) => void arg(k))
      c.op(wide ? long : narrow)
    }
    const bits = DTYPES[d].bytes * 8
    const simple = INTEGER[e.op]
    if (simple) {
      both(...simple)
      return wrap(c, d)
    }
    switch (e.op) {
      case "shiftLeft":
      case "shiftRight":
        arg(0)
        arg(1)
        if (bits < 32) c.i32(bits - 1).op(OP.i32And)
        if (e.op === "shiftLeft") c.op(wide ? OP.i64Shl : OP.i32Shl)
        else if (isSigned(d)) c.op(wide ? OP.i64ShrS : OP.i32ShrS)
        else c.op(wide ? OP.i64ShrU : OP.i32ShrU)
        return wrap(c, d)
      case "neg":
        if (wide) c.i64(0n)
        else c.i32(0)
        arg(0)
        c.op(wide ? OP.i64Sub : OP.i32Sub)
        return wrap(c, d)
      case "not":
        arg(0)
        if (d === "bool") c.op(OP.i32Eqz)
        else if (wide) c.i64(-1n).op(OP.i64Xor)
        else c.i32(-1).op(OP.i32Xor)
        return d === "bool" ? undefined : wrap(c, d)
      case "abs":
        return this.#abs(c, d, arg)
      case "min":
      case "max":
        return this.#extreme(c, e, arg)
      case "quotient":
      case "remainder":
        return this.#divide(c, e, arg)
      case "mulHigh":
        arg(0)
        c.op(OP.i64ExtendI32U)
        arg(1)
        c.op(OP.i64ExtendI32U, OP.i64Mul).i64(32n).op(OP.i64ShrU, OP.i32WrapI64)
        return
      case "countLeadingZeros":
      case "popCount":
        return this.#count(c, e, arg, bits)
    }
    throw new Error(`internal: wasm: ${e.op} of ${d}`)
  }
  #abs(c: Code, d: DType, arg: (k: number) => void): void {
    arg(0)
    if (!isSigned(d)) return
    const wide = isWide(d)
    if (wide) c.i64(0n)
    else c.i32(0)
    arg(0)
    c.op(wide ? OP.i64Sub : OP.i32Sub)
    arg(0)
    if (wide) c.i64(0n)
    else c.i32(0)
    c.op(wide ? OP.i64LtS : OP.i32LtS)
    // select takes the first where the condition holds: swap by testing the opposite
    c.op(OP.i32Eqz, OP.select)
    wrap(c, d)
  }
  #extreme(c: Code, e: Scalar, arg: (k: number) => void): void {
    arg(e.op === "min" ? 0 : 1)
    arg(e.op === "min" ? 1 : 0)
    arg(0)
    arg(1)
    c.op(COMPARE.less[kindOf(e.dtype)], OP.select)
  }
  #divide(c: Code, e: Scalar, arg: (k: number) => void): void {
    const d = e.dtype
    const wide = isWide(d)
    const signed = isSigned(d)
    const by = e.args[1]
    arg(0)
    arg(1)
    if (by.op === "constant" && Number(by.value) > 0) {
      const ops = e.op === "quotient" ? DIVIDE : REMAINDER
      c.op(ops[wide ? 1 : 0][signed ? 0 : 1])
    } else {
      const name =
        `${e.op === "quotient" ? "div" : "rem"}${signed ? "S" : "U"}${wide ? 64 : 32}` as Helper
      c.call(this.#helpers.index(name))
    }
    wrap(c, d)
  }
  #count(c: Code, e: Scalar, arg: (k: number) => void, bits: number): void {
    arg(0)
    if (bits === 64) {
      c.op(e.op === "popCount" ? OP.i64Popcnt : OP.i64Clz)
      return
    }
    if (bits < 32) c.i32(2 ** bits - 1).op(OP.i32And)
    c.op(e.op === "popCount" ? OP.i32Popcnt : OP.i32Clz)
    if (e.op !== "popCount" && bits < 32) c.i32(32 - bits).op(OP.i32Sub)
  }

  /** The element on the stack in another dtype (S6): floats saturate, integers wrap. */
  convert(c: Code, from: DType, to: DType): void {
    if (from === to) return
    if (isHalf(from)) {
      this.fromHalf(c, from)
      return this.convert(c, "f32", to)
    }
    if (isHalf(to)) return this.#toHalf(c, from, to)
    if (to === "bool") return truth(c, from)
    if (isFloat(to)) return toFloat(c, from, to)
    if (isFloat(from)) return saturate(c, from, to)
    if (isWide(to) && !isWide(from)) c.op(isSigned(from) ? OP.i64ExtendI32S : OP.i64ExtendI32U)
    else if (!isWide(to) && isWide(from)) c.op(OP.i32WrapI64)
    if (!isWide(to)) wrap(c, to)
  }
  fromHalf(c: Code, from: DType): void {
    if (from === "bf16") c.i32(16).op(OP.i32Shl, OP.f32ReinterpretI32)
    else c.call(this.#helpers.index("f16ToF32"))
  }
  #toHalf(c: Code, from: DType, to: DType): void {
    if (from !== "f32") {
      this.convert(c, from, "f64")
      c.call(this.#helpers.index("f64ToOdd"))
    }
    c.call(this.#helpers.index(to === "f16" ? "f32ToF16" : "f32ToBf16"))
  }
}

/** Brings the i32 on the stack into the range of a narrow dtype. */
export function wrap(c: Code, d: DType): void {
  if (d === "i8") c.op(OP.i32Extend8S)
  else if (d === "i16") c.op(OP.i32Extend16S)
  else if (d === "u8") c.i32(255).op(OP.i32And)
  else if (d === "u16") c.i32(65535).op(OP.i32And)
  else if (d === "bool") c.i32(1).op(OP.i32And)
}
function truth(c: Code, from: DType): void {
  if (from === "f32") c.f32(0).op(OP.f32Ne)
  else if (from === "f64") c.f64(0).op(OP.f64Ne)
  else if (isWide(from)) c.i64(0n).op(OP.i64Ne)
  else c.i32(0).op(OP.i32Ne)
}
function toFloat(c: Code, from: DType, to: DType): void {
  if (from === "f32") c.op(OP.f64PromoteF32)
  else if (from === "f64") c.op(OP.f32DemoteF64)
  else if (to === "f32")
    c.op(
      isWide(from)
        ? isSigned(from)
          ? OP.f32ConvertI64S
          : OP.f32ConvertI64U
        : from === "u32"
          ? OP.f32ConvertI32U
          : OP.f32ConvertI32S,
    )
  else
    c.op(
      isWide(from)
        ? isSigned(from)
          ? OP.f64ConvertI64S
          : OP.f64ConvertI64U
        : from === "u32"
          ? OP.f64ConvertI32U
          : OP.f64ConvertI32S,
    )
}
function saturate(c: Code, from: DType, to: DType): void {
  const f64 = from === "f64"
  if (isWide(to)) {
    const ops = isSigned(to)
      ? [FC.i64TruncSatF32S, FC.i64TruncSatF64S]
      : [FC.i64TruncSatF32U, FC.i64TruncSatF64U]
    c.fc(ops[f64 ? 1 : 0])
    return
  }
  const bits = DTYPES[to].bytes * 8
  if (bits < 32)
    clampFloat(
      c,
      f64,
      isSigned(to) ? -(2 ** (bits - 1)) : 0,
      isSigned(to) ? 2 ** (bits - 1) - 1 : 2 ** bits - 1,
    )
  const ops =
    to === "u32"
      ? [FC.i32TruncSatF32U, FC.i32TruncSatF64U]
      : [FC.i32TruncSatF32S, FC.i32TruncSatF64S]
  c.fc(ops[f64 ? 1 : 0])
}
/** NaN stays, and becomes 0 in the conversion. */
function clampFloat(c: Code, f64: boolean, low: number, high: number): void {
  if (f64) c.f64(low).op(OP.f64Max).f64(high).op(OP.f64Min)
  else c.f32(low).op(OP.f32Max).f32(high).op(OP.f32Min)
}
function bitcast(c: Code, from: DType, to: DType): void {
  if (from === "f32" && to !== "f32") c.op(OP.i32ReinterpretF32)
  else if (to === "f32" && from !== "f32") c.op(OP.f32ReinterpretI32)
  else if (from === "f64" && to !== "f64") c.op(OP.i64ReinterpretF64)
  else if (to === "f64" && from !== "f64") c.op(OP.f64ReinterpretI64)
  else wrap(c, to)
}

/** Rows of the tables below: f32, f64, narrow signed, narrow unsigned, wide signed, wide unsigned. */
const kindOf = (d: DType): number =>
  d === "f32" ? 0 : d === "f64" ? 1 : (isWide(d) ? 4 : 2) + (isSigned(d) ? 0 : 1)
const COMPARE: Record<"less" | "lessEqual" | "equal", readonly number[]> = {
  less: [OP.f32Lt, OP.f64Lt, OP.i32LtS, OP.i32LtU, OP.i64LtS, OP.i64LtU],
  lessEqual: [OP.f32Le, OP.f64Le, OP.i32LeS, OP.i32LeU, OP.i64LeS, OP.i64LeU],
  equal: [OP.f32Eq, OP.f64Eq, OP.i32Eq, OP.i32Eq, OP.i64Eq, OP.i64Eq],
}
const DIVIDE = [
  [OP.i32DivS, OP.i32DivU],
  [OP.i64DivS, OP.i64DivU],
]
const REMAINDER = [
  [OP.i32RemS, OP.i32RemU],
  [OP.i64RemS, OP.i64RemU],
]
const FLOAT: Partial<Record<Scalar["op"], readonly [number, number]>> = {
  add: [OP.f32Add, OP.f64Add],
  sub: [OP.f32Sub, OP.f64Sub],
  mul: [OP.f32Mul, OP.f64Mul],
  div: [OP.f32Div, OP.f64Div],
  neg: [OP.f32Neg, OP.f64Neg],
  abs: [OP.f32Abs, OP.f64Abs],
  min: [OP.f32Min, OP.f64Min],
  max: [OP.f32Max, OP.f64Max],
  floor: [OP.f32Floor, OP.f64Floor],
  ceil: [OP.f32Ceil, OP.f64Ceil],
  trunc: [OP.f32Trunc, OP.f64Trunc],
  roundEven: [OP.f32Nearest, OP.f64Nearest],
  sqrt: [OP.f32Sqrt, OP.f64Sqrt],
}
const INTEGER: Partial<Record<Scalar["op"], readonly [number, number]>> = {
  add: [OP.i32Add, OP.i64Add],
  sub: [OP.i32Sub, OP.i64Sub],
  mul: [OP.i32Mul, OP.i64Mul],
  and: [OP.i32And, OP.i64And],
  or: [OP.i32Or, OP.i64Or],
  xor: [OP.i32Xor, OP.i64Xor],
}
