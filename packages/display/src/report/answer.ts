/**
 * @file What a reader writes as a prediction: a number, a fraction, an expression, or all entries in rows. Parsed here,
 * never evaluated as code. Knows no step.
 */

/** Numbers in rows, as they were written. */
export interface Answer {
  readonly values: readonly number[]
  /** [] for a single number. */
  readonly shape: readonly number[]
}

const FUNCTIONS: ReadonlyMap<string, (x: number) => number> = new Map([
  ["sqrt", Math.sqrt],
  ["exp", Math.exp],
  ["log", Math.log],
  ["ln", Math.log],
  ["sin", Math.sin],
  ["cos", Math.cos],
  ["tan", Math.tan],
  ["tanh", Math.tanh],
  ["abs", Math.abs],
])
const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["e", Math.E],
  ["pi", Math.PI],
  ["π", Math.PI],
  ["inf", Number.POSITIVE_INFINITY],
  ["nan", Number.NaN],
  ["infinity", Number.POSITIVE_INFINITY],
])
/** Longer texts are no answers; brackets below each other beyond this are no tensors, signs and powers no numbers. */
const LONGEST = 20_000
const DEEPEST = 12
const NESTED = 64

/**
 * Reads `2/3`, `-1e-3`, `2·(0.5 − 1)`, `sqrt(2)/2`, `0,5`, `[[1, 1/2], [3, 4]]`; undefined for what is none of these, or
 * whose rows differ in length.
 */
export function readAnswer(text: string): Answer | undefined {
  if (text.length > LONGEST) return undefined
  // Outside brackets a comma can only be the decimal one.
  const plain = text.includes("[") ? text : text.replace(/(\d),(\d)/, "$1.$2")
  const tokens = tokensOf(plain)
  if (!tokens?.length) return undefined
  const reader = new AnswerReader(tokens)
  const found = reader.answer(0)
  return reader.ended ? found : undefined
}

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-zπ]+)|(\*\*|[-+*/^()[\],;]))/y

function tokensOf(text: string): string[] | undefined {
  const same = text
    .replace(/[−–]/g, "-")
    .replace(/[×·⋅]/g, "*")
    .replaceAll("÷", "/")
    .replaceAll("∞", "inf")
    .trim()
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < same.length) {
    const match = TOKEN.exec(same)
    if (!match) return undefined
    tokens.push(match[0].trim())
  }
  return tokens
}

class AnswerReader {
  readonly #tokens: readonly string[]
  #at = 0
  #depth = 0
  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }
  get ended(): boolean {
    return this.#at === this.#tokens.length
  }
  #is(...tokens: string[]): boolean {
    if (!tokens.includes(this.#tokens[this.#at])) return false
    this.#at++
    return true
  }

  answer(depth: number): Answer | undefined {
    if (depth > DEEPEST) return undefined
    if (!this.#is("[")) {
      const value = this.#sum()
      return value === undefined ? undefined : { values: [value], shape: [] }
    }
    const items: Answer[] = []
    while (!this.#is("]")) {
      if (items.length && !this.#is(",", ";")) return undefined
      const item = this.answer(depth + 1)
      if (!item) return undefined
      items.push(item)
    }
    const [{ shape } = { shape: [] }] = items
    if (items.some((item) => item.shape.join() !== shape.join())) return undefined
    return { values: items.flatMap((item) => item.values), shape: [items.length, ...shape] }
  }

  #sum(): number | undefined {
    let value = this.#product()
    for (;;) {
      const plus = this.#is("+")
      if (!plus && !this.#is("-")) return value
      value = both(value, this.#product(), (a, b) => (plus ? a + b : a - b))
    }
  }
  #product(): number | undefined {
    let value = this.#signed()
    for (;;) {
      const times = this.#is("*")
      if (!times && !this.#is("/")) return value
      value = both(value, this.#signed(), (a, b) => (times ? a * b : a / b))
    }
  }
  #signed(): number | undefined {
    if (this.#depth > NESTED) return undefined
    this.#depth++
    const negative = this.#is("-")
    const value = negative || this.#is("+") ? this.#signed() : this.#power()
    this.#depth--
    return negative && value !== undefined ? -value : value
  }
  /** `2 ** -1` has its own sign, `-2 ** 2` is minus the square. */
  #power(): number | undefined {
    const base = this.#atom()
    return this.#is("**", "^") ? both(base, this.#signed(), (a, b) => a ** b) : base
  }
  #atom(): number | undefined {
    const token = this.#tokens[this.#at++]
    if (token === undefined) return undefined
    if (/^[\d.]/.test(token)) return Number(token)
    if (token === "(") {
      const value = this.#sum()
      return this.#is(")") ? value : undefined
    }
    const name = token.toLowerCase()
    const constant = CONSTANTS.get(name)
    if (constant !== undefined) return constant
    const fn = FUNCTIONS.get(name)
    if (!fn || !this.#is("(")) return undefined
    const value = this.#sum()
    return value !== undefined && this.#is(")") ? fn(value) : undefined
  }
}
const both = (
  a: number | undefined,
  b: number | undefined,
  fn: (a: number, b: number) => number,
): number | undefined => (a === undefined || b === undefined ? undefined : fn(a, b))
