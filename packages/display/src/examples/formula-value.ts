/** @file Computes the LaTeX that rules are printed in, for tests: what a reader would get with a pocket calculator. */

/** What the names of a formula stand for. */
export interface FormulaNumbers {
  /** The number of a placeholder; of its entry `at` along the row where the formula gives an index. */
  readonly of: (slot: string, at?: number) => number
  /** Values of indices such as `j`, and how far the indices of sums run. */
  readonly index?: Readonly<Record<string, number>>
  readonly length?: number
}

const TOKEN =
  /\\operatorname\{[^{}]*\}|\\mathbin\{[^{}]*\}|\\[a-z]+|\\,|⟦.⟧|\d+(?:\.\d+)?(?:e[+-]?\d+)?|[a-zA-Z]|\S/gu

const FUNCTIONS: Readonly<Record<string, (...x: number[]) => number>> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  ln: Math.log,
  sgn: Math.sign,
  trunc: Math.trunc,
  max: Math.max,
  min: Math.min,
  sigma: (x) => 1 / (1 + Math.exp(-x)),
  copysign: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
  isFinite: (x) => Number(Number.isFinite(x)),
}
const RELATIONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "=": (a, b) => a === b,
  "\\ne": (a, b) => a !== b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "\\le": (a, b) => a <= b,
  "\\ge": (a, b) => a >= b,
}

/** @throws Error for a formula that is none, or has a function without a row in the table here */
export function formulaValue(latex: string, numbers: FormulaNumbers): number {
  const reader = new Reader(latex.match(TOKEN) ?? [], numbers)
  const value = reader.sum()
  if (reader.token !== undefined) throw new Error(`${latex}: ends before "${reader.token}"`)
  return value
}

class Reader {
  readonly #tokens: readonly string[]
  readonly #numbers: FormulaNumbers
  readonly #index: Record<string, number>
  #at = 0

  constructor(tokens: readonly string[], numbers: FormulaNumbers) {
    this.#tokens = tokens
    this.#numbers = numbers
    this.#index = { ...numbers.index }
  }
  get token(): string | undefined {
    return this.#tokens[this.#at]
  }
  #take(wanted?: string): string {
    const token = this.token
    if (token === undefined || (wanted !== undefined && token !== wanted))
      throw new Error(`${this.#tokens.join(" ")}: "${token}" in place of "${wanted}"`)
    this.#at++
    return token
  }
  #is(token: string): boolean {
    if (this.token !== token) return false
    this.#at++
    return true
  }

  sum(): number {
    let value = this.#product()
    for (;;) {
      if (this.#is("+")) value += this.#product()
      else if (this.#is("-")) value -= this.#product()
      else return value
    }
  }
  #product(): number {
    let value = this.#signed()
    while (this.#is("\\,")) value *= this.#signed()
    return value
  }
  #signed(): number {
    return this.#is("-") ? -this.#signed() : this.#raised()
  }
  #raised(): number {
    let value = this.#atom()
    while (this.#is("^")) value **= this.token === "{" ? this.#group() : Number(this.#take())
    return value
  }
  #group(): number {
    this.#take("{")
    const value = this.sum()
    this.#take("}")
    return value
  }

  #atom(): number {
    const token = this.#take()
    if (/^\d/.test(token)) return Number(token)
    if (token === "{") {
      this.#at--
      return this.#group()
    }
    if (token === "(") return this.#list()[0]
    if (token === "[") return Number(this.#holds("]"))
    if (token === "e") return Math.E
    if (/^⟦/.test(token)) return this.#slot(token[1])
    if (token === "\\frac") return this.#group() / this.#group()
    if (token === "\\sqrt") return this.#root()
    if (token === "\\lfloor") return this.#floor()
    if (token === "\\sum" || token === "\\prod") return this.#fold(token === "\\sum")
    if (token in this.#index) return this.#index[token]
    return this.#call(token.replace(/^\\operatorname\{|^\\|\}$/g, ""))
  }
  #slot(name: string): number {
    return this.#numbers.of(name, this.#is("_") ? this.#place() : undefined)
  }
  #place(): number {
    this.#take("{")
    const at = this.#index[this.#take()]
    this.#take("}")
    return at
  }
  /** What stands in brackets: `a)`, `condition ? a : b)`, `a, b)`. */
  #list(): number[] {
    const first = this.sum()
    if (this.#is("\\mathbin{?}")) {
      const yes = this.sum()
      this.#take(":")
      const no = this.sum()
      this.#take(")")
      return [first ? yes : no]
    }
    const all = [first]
    while (this.#is(",")) all.push(this.sum())
    this.#take(")")
    return all
  }
  #holds(end: string): boolean {
    const left = this.sum()
    const relation = RELATIONS[this.#take()]
    const found = relation(left, this.sum())
    this.#take(end)
    return found
  }
  #root(): number {
    if (!this.#is("[")) return Math.sqrt(this.#group())
    this.#take("3")
    this.#take("]")
    return Math.cbrt(this.#group())
  }
  #floor(): number {
    const value = this.sum()
    this.#take("\\rfloor")
    return Math.floor(value)
  }
  #call(name: string): number {
    if (name === "argmax" || name === "argmin") return this.#best(name === "argmax")
    if (name === "argsort") return this.#origin()
    const fn = FUNCTIONS[name]
    if (!fn) throw new Error(`formulaValue: no function "${name}"`)
    return this.#is("(") ? fn(...this.#list()) : fn(this.#raised())
  }
  /** `argsort(x)_{i}`. */
  #origin(): number {
    this.#take("(")
    const name = this.#take()
    this.#take(")")
    this.#take("_")
    return this.#numbers.of(`argsort ${name[1]}`, this.#place())
  }

  /** The values of a bound index that fulfil its conditions: `k \le i, k \ne j`. */
  #range(): { readonly name: string; readonly values: readonly number[] } {
    this.#take("_")
    this.#take("{")
    const start = this.#at
    const name = this.#take()
    const values = Array.from({ length: this.#numbers.length ?? 0 }, (_, i) => i).filter((i) => {
      this.#at = start
      this.#index[name] = i
      let all = true
      for (let first = true; first || this.#is(","); first = false) {
        const left = this.#index[this.#take()]
        if (this.token === "}") break
        const relation = RELATIONS[this.#take()]
        all = relation(left, this.#index[this.#take()]) && all
      }
      return all
    })
    this.#take("}")
    return { name, values }
  }
  /** Runs the same part once for each value. */
  #each(read: () => number): number[] {
    const { name, values } = this.#range()
    const start = this.#at
    const run = (i: number): number => {
      this.#at = start
      this.#index[name] = i
      return read()
    }
    const found = values.map(run)
    if (!values.length) run(0)
    delete this.#index[name]
    return found
  }
  #fold(adds: boolean): number {
    const parts = this.#each(() => this.#product())
    return parts.reduce((a, b) => (adds ? a + b : a * b), adds ? 0 : 1)
  }
  #best(largest: boolean): number {
    const start = this.#at
    const { values } = this.#range()
    this.#at = start
    const found = this.#each(() => this.#raised())
    const best = largest ? Math.max(...found) : Math.min(...found)
    return values[found.indexOf(best)]
  }
}
