/**
 * @file What was wrong with the arguments of a call over which the engine's own code stumbled (K4). Checked cells and
 * TypeScript say it before; plain JavaScript, and whoever runs a cell in spite of its warning, hear it here.
 */
import { OptionError } from "./errors.ts"
import { formatType } from "./shape.ts"
import { isTensor } from "./tensor.ts"

const LONGEST_TEXT = 40
/** A value as a message shows it. */
export function shownValue(x: unknown): string {
  if (isTensor(x)) return formatType(x.type)
  if (typeof x === "string")
    return JSON.stringify(x.length > LONGEST_TEXT ? `${x.slice(0, LONGEST_TEXT)}…` : x)
  if (Array.isArray(x)) return x.some(isTensor) ? "a list of tensors" : "a list"
  if (typeof x === "function") return "a function"
  if (typeof x === "object" && x !== null)
    return isPlain(x) ? "an object" : `a ${x.constructor?.name}`
  return String(x)
}
const isPlain = (x: object): boolean => {
  const from = Object.getPrototypeOf(x)
  return from === null || from === Object.prototype
}
/** What no function of tensors takes. */
const isNoArgument = (x: unknown): boolean =>
  x === null ||
  ["string", "undefined", "symbol"].includes(typeof x) ||
  (typeof x === "object" && !isTensor(x) && !Array.isArray(x) && !isPlain(x as object))
/** What is an argument for some, such as a shape, and taken for a tensor by mistake elsewhere. */
const isList = (x: unknown): boolean => Array.isArray(x) && !x.some(isTensor)

const reported = new WeakSet<object>()
const isOurs = (e: unknown): boolean =>
  e instanceof Error && (e.constructor === TypeError || e.constructor === SyntaxError)

/**
 * The error to throw in place of `thrown`, from a call of the public function `name`, which takes `wanted` arguments at least:
 * one about the argument that cannot be, if there is one. The outermost function speaks, since its name stands in the text.
 */
export function argumentError(
  thrown: unknown,
  name: string,
  args: readonly unknown[],
  wanted: number,
): unknown {
  const stumbled = isOurs(thrown)
  if (!stumbled && !reported.has(thrown as object)) return thrown
  // A callback may have thrown it, and that is the user's own.
  if (args.some((x) => typeof x === "function")) return thrown
  const at = [isNoArgument, isList].map((is) => args.findIndex(is)).find((i) => i >= 0) ?? -1
  if (at < 0 && args.length >= wanted && !stumbled) return thrown
  const error =
    at >= 0 || args.length < Math.max(1, wanted)
      ? aboutOne(name, args, at)
      : aboutAll(name, args, thrown)
  reported.add(error)
  return error
}
function aboutOne(name: string, args: readonly unknown[], at: number): OptionError {
  if (at < 0 || args[at] === undefined)
    return missingArgument(name, args.slice(0, at < 0 ? undefined : at))
  const x = args[at]
  return new OptionError(
    `${name}: argument ${at + 1} is ${shownValue(x)}, which is neither a tensor nor a number`,
    {
      op: name,
      remedy: Array.isArray(x) ? "Make a tensor of it first: tensor([...])." : undefined,
    },
  )
}
/** The error of a call that ends too early. */
export const missingArgument = (
  name: string,
  given: readonly unknown[],
  cause?: unknown,
): OptionError =>
  new OptionError(
    `${name}: argument ${given.length + 1} is missing; it was called with ${listed(given)}`,
    { op: name, cause },
  )
const aboutAll = (name: string, args: readonly unknown[], cause: unknown): OptionError =>
  new OptionError(`${name}: does not take ${listed(args)}`, {
    op: name,
    cause,
  })
const listed = (args: readonly unknown[]): string =>
  args.length ? args.map(shownValue).join(", ") : "nothing"
