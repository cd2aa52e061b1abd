/** @file The user's own names for values: parameters of the function, and variables that an expression is assigned to. */
import type { Site } from "@defnote/core"

/** Splits at commas outside brackets. */
function topLevel(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if ("([{".includes(text[i])) depth++
    else if (")]}".includes(text[i])) depth--
    else if (text[i] === "," && depth === 0) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return parts.map((p) => p.trim()).filter((p) => p)
}

/** The text between the parameter list's brackets; for `x => ...` the one name. */
function parameterList(source: string): string {
  const single = /^(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/.exec(source)
  if (single) return single[1]
  const open = source.indexOf("(")
  let depth = 0
  for (let i = open; i >= 0 && i < source.length; i++) {
    if (source[i] === "(") depth++
    else if (source[i] === ")" && --depth === 0) return source.slice(open + 1, i)
  }
  return ""
}

/** The names of a function's parameters; "" for a pattern, whose parts have names of their own. */
export function parameterNames(f: (...x: never[]) => unknown): string[] {
  return topLevel(parameterList(String(f))).map(
    (p) => /^(?:\.\.\.)?([A-Za-z_$][\w$]*)/.exec(p)?.[1] ?? "",
  )
}

/**
 * `[0].w` of a function of `(params, x)` is `w`; `[1]` is `x`; `[0].layers[1].w` is `layers[1].w`; an element of an
 * array has its name, `params[0]`.
 */
export function inputName(path: string, parameters: readonly string[]): string {
  const [, position, rest] = /^\[(\d+)\](.*)$/.exec(path) ?? [undefined, undefined, path]
  if (position === undefined) return path.replace(/^\./, "")
  const parameter = parameters[Number(position)] ?? ""
  return rest.startsWith(".") ? rest.slice(1) : parameter + rest
}

const ASSIGNED = /(?:^|[^=!<>+\-*/%&|^.\w$])([A-Za-z_$][\w$]*)\s*(?::[^=;{}()]+)?=\s*\(*\s*$/

/** The variable that the whole expression of a site is assigned to. */
export function variableOf({ module, from, to }: Site): string | undefined {
  const text = module.text
  if (text === undefined) return undefined
  const name = ASSIGNED.exec(text.slice(Math.max(0, from - 120), from))?.[1]
  return name && endsThere(text, to) ? name : undefined
}
/** Nothing follows the expression but the end of its statement. */
const endsThere = (text: string, to: number): boolean =>
  /^[ \t)]*(?:[;,\n}]|\/\/|$)/.test(text.slice(to))
