/**
 * @file Index expressions with ranges: linear forms over loop indices, quotients and remainders, and their simplifier.
 * `i / 6 * 6 + i % 6` becomes `i`. Knows no kernels.
 */
import { scalarInstructions as s } from "@defnote/core"
import { order, rebuildScalar } from "./scalar-rebuild.ts"

type Scalar = s.Scalar

/** Inclusive bounds; infinite where nothing is known. */
export interface Range {
  readonly lo: number
  readonly hi: number
}
/** `offset + sum of coefficient * atom`; atoms are indices, quotients, remainders, or anything opaque. */
export interface Linear extends Range {
  readonly terms: ReadonlyMap<Scalar, number>
  readonly offset: number
}

const LIMIT = 2 ** 31
const UNKNOWN: Range = { lo: -Infinity, hi: Infinity }
const bounded = (r: Range): Range => (r.lo >= -LIMIT && r.hi < LIMIT ? r : UNKNOWN)
const scaled = (r: Range, c: number): Range =>
  c === 0
    ? { lo: 0, hi: 0 }
    : c > 0
      ? { lo: r.lo * c, hi: r.hi * c }
      : { lo: r.hi * c, hi: r.lo * c }
const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b))
const modulo = (a: number, d: number): number => ((a % d) + d) % d

/** Simplifies expressions of one kernel, given the extents of its loop indices. */
export class IndexMath {
  readonly #extents: ReadonlyMap<number, Range>
  readonly #forms = new Map<Scalar, Linear>()
  readonly #ranges = new Map<Scalar, Range>()
  readonly #simple = new Map<Scalar, Scalar>()

  /** `extents[i]` is the number of values of index `i`, from 0. */
  constructor(extents: readonly number[]) {
    this.#extents = new Map(extents.map((n, i) => [i, { lo: 0, hi: Math.max(0, n - 1) }]))
  }

