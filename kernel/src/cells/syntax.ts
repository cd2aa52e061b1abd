/** @file The one door to the rewriter: everything the kernel takes from `@defnote/syntax`. */
import { parse } from "@babel/parser"
import { transform } from "sucrase"

/** A piece of rewritten text and where it stood; unequal lengths: an atom. */
export interface Segment {
  generated: number
  length: number
  source: number
  sourceLength: number
}

/** A finding of the rewriter. */
export interface Diagnostic {
  code: string
  message: string
  from: number
  to: number
  severity: "error" | "warning"
}

/** A rewritten text. */
export interface Rewriting {
  code: string
  segments: readonly Segment[]
  sites: readonly number[]
  diagnostics: readonly Diagnostic[]
  used: boolean
}

export function rewriteTypes(source: string): Rewriting {
  return plain(source)
}

export function rewriteRuntime(source: string, _options: { name: string }): Rewriting {
  return plain(source)
}

export function stripTypes(code: string): string {
  return transform(code, {
    transforms: ["typescript"],
    disableESTransforms: true,
    keepUnusedImports: true,
  }).code
}

export function toSource(_segments: readonly Segment[], offset: number): number {
  return offset
}

export function toGenerated(_segments: readonly Segment[], offset: number): number {
  return offset
}

function plain(code: string): Rewriting {
  const segments = [{ generated: 0, length: code.length, source: 0, sourceLength: code.length }]
  return { code, segments, sites: [], diagnostics: [], used: false }
}

export function isComplete(code: string): { status: string; indent: string } {
  try {
    parse(code, { sourceType: "module", plugins: ["typescript"] })
    return { status: "complete", indent: "" }
  } catch (error) {
    const { pos } = error as { pos?: number }
    const atEnd = (pos ?? 0) >= code.trimEnd().length || /Unterminated/u.test(String(error))
    return atEnd ? { status: "incomplete", indent: "  " } : { status: "invalid", indent: "" }
  }
}
