/**
 * @file LaTeX of the small kind that ops print, as one line of text: `\bar y \, (1 - y^{2})` is `ȳ × (1 − y²)`.
 * The formula itself is never typed twice: it comes from the op's own rule.
 */

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\\operatorname\{([^{}]*)\}/g, "$1"],
  [/\\mathbin\{([^{}]*)\}/g, "$1"],
  [/\\(?:left|right|displaystyle|mathrm)\b/g, ""],
  [/\\ln\b/g, "ln"],
  [/\\log\b/g, "log"],
  [/\\(sin|cos|tan|tanh|sinh|cosh|arcsin|arccos|arctan|exp|max|min)\b/g, "$1"],
  [/\\cdot\b/g, "·"],
  [/\\times\b/g, "×"],
  [/\\land\b/g, "∧"],
  [/\\lor\b/g, "∨"],
  [/\\oplus\b/g, "⊕"],
  [/\\lnot\b|\\neg\b/g, "¬"],
  [/\\le(?:q)?\b/g, "≤"],
  [/\\ge(?:q)?\b/g, "≥"],
  [/\\neq?\b/g, "≠"],
  [/\\sum(?![a-z])/g, "Σ"],
  [/\\prod(?![a-z])/g, "Π"],
  [/\\infty\b/g, "∞"],
  [/\\pi(?![a-z])/g, "π"],
  [/\\sigma\b/g, "σ"],
  [/\\lfloor\s?/g, "⌊"],
  [/\s?\\rfloor/g, "⌋"],
  [/\\lceil\s?/g, "⌈"],
  [/\s?\\rceil/g, "⌉"],
  [/\\bmod\b/g, "mod"],
  [/\\lvert|\\rvert|\\vert/g, "|"],
  [/\^\{\\top\}|\^\\top/g, "ᵀ"],
]
const SUPERSCRIPT: Record<string, string> = {
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "-": "⁻",
  n: "ⁿ",
  T: "ᵀ",
}
const superscript = (s: string): string | undefined =>
  [...s].every((c) => c in SUPERSCRIPT) ? [...s].map((c) => SUPERSCRIPT[c]).join("") : undefined

/** A part of a quotient in brackets unless it is one word. */
const grouped = (s: string): string =>
  /^[\p{L}\p{M}\p{N}_{}∂]+$/u.test(s.trim()) ? s.trim() : `(${s.trim()})`

/** Replaces the innermost `\frac{a}{b}` and powers until none is left. */
function unfold(text: string): string {
  for (;;) {
    const next = text
      .replace(/(^|[^\\\w}^_])\{([^{}]*)\}\^/g, "$1$2^")
      .replace(/\\sqrt\[3\]\{([^{}]*)\}/g, "∛($1)")
      .replace(/\\sqrt\{([^{}]*)\}/g, "√($1)")
      .replace(
        /\\frac\{([^{}]*)\}\{([^{}]*)\}/g,
        (_, a: string, b: string) => `${grouped(a)} / ${grouped(b)}`,
      )
      .replace(/e\^\{([^{}]*)\}/g, "exp($1)")
      .replace(/\^\{([^{}]*)\}/g, (_, p: string) => superscript(p.trim()) ?? `^(${p})`)
    if (next === text) return text
    text = next
  }
}

/** One line of text. Placeholders such as `⟦0⟧` pass through. */
export function mathText(latex: string): string {
  const plain = WORDS.reduce(
    (text, [from, to]) => text.replace(from, to),
    latex.replace(/\\,/g, " × "),
  )
  const text = unfold(plain)
    .replace(/([⟧}])_\{?(\w)\}?/gu, "$1[$2]")
    .replace(/_\{([^{}]* [^{}]*)\}/g, "_($1)")
  return WORDS.reduce((t, [from, to]) => t.replace(from, to), text)
    .replace(/-/g, "−")
    .replace(/[{}\\]/g, "")
    .replace(/\s+/g, " ")
    .trim()
}