  /** The expression with every index part in its shortest form. Iterative; shared parts are done once. */
  simplify(root: Scalar): Scalar {
    const known = this.#simple.get(root)
    if (known) return known
    for (const e of order([root], (x) => !this.#simple.has(x)))
      this.#simple.set(e, this.#simplifyOne(e))
    return this.#simple.get(root) as Scalar
  }

  /** The linear form of an i32 expression. */
  linear(e: Scalar): Linear {
    return this.#form(this.simplify(e))
  }

  #simplifyOne(e: Scalar): Scalar {
    const args = e.args.map((a) => this.#simple.get(a) as Scalar)
    if (e.op === "less" || e.op === "lessEqual" || e.op === "equal") return this.#compare(e, args)
    const again = rebuildScalar(e, args)
    if (again.dtype !== "i32" || again.op === "load" || again.op === "constant") return again
    const short = this.#rebuild(this.#form(again))
    this.#forms.set(short, this.#form(again))
    return short
  }

  #compare(e: Scalar, [a, b]: Scalar[]): Scalar {
    if (a.dtype !== "i32") return rebuildScalar(e, [a, b])
    const d = this.#add(this.#form(a), this.#form(b), -1)
    const truth = (x: boolean): Scalar => s.constant("bool", x ? 1 : 0)
    if (e.op === "less") {
      if (d.hi < 0) return truth(true)
      if (d.lo >= 0) return truth(false)
    } else if (e.op === "lessEqual") {
      if (d.hi <= 0) return truth(true)
      if (d.lo > 0) return truth(false)
    } else if (d.lo > 0 || d.hi < 0) return truth(false)
    else if (d.lo === 0 && d.hi === 0) return truth(true)
    return rebuildScalar(e, [a, b])
  }

  /** Arguments are simple already. */
  #form(e: Scalar): Linear {
    let f = this.#forms.get(e)
    if (!f) {
      f = this.#formOf(e)
      this.#forms.set(e, f)
    }
    return f
  }
  #formOf(e: Scalar): Linear {
    const [a, b] = e.args
    const fixed = b?.op === "constant" ? Number(b.value) : undefined
    if (e.op === "constant") return this.#make(new Map(), Number(e.value))
    if (e.op === "index") return this.#atom(e, this.#extents.get(Number(e.value)) ?? UNKNOWN)
    if (e.op === "add") return this.#add(this.#form(a), this.#form(b), 1)
    if (e.op === "sub") return this.#add(this.#form(a), this.#form(b), -1)
    if (e.op === "neg") return this.#scale(this.#form(a), -1)
    if (e.op === "mul" && fixed !== undefined) return this.#scale(this.#form(a), fixed)
    if (e.op === "mul" && a.op === "constant") return this.#scale(this.#form(b), Number(a.value))
    if (e.op === "quotient" && fixed && fixed > 0) return this.#quotient(this.#form(a), fixed)
    if (e.op === "remainder" && fixed && fixed > 0) return this.#remainder(this.#form(a), fixed)
    if (e.op === "min" || e.op === "max") return this.#extreme(e)
    if (e.op === "select") return this.#atom(e, union(this.#form(e.args[1]), this.#form(e.args[2])))
    return this.#atom(e, this.#opaqueRange(e))
  }
  #opaqueRange(e: Scalar): Range {
    if (e.op !== "convert") return UNKNOWN
    const from = e.args[0].dtype
    if (from === "bool") return { lo: 0, hi: 1 }
    if (from === "u8") return { lo: 0, hi: 255 }
    return from === "u16" ? { lo: 0, hi: 65535 } : UNKNOWN
  }
  #extreme(e: Scalar): Linear {
    const [a, b] = e.args.map((x) => this.#form(x))
    const d = this.#add(a, b, -1)
    const least = e.op === "min"
    if (d.hi <= 0) return least ? a : b
    if (d.lo >= 0) return least ? b : a
    const pick = least ? Math.min : Math.max
    return this.#atom(e, { lo: pick(a.lo, b.lo), hi: pick(a.hi, b.hi) })
  }

  #atom(e: Scalar, range: Range): Linear {
    const r = bounded(range)
    if (r.lo === r.hi) return this.#make(new Map(), r.lo)
    this.#ranges.set(e, r)
    return { terms: new Map([[e, 1]]), offset: 0, ...r }
  }
  #make(terms: ReadonlyMap<Scalar, number>, offset: number): Linear {
    let lo = offset
    let hi = offset
    for (const [atom, c] of terms) {
      const r = scaled(this.#ranges.get(atom) as Range, c)
      lo += r.lo
      hi += r.hi
    }
    return { terms, offset, ...bounded({ lo, hi }) }
  }
  #scale(a: Linear, c: number): Linear {
    if (c === 0) return this.#make(new Map(), 0)
    return this.#make(
      new Map([...a.terms].map(([atom, k]) => [atom, Math.imul(k, c)])),
      Math.imul(a.offset, c),
    )
  }
  #add(a: Linear, b: Linear, sign: number): Linear {
    const terms = new Map(a.terms)
    for (const [atom, c] of b.terms) {
      const sum = ((terms.get(atom) ?? 0) + sign * c) | 0
      if (sum) terms.set(atom, sum)
      else terms.delete(atom)
    }
    return this.#recombine(this.#make(terms, (a.offset + sign * b.offset) | 0))
  }
  /** `c e (y / e) + c (y % e)` is `c y`. */
  #recombine(f: Linear): Linear {
    for (const [atom, c] of f.terms) {
      if (atom.op !== "remainder") continue
      const e = Number(atom.args[1].value)
      const y = this.#form(atom.args[0])
      const q = this.#quotient(y, e)
      if (q.terms.size !== 1 || q.offset !== 0) continue
      const [[quotient, k]] = q.terms
      if (f.terms.get(quotient) !== c * e || k !== 1) continue
      const terms = new Map(f.terms)
      terms.delete(atom)
      terms.delete(quotient)
      return this.#add(this.#make(terms, f.offset), this.#scale(y, c), 1)
    }
    return f
  }

  /** The parts of `f` that `d` divides, divided by it, and the rest. */
  #split(f: Linear, d: number): [whole: Linear, rest: Linear] {
    const whole = new Map<Scalar, number>()
    const rest = new Map<Scalar, number>()
    for (const [atom, c] of f.terms) {
      if (c % d === 0) whole.set(atom, c / d)
      else rest.set(atom, c)
    }
    const floor = Math.floor(f.offset / d)
    return [this.#make(whole, floor), this.#make(rest, f.offset - floor * d)]
  }
  #quotient(f: Linear, d: number): Linear {
    if (d === 1) return f
    if (f.lo < 0) return this.#quotientAtom(f, d)
    const [whole, rest] = this.#split(f, d)
    if (rest.lo < 0) return this.#quotientAtom(f, d)
    if (rest.hi < d) return whole
    return this.#add(whole, this.#quotientOfRest(rest, d), 1)
  }
  #quotientOfRest(rest: Linear, d: number): Linear {
    const only = soleAtom(rest)
    const inner = only && Number(only.args[1]?.value)
    if (only?.op === "quotient" && only.args[1].op === "constant")
      return this.#quotient(this.#form(only.args[0]), d * (inner as number))
    if (only?.op === "remainder" && only.args[1].op === "constant" && (inner as number) % d === 0) {
      return this.#remainder(this.#quotient(this.#form(only.args[0]), d), (inner as number) / d)
    }
    const parts = this.#coarse(rest, d)
    if (parts) return this.#quotient(parts.whole, d / parts.step)
    return this.#quotientAtom(rest, d)
  }
  /** `f` as `step * whole + fine` with `fine` in 0..step and `step` a divisor of `d`: the larger part alone decides. */
  #coarse(f: Linear, d: number): { whole: Linear; fine: Linear; step: number } | undefined {
    const steps = [...new Set([...f.terms.values()].map((c) => gcd(c, d)))].filter(
      (c) => c > 1 && c < d,
    )
    for (const step of steps.sort((a, b) => b - a)) {
      const [whole, fine] = this.#split(f, step)
      if (fine.lo >= 0 && fine.hi < step) return { whole, fine, step }
    }
    return undefined
  }
  #quotientAtom(f: Linear, d: number): Linear {
    const atom = s.quotient(this.#rebuild(f), d)
    return this.#atom(atom, { lo: Math.trunc(f.lo / d), hi: Math.trunc(f.hi / d) })
  }
  #remainder(f: Linear, d: number): Linear {
    if (f.lo < 0) return this.#remainderAtom(f, d, { lo: 1 - d, hi: d - 1 })
    const terms = new Map<Scalar, number>()
    for (const [atom, c] of f.terms) if (c % d) terms.set(atom, c > 0 ? c % d : c)
    const rest = this.#make(terms, modulo(f.offset, d))
    if (rest.lo < 0) return this.#remainderAtom(f, d, { lo: 0, hi: d - 1 })
    if (rest.hi < d) return rest
    const only = soleAtom(rest)
    if (
      only?.op === "remainder" &&
      only.args[1].op === "constant" &&
      Number(only.args[1].value) % d === 0
    ) {
      return this.#remainder(this.#form(only.args[0]), d)
    }
    const parts = this.#coarse(rest, d)
    if (parts) {
      const { whole, fine, step } = parts
      return this.#add(this.#scale(this.#remainder(whole, d / step), step), fine, 1)
    }
    return this.#remainderAtom(rest, d, { lo: 0, hi: d - 1 })
  }
  #remainderAtom(f: Linear, d: number, range: Range): Linear {
    const atom = s.remainder(this.#rebuild(f), d)
    return this.#atom(atom, range)
  }

  /** The expression of a linear form: indices first, by number, so that equal forms are equal expressions. */
  #rebuild(f: Linear): Scalar {
    const order = [...f.terms].sort(([a], [b]) => rank(a) - rank(b))
    let e: Scalar | undefined
    for (const [atom, c] of order) {
      if (e && c === -1) e = s.sub(e, atom)
      else {
        const term = c === 1 ? atom : s.mul(atom, c)
        e = e ? s.add(e, term) : term
      }
    }
    if (!e) return s.constant("i32", f.offset)
    return f.offset ? s.add(e, f.offset) : e
  }
}

const union = (a: Range, b: Range): Range => ({
  lo: Math.min(a.lo, b.lo),
  hi: Math.max(a.hi, b.hi),
})
const rank = (atom: Scalar): number => (atom.op === "index" ? Number(atom.value) : 1000)
const soleAtom = (f: Linear): Scalar | undefined => {
  if (f.terms.size !== 1 || f.offset !== 0) return undefined
  const [[atom, c]] = f.terms
  return c === 1 ? atom : undefined
}
