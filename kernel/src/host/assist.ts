/** @file Completion and inspection: between code points of Jupyter and UTF-16 offsets of the language. */
import { fromCodePoints, toCodePoints } from "../cells/syntax.ts"
import type { Content } from "../wire/message.ts"
import type { Language } from "./ports.ts"

/** More completions are not sent. */
const COMPLETIONS = 500

/** The content of a `complete_reply`. */
export async function completeReply(language: Language, request: Content): Promise<Content> {
  const { code, offset } = cursor(request)
  const found = await language.complete(code, offset)
  const start = toCodePoints(code, found?.from ?? offset)
  const end = toCodePoints(code, found?.to ?? offset)
  const items = (found?.items ?? []).slice(0, COMPLETIONS)
  return {
    status: "ok",
    matches: items.map((item) => item.text),
    cursor_start: start,
    cursor_end: end,
    metadata: {
      _jupyter_types_experimental: items.map(({ text, kind, signature }) => {
        return { text, type: kind, start, end, ...(signature ? { signature } : {}) }
      }),
    },
  }
}

/** The content of an `inspect_reply`: hover, and the signature when the cursor is in a call. */
export async function inspectReply(language: Language, request: Content): Promise<Content> {
  const { code, offset } = cursor(request)
  const [hover, signature] = await Promise.all([
    language.hover(code, offset),
    language.signature(code, offset),
  ])
  const parts = [...new Set([hover, signature].filter((part) => part !== undefined && part !== ""))]
  if (parts.length === 0) return { status: "ok", found: false, data: {}, metadata: {} }
  const markdown = parts.join("\n\n---\n\n")
  const data = { "text/markdown": markdown, "text/plain": plainOf(markdown) }
  return { status: "ok", found: true, data, metadata: {} }
}

function cursor(request: Content): { code: string; offset: number } {
  const code = String(request.code ?? "")
  const points = typeof request.cursor_pos === "number" ? request.cursor_pos : code.length
  return { code, offset: fromCodePoints(code, points) }
}

/** Markdown without its fences and rules. */
function plainOf(markdown: string): string {
  return markdown
    .replace(/^```\w*\n?/gmu, "")
    .replace(/^---$/gmu, "")
    .replace(/\n{3,}/gu, "\n\n")
    .trim()
}
