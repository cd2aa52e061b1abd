/**
 * @file Vector instructions in WebAssembly: four elements at a time. Types of up to 32 bits are one v128 of four words
 * (bools as masks, halves as bits), 64-bit types two. What SIMD lacks is done lane by lane.
 */
import { DTYPES, type DType, isFloat, isHalf, isSigned, isWide } from "@defnote/core"
import type { Scalar } from "@defnote/lower"
import { type Code, type FunctionBuilder, OP, SIMD, V128 } from "./encoder.ts"
import { pushConstant, type ScalarSpeller, wasmType } from "./spell-scalar.ts"
import { clampWords, narrowWords } from "./vector-narrow.ts"

export const LANES = 4

/** A vector in one or two locals. */
export interface Vector {
  readonly dtype: DType
  readonly locals: readonly number[]
}
export const partsOf = (d: DType): number => (DTYPES[d].bytes === 8 ? 2 : 1)

export class VectorSpeller {
  readonly #scalar: ScalarSpeller
  readonly #f: FunctionBuilder
  readonly #relaxed: boolean
  constructor(f: FunctionBuilder, scalar: ScalarSpeller, relaxed: boolean) {
    this.#f = f
    this.#scalar = scalar
    this.#relaxed = relaxed
  }
  /** New locals for a vector. */
  make(c: Code, dtype: DType): Vector {
    return {
      dtype,
      locals: Array.from({ length: partsOf(dtype) }, () => this.#f.local(V128, c.depth)),
    }
  }
  /** A vector of equal elements; `push` puts the element on the stack. */
  splat(c: Code, dtype: DType, push: () => void): Vector {
    const y = this.make(c, dtype)
    for (const local of y.locals) {
      push()
      if (dtype === "bool") c.i32(0).op(OP.i32Ne).i32(-1).op(OP.i32Mul)
      c.simd(SPLAT[wasmType(dtype)]).set(local)
    }
    return y
  }
  /** Element `lane` on the stack as a scalar. */
  extract(c: Code, x: Vector, lane: number): void {
    if (x.locals.length === 2) {
      c.get(x.locals[lane >> 1]).simd(
        x.dtype === "f64" ? SIMD.f64x2Extract : SIMD.i64x2Extract,
        lane & 1,
      )
      return
    }
    c.get(x.locals[0]).simd(x.dtype === "f32" ? SIMD.f32x4Extract : SIMD.i32x4Extract, lane)
    if (x.dtype === "bool") c.i32(1).op(OP.i32And)
  }
  /** Replaces element `lane` by the scalar that `push` puts on the stack. */
  replace(c: Code, x: Vector, lane: number, push: () => void): void {
    const wide = x.locals.length === 2
    const local = x.locals[wide ? lane >> 1 : 0]
    c.get(local)
    push()
    if (x.dtype === "bool") c.i32(-1).op(OP.i32Mul)
    if (wide) c.simd(x.dtype === "f64" ? SIMD.f64x2Replace : SIMD.i64x2Replace, lane & 1)
    else c.simd(x.dtype === "f32" ? SIMD.f32x4Replace : SIMD.i32x4Replace, lane)
    c.set(local)
  }

  /** The instruction of vectors; shift amounts may be given as scalars. */
  spell(c: Code, e: Scalar, x: readonly Vector[], amount?: () => void): Vector {
    const y = this.make(c, e.dtype)
    const d = e.args[0].dtype
    if (e.op === "convert") this.#convert(c, x[0], y)
    else if (e.op === "bitcast") this.#bitcast(c, x[0], y)
    else if (e.op === "select") this.#select(c, x, y)
    else if (e.op === "less" || e.op === "lessEqual" || e.op === "equal") this.#compare(c, e, x, y)
    else if (isFloat(d) && !isHalf(d)) this.#float(c, e, x, y)
    else this.#integer(c, e, x, y, amount)
    return y
  }

  /** Applies the scalar instruction to each lane. */
  #lanewise(c: Code, e: Scalar, x: readonly Vector[], y: Vector): void {
    for (let lane = 0; lane < LANES; lane++) {
      this.replace(c, y, lane, () => this.#scalar.spell(c, e, (k) => this.extract(c, x[k], lane)))
    }
  }
  #each(c: Code, op: number, x: readonly Vector[], y: Vector): void {
    y.locals.forEach((local, i) => {
      for (const v of x) c.get(v.locals[i])
      c.simd(op).set(local)
    })
  }
  #float(c: Code, e: Scalar, x: readonly Vector[], y: Vector): void {
    const wide = e.dtype === "f64"
    if (e.op === "fma") {
      if (this.#relaxed)
        return this.#each(c, wide ? SIMD.f64x2RelaxedMadd : SIMD.f32x4RelaxedMadd, x, y)
      y.locals.forEach((local, i) => {
        c.get(x[0].locals[i])
          .get(x[1].locals[i])
          .simd(wide ? SIMD.f64x2Mul : SIMD.f32x4Mul)
        c.get(x[2].locals[i])
          .simd(wide ? SIMD.f64x2Add : SIMD.f32x4Add)
          .set(local)
      })
      return
    }
    if (e.op === "min" || e.op === "max") return this.#floatExtreme(c, e, x, y)
    const op = FLOAT[e.op]
    if (op) this.#each(c, op[wide ? 1 : 0], x, y)
    else this.#lanewise(c, e, x, y)
  }
  /**
   * `pmax(a, b)` is `a < b ? b : a`, one machine instruction where `max` is seven. It is the same where `b` is a constant
   * that is no zero of the losing sign: NaN in `a` stays. A zero added to the larger of `a` and 0 mends its sign.
   */
  #floatExtreme(c: Code, e: Scalar, x: readonly Vector[], y: Vector): void {
    const wide = e.dtype === "f64"
    const least = e.op === "min"
    const constant = (k: number): boolean => {
      const { op, value } = e.args[k]
      return op === "constant" && !Number.isNaN(value) && !(least && Object.is(value, -0))
    }
    const side = constant(1) ? 1 : constant(0) ? 0 : -1
    const ops = least ? [SIMD.f32x4Pmin, SIMD.f64x2Pmin] : [SIMD.f32x4Pmax, SIMD.f64x2Pmax]
    if (side < 0) return this.#extremeOfTwo(c, ops[wide ? 1 : 0], least, x, y)
    const ordered = side ? x : [x[1], x[0]]
    this.#each(c, ops[wide ? 1 : 0], ordered, y)
    const zero = !least && Object.is(e.args[side].value, 0)
    if (zero) this.#each(c, wide ? SIMD.f64x2Add : SIMD.f32x4Add, [y, ordered[1]], y)
  }
  /**
   * `pmin` both ways round differs only for NaN and for zeros of unlike sign, and the bits of both, or-ed, are right for
   * both: NaN, and -0. Of `pmax` the or is -0 too; less the difference of the bits it is +0. The instruction `max` makes
   * the bits of NaN canonical besides, which takes longer than all of this.
   */
  #extremeOfTwo(c: Code, op: number, least: boolean, [a, b]: readonly Vector[], y: Vector): void {
    const [p, q] = [0, 1].map(() => this.#f.local(V128, c.depth))
    y.locals.forEach((local, i) => {
      c.get(a.locals[i]).get(b.locals[i]).simd(op).set(p)
      c.get(b.locals[i]).get(a.locals[i]).simd(op).set(q)
      c.get(p).get(q).simd(SIMD.or)
      if (!least)
        c.get(p)
          .get(q)
          .simd(SIMD.xor)
          .simd(y.dtype === "f64" ? SIMD.f64x2Sub : SIMD.f32x4Sub)
      c.set(local)
    })
    for (const local of [p, q]) this.#f.release(V128, local, c.depth)
  }
  #integer(c: Code, e: Scalar, x: readonly Vector[], y: Vector, amount?: () => void): void {
    const d = e.dtype
    const wide = isWide(d)
    if (BITWISE[e.op] !== undefined) return this.#each(c, BITWISE[e.op] as number, x, y)
    if (e.op === "not") {
      this.#each(c, SIMD.not, x, y)
      return d === "bool" ? undefined : this.#wrap(c, y)
    }
    if ((e.op === "shiftLeft" || e.op === "shiftRight") && amount)
      return this.#shift(c, e, x[0], y, amount)
    if (e.op === "abs" && !isSigned(d)) return this.#each(c, SIMD.or, [x[0], x[0]], y)
    if (e.op === "mulHigh") return this.#mulHigh(c, x, y)
    if ((e.op === "min" || e.op === "max") && !wide) {
      const signed = isSigned(d)
      const [min, max] = signed
        ? [SIMD.i32x4MinS, SIMD.i32x4MaxS]
        : [SIMD.i32x4MinU, SIMD.i32x4MaxU]
      return this.#each(c, e.op === "min" ? min : max, x, y)
    }
    const op = INTEGER[e.op]
    if (!op) return this.#lanewise(c, e, x, y)
    this.#each(c, op[wide ? 1 : 0], x, y)
    this.#wrap(c, y)
  }
  #shift(c: Code, e: Scalar, x: Vector, y: Vector, amount: () => void): void {
    const wide = isWide(e.dtype)
    const bits = DTYPES[e.dtype].bytes * 8
    const left = [SIMD.i32x4Shl, SIMD.i64x2Shl]
    const right = isSigned(e.dtype)
      ? [SIMD.i32x4ShrS, SIMD.i64x2ShrS]
      : [SIMD.i32x4ShrU, SIMD.i64x2ShrU]
    const op = (e.op === "shiftLeft" ? left : right)[wide ? 1 : 0]
    y.locals.forEach((local, i) => {
      c.get(x.locals[i])
      amount()
      if (wide) c.op(OP.i32WrapI64)
      if (bits < 32) c.i32(bits - 1).op(OP.i32And)
      c.simd(op).set(local)
    })
    this.#wrap(c, y)
  }
  #mulHigh(c: Code, [a, b]: readonly Vector[], y: Vector): void {
    c.get(a.locals[0]).get(b.locals[0]).simd(SIMD.extmulLow32U)
    c.get(a.locals[0]).get(b.locals[0]).simd(SIMD.extmulHigh32U)
    c.shuffleWords(1, 3, 5, 7).set(y.locals[0])
  }
  #wrap(c: Code, y: Vector): void {
    if (DTYPES[y.dtype].bytes >= 4) return
    c.get(y.locals[0])
    narrowWords(c, y.dtype)
    c.set(y.locals[0])
  }
  /** Halves are chosen as bits; conditions of 64-bit elements are widened. */
  #select(c: Code, [p, a, b]: readonly Vector[], y: Vector): void {
    y.locals.forEach((local, i) => {
      c.get(a.locals[i]).get(b.locals[i]).get(p.locals[0])
      if (y.locals.length === 2) c.simd(i ? SIMD.extendHigh32S : SIMD.extendLow32S)
      c.simd(SIMD.bitselect).set(local)
    })
  }
  #compare(c: Code, e: Scalar, x: readonly Vector[], y: Vector): void {
    const d = x[0].dtype
    if (d === "u64" && e.op !== "equal") return this.#lanewise(c, e, x, y)
    const [f32, f64, signed, unsigned, wide] = COMPARE[e.op as keyof typeof COMPARE]
    const op =
      d === "f32" ? f32 : d === "f64" ? f64 : isWide(d) ? wide : isSigned(d) ? signed : unsigned
    for (let i = 0; i < x[0].locals.length; i++) c.get(x[0].locals[i]).get(x[1].locals[i]).simd(op)
    if (x[0].locals.length === 2) c.shuffleWords(0, 2, 4, 6)
    c.set(y.locals[0])
  }
  #bitcast(c: Code, x: Vector, y: Vector): void {
    y.locals.forEach((local, i) => {
      c.get(x.locals[i])
      if (DTYPES[y.dtype].bytes < 4) narrowWords(c, y.dtype)
      c.set(local)
    })
  }

  #convert(c: Code, x: Vector, y: Vector): void {
    const [from, to] = [x.dtype, y.dtype]
    if (isHalf(from) && to === "f32") return this.#fromHalf(c, x, y)
    if (from === "f32" && isHalf(to)) return this.#toHalf(c, x, y)
    if (isHalf(from) || isHalf(to)) return this.#convertLanes(c, x, y)
    if (to === "bool") return this.#truth(c, x, y)
    if (from === "bool" && !isFloat(to) && !isWide(to)) {
      c.get(x.locals[0]).words(1, 1, 1, 1).simd(SIMD.and).set(y.locals[0])
      return
    }
    if (isFloat(from) && isFloat(to)) return this.#floatToFloat(c, x, y)
    const wide = isWide(from) || isWide(to)
    if (wide && (isFloat(from) || isFloat(to))) return this.#convertLanes(c, x, y)
    if (isFloat(to)) return this.#intToFloat(c, x, y)
    if (isFloat(from)) return this.#floatToInt(c, x, y)
    this.#intToInt(c, x, y)
  }
  #convertLanes(c: Code, x: Vector, y: Vector): void {
    for (let lane = 0; lane < LANES; lane++) {
      this.replace(c, y, lane, () => {
        this.extract(c, x, lane)
        this.#scalar.convert(c, x.dtype, y.dtype)
      })
    }
  }
  #truth(c: Code, x: Vector, y: Vector): void {
    const op =
      x.dtype === "f32"
        ? SIMD.f32x4Ne
        : x.dtype === "f64"
          ? SIMD.f64x2Ne
          : isWide(x.dtype)
            ? SIMD.i64x2Ne
            : SIMD.i32x4Ne
    for (const local of x.locals) c.get(local).words(0, 0, 0, 0).simd(op)
    if (x.locals.length === 2) c.shuffleWords(0, 2, 4, 6)
    c.set(y.locals[0])
  }
  #floatToFloat(c: Code, x: Vector, y: Vector): void {
    if (y.dtype === "f64") {
      c.get(x.locals[0]).simd(SIMD.promoteLow).set(y.locals[0])
      c.get(x.locals[0])
        .get(x.locals[0])
        .shuffleWords(2, 3, 2, 3)
        .simd(SIMD.promoteLow)
        .set(y.locals[1])
      return
    }
    for (const local of x.locals) c.get(local).simd(SIMD.demote)
    c.shuffleWords(0, 1, 4, 5).set(y.locals[0])
  }
  /** Puts four words on the stack, 1 for true. */
  #words(c: Code, x: Vector): void {
    c.get(x.locals[0])
    if (x.dtype === "bool") c.words(1, 1, 1, 1).simd(SIMD.and)
  }
  #intToFloat(c: Code, x: Vector, y: Vector): void {
    const unsigned = x.dtype === "u32"
    if (y.dtype === "f32") {
      this.#words(c, x)
      c.simd(unsigned ? SIMD.i32ToF32U : SIMD.i32ToF32S).set(y.locals[0])
      return
    }
    const op = unsigned ? SIMD.i32ToF64ULow : SIMD.i32ToF64SLow
    this.#words(c, x)
    c.simd(op).set(y.locals[0])
    this.#words(c, x)
    this.#words(c, x)
    c.shuffleWords(2, 3, 2, 3).simd(op).set(y.locals[1])
  }
  #floatToInt(c: Code, x: Vector, y: Vector): void {
    const unsigned = y.dtype === "u32"
    if (x.dtype === "f32") c.get(x.locals[0]).simd(unsigned ? SIMD.f32ToI32U : SIMD.f32ToI32S)
    else {
      for (const local of x.locals)
        c.get(local).simd(unsigned ? SIMD.f64ToI32UZero : SIMD.f64ToI32SZero)
      c.shuffleWords(0, 1, 4, 5)
    }
    clampWords(c, y.dtype)
    c.set(y.locals[0])
  }
  #intToInt(c: Code, x: Vector, y: Vector): void {
    if (isWide(y.dtype)) {
      if (isWide(x.dtype)) {
        y.locals.forEach((local, i) => void c.get(x.locals[i]).set(local))
        return
      }
      const signed = isSigned(x.dtype)
      this.#words(c, x)
      c.simd(signed ? SIMD.extendLow32S : SIMD.extendLow32U).set(y.locals[0])
      this.#words(c, x)
      c.simd(signed ? SIMD.extendHigh32S : SIMD.extendHigh32U).set(y.locals[1])
      return
    }
    if (isWide(x.dtype)) c.get(x.locals[0]).get(x.locals[1]).shuffleWords(0, 2, 4, 6)
    else c.get(x.locals[0])
    if (DTYPES[y.dtype].bytes < 4) narrowWords(c, y.dtype)
    c.set(y.locals[0])
  }
  #fromHalf(c: Code, x: Vector, y: Vector): void {
    c.get(x.locals[0])
    if (x.dtype === "bf16") {
      c.i32(16).simd(SIMD.i32x4Shl).set(y.locals[0])
      return
    }
    const em = this.#f.local(V128, c.depth)
    const all = (n: number): Code => c.words(n, n, n, n)
    all(0x7fff).simd(SIMD.and).tee(em).i32(13).simd(SIMD.i32x4Shl)
    // 2^112 moves the exponent, exactly
    all(0x77800000).simd(SIMD.f32x4Mul)
    all(0x7bff).get(em).simd(SIMD.i32x4LtS)
    all(0x7f800000).simd(SIMD.and).simd(SIMD.or)
    c.get(x.locals[0])
    all(0x8000).simd(SIMD.and).i32(16).simd(SIMD.i32x4Shl).simd(SIMD.or).set(y.locals[0])
    this.#f.release(V128, em, c.depth)
  }
  #toHalf(c: Code, x: Vector, y: Vector): void {
    const u = this.#f.local(V128, c.depth)
    const all = (n: number): Code => c.words(n, n, n, n)
    if (y.dtype === "bf16") {
      c.get(x.locals[0]).tee(u)
      all(0x7fff).simd(SIMD.i32x4Add).get(u).i32(16).simd(SIMD.i32x4ShrU)
      all(1).simd(SIMD.and).simd(SIMD.i32x4Add).i32(16).simd(SIMD.i32x4ShrU)
      all(0x7fc0).get(u).get(u).simd(SIMD.f32x4Eq).simd(SIMD.bitselect).set(y.locals[0])
    } else this.#toF16(c, x.locals[0], u, y.locals[0])
    this.#f.release(V128, u, c.depth)
  }
  /** @source F. Giesen, float_to_half_fast3_rtne, public domain */
  #toF16(c: Code, x: number, u: number, y: number): void {
    const all = (n: number): Code => c.words(n, n, n, n)
    c.get(x)
    all(0x7fffffff).simd(SIMD.and).set(u)
    // ordinary values
    c.get(u)
    all(0xc8000fff).simd(SIMD.i32x4Add).get(u).i32(13).simd(SIMD.i32x4ShrU)
    all(1).simd(SIMD.and).simd(SIMD.i32x4Add).i32(13).simd(SIMD.i32x4ShrU)
    // subnormal ones, rounded by an addition
    c.get(u)
    all(0x3f000000).simd(SIMD.f32x4Add)
    all(0x3f000000).simd(SIMD.i32x4Sub).get(u)
    all(0x38800000).simd(SIMD.i32x4LtS)
    this.#chooseHalf(c, u, y)
    c.get(y).get(x)
    all(0x80000000).simd(SIMD.and).i32(16).simd(SIMD.i32x4ShrU).simd(SIMD.or).set(y)
  }
  /** Stack: ordinary, subnormal, condition. Adds what is too large, and NaN. */
  #chooseHalf(c: Code, u: number, y: number): void {
    const mask = this.#f.local(V128, c.depth)
    const small = this.#f.local(V128, c.depth)
    const all = (n: number): Code => c.words(n, n, n, n)
    c.set(mask).set(small).set(y)
    c.get(small).get(y).get(mask).simd(SIMD.bitselect).set(y)
    all(0x7e00)
    all(0x7c00)
    all(0x7f800000).get(u).simd(SIMD.i32x4LtS).simd(SIMD.bitselect).get(y)
    all(0x477fffff).get(u).simd(SIMD.i32x4LtS).simd(SIMD.bitselect).set(y)
    this.#f.release(V128, mask, c.depth)
    this.#f.release(V128, small, c.depth)
  }
  /** A constant vector. */
  constant(c: Code, dtype: DType, value: Parameters<typeof pushConstant>[2]): Vector {
    return this.splat(c, dtype, () => pushConstant(c, dtype, value))
  }
}

