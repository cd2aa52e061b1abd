/** @file The rules of static pictures as a check on markup (D8.2). */

/** What a static picture may consist of. */
const ELEMENTS = new Set(["svg", "title", "g", "rect", "path", "text"])
const ATTRIBUTES = new Set([
  "xmlns",
  "width",
  "height",
  "viewBox",
  "role",
  "font-family",
  "font-size",
  "font-weight",
  "x",
  "y",
  "rx",
  "d",
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "transform",
  "text-anchor",
])

/** Every break of the rules; empty when the picture keeps them. */
export function svgProblems(svg: string): string[] {
  const problems: string[] = []
  if (!/^<svg [^>]*role="img"[^>]*><title>[^<]+<\/title><rect /.test(svg))
    problems.push("no role, title or background")
  for (const [, close, name, rest] of svg.matchAll(/<(\/?)([\w-]+)([^>]*)>/g)) {
    if (!ELEMENTS.has(name)) problems.push(`element ${name}`)
    for (const [, attribute, value] of rest.matchAll(/([\w:-]+)="([^"]*)"/g)) {
      if (!ATTRIBUTES.has(attribute)) problems.push(`attribute ${attribute}`)
      if (/url\(|NaN|undefined|Infinity|javascript:/.test(value))
        problems.push(`${attribute}="${value}"`)
    }
    if (!close && ["rect", "path", "text"].includes(name) && !/ fill="/.test(rest))
      problems.push(`${name} without fill`)
  }
  return problems
}
