/**
 * @file What a finding of the type checker means for tensors, as a table: pattern and sentence. It knows the checker's
 * English and the names of the library's types, and no positions.
 */

import { BINARY } from "@defnote/syntax"

/** A pattern over the checker's message, and the sentence made of what it caught. */
interface Row {
  readonly when: RegExp
  say(found: readonly string[]): string
}

const DTYPES = "bool, u8, u16, u32, u64, i8, i16, i32, i64, f16, bf16, f32, f64"
const OPERATORS_WHERE =
  'Tensors have operators only inside defn(...) and in functions that begin with "use defn";'
/** The method for an operator that tensors have only inside `defn`; a compound assignment counts as its operator. */
const methodOf = (symbol: string): string | undefined =>
  BINARY[symbol] ?? BINARY[symbol.replace(/=$/, "")]

const isTensor = (type: string): boolean => /^Tensor\b(?!.*\[\]$)/.test(type)

/** What to do with a value of this type where a tensor is wanted. */
function remedy(type: string): string {
  if (/^Promise</.test(type))
    return " It is not there yet: write `await` before it, outside of defn."
  if (/\| (undefined|null)$/.test(type)) return " Give it a value first, such as `y ?? 0`."
  if (/^(readonly )?Tensor.*\[\]$/.test(type))
    return " Join a list of tensors with stack or concatenate."
  if (/^(number|boolean|bigint|\d+)$|^(number|boolean|bigint)\[/.test(type))
    return " Make one with tensor(...)."
  return ""
}
const needed = (type: string, what: string): string =>
  `This is of type '${type}'; ${what} is needed here.`
const tensorNeeded = (type: string, what = "a tensor"): string => needed(type, what) + remedy(type)

/** The first row that matches speaks. */
const ROWS: readonly Row[] = [
  {
    when: /Argument of type '(.+?)' is not assignable to parameter of type 'TensorLike'/,
    say: ([type]) =>
      `This operand is of type '${type}'; operators inside defn take tensors and numbers.${remedy(type)}`,
  },
  {
    when: /Object literal may only specify known properties, .*does not exist in type 'Tensor(?:Like)?'/,
    say: () => "This operand is an object; operators inside defn take tensors and numbers.",
  },
  {
    when: /'(\w+)' does not exist in type '\w*Options?'\. Did you mean to write '(\w+)'/,
    say: ([name, other]) => `There is no option '${name}'; did you mean '${other}'?`,
  },
  {
    when: /'(\w+)' does not exist in type '(?:Partial<)?\w*Options?\b/,
    say: ([name]) => `This function has no option '${name}'.`,
  },
  {
    when: /Type '(.+?)' has no properties in common with type '\w*Options?'/,
    say: ([type]) =>
      `This is of type '${type}'; options stand in an object here, such as { axes: [0] }.`,
  },
  {
    when: /(?:Argument of type|Type) '"([^']+)"' is not assignable to (?:parameter of )?type '(?:DType|.*"bf16" \| .*)'/,
    say: ([name]) => `"${name}" is no dtype; there are ${DTYPES}.`,
  },
  {
    when: /Type '(.+?)' is missing the following properties from type 'readonly (?:Tensor[^']*)\[\]'/,
    say: ([type]) =>
      isTensor(type)
        ? "This is one tensor; a list of tensors is needed here: [a, b]."
        : needed(type, "a list of tensors"),
  },
  {
    when: /(?:Argument of type|Type) 'Tensor<"(\w+)">' is not assignable to (?:parameter of )?type 'Tensor<"(\w+)">'/,
    say: ([from, to]) =>
      `This tensor is of dtype ${from}; ${to} is needed here. x.asType("${to}") converts it.`,
  },
  {
    when: /(?:Argument of type|Type) '(.+?)' is (?:not assignable to|missing the following properties from) (?:parameter of )?type 'Tensor(?:<[^']*>)?'/,
    say: ([type]) => tensorNeeded(type),
  },
  {
    when: /Argument of type '(.+?)' is not assignable to parameter of type '(?:Operand|Literal|Tensor[^']* \| Literal|number \| Tensor[^']*)'/,
    say: ([type]) => tensorNeeded(type, "a tensor or a number"),
  },
  {
    when: /Argument of type '(.+?)' is not assignable to parameter of type '(?:Shape|readonly number\[\])'/,
    say: ([type]) => needed(type, "a list of sizes, such as [2, 3],"),
  },
  {
    when: /(?:Argument of type|Type) '(.+?)' is not assignable to (?:parameter of )?type '(?:AxisRef|Axis)'/,
    say: ([type]) => needed(type, "an axis, a number or a name,"),
  },
  {
    when: /(?:Argument of type|Type) '(.+?)' is not assignable to (?:parameter of )?type 'Nested(?:Of<[^']*>)?'/,
    say: ([type]) =>
      /^(number|boolean|bigint)$/.test(type)
        ? "The elements of a tensor are of one kind: numbers, booleans or bigints."
        : `This is of type '${type}'; a tensor is made of numbers, booleans or bigints, of arrays of them, or of a typed array.`,
  },
  {
    when: /Argument of type '(.+?)' is not assignable to parameter of type '(?:AnyFunction|Loss)'/,
    say: ([type]) => needed(type, "a function"),
  },
  {
    when: /Operator '(.+?)' cannot be applied to types '(.+?)' and '(.+?)'/,
    say: ([symbol, left, right]) => {
      const method = methodOf(symbol)
      const ours = method && (isTensor(left) || isTensor(right))
      return ours ? `${OPERATORS_WHERE} here, write a.${method}(b).` : ""
    },
  },
  {
    when: /The (left|right)-hand side of an arithmetic operation must be/,
    say: ([side]) =>
      `The ${side} side of an arithmetic operator must be a number here. ${OPERATORS_WHERE} elsewhere write a.multiply(b), a.subtract(b), ...`,
  },
  {
    when: /The types '(.+?)' and '(.+?)' have no overlap|because the types '(.+?)' and '(.+?)' have no overlap/,
    say: (found) => {
      const [left, right] = found.filter(Boolean)
      const other = isTensor(left) ? right : isTensor(right) ? left : undefined
      return other ? `A tensor is never equal to a value of type '${other}'.` : ""
    },
  },
  {
    when: /(?:Argument of type|Type) '(Tensor(?:<[^']*>)?)' is not assignable to (?:parameter of )?type '(number|boolean|string)'/,
    say: ([, to]) =>
      `This is a tensor; a ${to} is needed here. Outside of defn, x.item() reads its only element${to === "number" ? "; inside defn, Math works on tensors" : ""}.`,
  },
  {
    when: /can't be used to index type 'Promise<|does not exist on type 'Promise<|Type 'Promise<.+?>' is not assignable/,
    say: () => "This is a promise: the value is not there yet. Write `await` before it.",
  },
  {
    when: /Property '(\w+)' does not exist on type 'Tensor(?:<[^']*>)?'\. Did you mean '(\w+)'/,
    say: ([name, other]) => `Tensors have no '${name}'; did you mean '${other}'?`,
  },
  {
    when: /Property '(\w+)' does not exist on type 'Tensor(?:<[^']*>)?'/,
    say: ([name]) => `Tensors have no '${name}'.`,
  },
  {
    when: /because index expression is not of type 'number'/,
    say: () => "The index of an element must be a number, such as x[0] or x[-1].",
  },
  {
    when: /not callable because it is a 'get' accessor/,
    say: () => "This is a property, not a function: leave the () out.",
  },
]

/** The sentence for a message, where the message is about tensors or the library's functions. */
export function sentenceFor(message: string): string | undefined {
  for (const { when, say } of ROWS) {
    const found = when.exec(message)
    if (found) return say(found.slice(1)) || undefined
  }
  return undefined
}
