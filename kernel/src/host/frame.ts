/** @file A piece of a cell with a caret under an expression, for tracebacks. */
import { positionAt } from "../cells/syntax.ts"
import type { Span } from "./ports.ts"

/** Lines shown before and after the marked one. */
const AROUND = 2
/** A longer line is cut around the caret (UTF-16 units). */
const WIDTH = 160

const WORD = /^(?:[\p{L}_$][\p{L}\p{N}_$]*|\d[\w.]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/u

/** Tracebacks stand on red: of the colours that Jupyter has for text, none can be read there in light and in dark. */
export const paint = {
  strong: (text: string) => `\x1b[1m${text}\x1b[22m`,
  dim: (text: string) => `\x1b[2m${text}\x1b[22m`,
}

/** The span of the word or literal at an offset, or one letter. */
export function wordAt(source: string, offset: number): Span {
  const word = WORD.exec(source.slice(offset))
  return { from: offset, to: offset + (word ? word[0].length : 1) }
}

/** Lines around a span with carets under it. */
export function codeFrame(source: string, span: Span): string {
  const lines = source.split("\n")
  const start = positionAt(source, span.from)
  const first = Math.max(0, start.line - AROUND)
  const last = Math.min(lines.length - 1, start.line + AROUND)
  const digits = String(last + 1).length
  const out: string[] = []
  for (let line = first; line <= last; line++) {
    const marked = line === start.line
    const gutter = `${marked ? paint.strong(">") : " "} ${String(line + 1).padStart(digits)} | `
    out.push(gutter + cut(lines[line], marked ? start.column : 0))
    if (marked) out.push(caretLine(lines[line], start.column, span, digits))
  }
  return out.join("\n")
}

function caretLine(line: string, column: number, span: Span, digits: number): string {
  const shift = cutStart(line, column)
  const length = Math.max(1, Math.min(span.to - span.from, line.length - column))
  const before = line.slice(shift, column).replace(/[^\t]/gu, " ")
  return `  ${" ".repeat(digits)} | ${before}${paint.strong("^".repeat(length))}`
}

function cut(line: string, column: number): string {
  const start = cutStart(line, column)
  return line.slice(start, start + WIDTH)
}

function cutStart(line: string, column: number): number {
  return line.length <= WIDTH ? 0 : Math.max(0, column - WIDTH / 2)
}
