/** @file The names of options, checked where a call comes in: a word of another library is not ignored. Knows no function. */
import { shownValue } from "./arguments.ts"
import { OptionError } from "./errors.ts"
import { isTensor } from "./tensor.ts"

/** Every name of an options type, so that none can be forgotten. */
type Every<T> = { readonly [K in keyof T]-?: true }
/** Which options a function takes, and where they stand among its arguments. */
export interface Options {
  readonly at: number
  readonly names: readonly string[]
}
export const optionNames = <T>(every: Every<T>): readonly string[] => Object.keys(every)
export const optionsAt = <T>(at: number, every: Every<T>): Options => ({
  at,
  names: optionNames(every),
})

/** What NumPy, JAX, PyTorch and TensorFlow.js call the same. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  keepdims: ["keepAxes"],
  keepDims: ["keepAxes"],
  keepdim: ["keepAxes"],
  dim: ["axis", "axes"],
  dims: ["axes", "axis"],
  axis: ["axes"],
  axes: ["axis"],
  ddof: ["degreesOfFreedom"],
  correction: ["degreesOfFreedom"],
  ord: ["order"],
  p: ["order"],
  descending: ["direction"],
  rtol: ["relative"],
  atol: ["absolute"],
  equal_nan: ["equalNaN"],
  eps: ["epsilon"],
  negative_slope: ["slope"],
  low: ["min"],
  minval: ["min"],
  high: ["max"],
  maxval: ["max"],
  loc: ["mean"],
  scale: ["standardDeviation"],
  std: ["standardDeviation"],
  in_axes: ["inAxes"],
  out_axes: ["outAxes"],
  argnums: ["argNumbers"],
  has_aux: ["hasAux"],
  replacement: ["replace"],
  type: ["dtype"],
}
/** The option that is meant: the same letters, or the word that another library has for it. */
function meant(name: string, names: readonly string[]): string | undefined {
  const plain = (word: string): string => word.toLowerCase().replaceAll("_", "")
  const same = names.find((own) => plain(own) === plain(name))
  if (same !== undefined || !Object.hasOwn(ELSEWHERE, name)) return same
  return ELSEWHERE[name].find((own) => names.includes(own))
}

/** @throws OptionError for what is no object, and for a name that the function does not know */
export function checkOptions(op: string, given: unknown, names: readonly string[]): void {
  if (given === undefined) return
  if (typeof given !== "object" || given === null || Array.isArray(given) || isTensor(given))
    throw notAnObject(op, given, names)
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    const own = meant(name, names)
    throw new OptionError(`${op}: option "${name}"; options are ${names.join(", ")}`, {
      op,
      remedy: own === undefined ? undefined : `Write ${own} in place of ${name}.`,
    })
  }
}
function notAnObject(op: string, given: unknown, names: readonly string[]): OptionError {
  const list = Array.isArray(given)
  const axis = ["axes", "axis"].find((name) => names.includes(name) && (list || name === "axis"))
  const what = list ? `[${given.join(", ")}]` : shownValue(given)
  const remedy =
    axis !== undefined && (list || typeof given === "number")
      ? `Write { ${axis}: ${what} }.`
      : `Options are ${names.join(", ")}.`
  return new OptionError(`${op}: ${what} in place of the options, which stand in an object`, {
    op,
    remedy,
  })
}

/** @throws OptionError for a word that is none of those allowed */
export function checkWord(
  op: string,
  name: string,
  given: unknown,
  allowed: readonly string[],
): void {
  if (given === undefined || allowed.includes(given as string)) return
  const words = allowed.map((word) => JSON.stringify(word)).join(" or ")
  throw new OptionError(`${op}: ${name} ${JSON.stringify(given)}; it is ${words}`, { op })
}