const SPLAT: Record<number, number> = {
  127: SIMD.i32x4Splat,
  126: SIMD.i64x2Splat,
  125: SIMD.f32x4Splat,
  124: SIMD.f64x2Splat,
}
const COMPARE = {
  less: [SIMD.f32x4Lt, SIMD.f64x2Lt, SIMD.i32x4LtS, SIMD.i32x4LtU, SIMD.i64x2LtS],
  lessEqual: [SIMD.f32x4Le, SIMD.f64x2Le, SIMD.i32x4LeS, SIMD.i32x4LeU, SIMD.i64x2LeS],
  equal: [SIMD.f32x4Eq, SIMD.f64x2Eq, SIMD.i32x4Eq, SIMD.i32x4Eq, SIMD.i64x2Eq],
} as const
const BITWISE: Partial<Record<Scalar["op"], number>> = { and: SIMD.and, or: SIMD.or, xor: SIMD.xor }
const FLOAT: Partial<Record<Scalar["op"], readonly [number, number]>> = {
  add: [SIMD.f32x4Add, SIMD.f64x2Add],
  sub: [SIMD.f32x4Sub, SIMD.f64x2Sub],
  mul: [SIMD.f32x4Mul, SIMD.f64x2Mul],
  div: [SIMD.f32x4Div, SIMD.f64x2Div],
  neg: [SIMD.f32x4Neg, SIMD.f64x2Neg],
  abs: [SIMD.f32x4Abs, SIMD.f64x2Abs],
  floor: [SIMD.f32x4Floor, SIMD.f64x2Floor],
  ceil: [SIMD.f32x4Ceil, SIMD.f64x2Ceil],
  trunc: [SIMD.f32x4Trunc, SIMD.f64x2Trunc],
  roundEven: [SIMD.f32x4Nearest, SIMD.f64x2Nearest],
  sqrt: [SIMD.f32x4Sqrt, SIMD.f64x2Sqrt],
}
const INTEGER: Partial<Record<Scalar["op"], readonly [number, number]>> = {
  add: [SIMD.i32x4Add, SIMD.i64x2Add],
  sub: [SIMD.i32x4Sub, SIMD.i64x2Sub],
  mul: [SIMD.i32x4Mul, SIMD.i64x2Mul],
  neg: [SIMD.i32x4Neg, SIMD.i64x2Neg],
  abs: [SIMD.i32x4Abs, SIMD.i64x2Abs],
}
