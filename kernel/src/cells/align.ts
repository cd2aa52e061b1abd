/** @file Finds a column of a line in the line it was made from by dropping tokens (types). No parser. */

const TOKEN = /[\p{L}_$#][\p{L}\p{N}_$]*|\d[\w.]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\S/gu
/** Longer lines are aligned greedily: the exact way takes the product of both token counts. */
const EXACT_TOKENS = 600

interface Token {
  text: string
  at: number
}

/**
 * The column in `before` of the token that stands at `column` in `after`.
 *
 * `after` is `before` without some tokens; the longest common subsequence of both says which
 * tokens correspond.
 */
export function alignColumn(after: string, before: string, column: number): number {
  if (after === before) return column
  const kept = tokens(after)
  const all = tokens(before)
  const index = kept.findLastIndex((token) => token.at <= column)
  if (index < 0) return Math.min(column, before.length)
  const partner = pair(kept, all, index)
  if (partner === undefined) return Math.min(column, before.length)
  return all[partner].at + (column - kept[index].at)
}

function tokens(line: string): Token[] {
  return [...line.matchAll(TOKEN)].map((match) => ({ text: match[0], at: match.index }))
}

/** The index in `all` of the partner of `kept[index]`. */
function pair(kept: readonly Token[], all: readonly Token[], index: number): number | undefined {
  if (kept.length > EXACT_TOKENS || all.length > EXACT_TOKENS) return greedy(kept, all, index)
  const width = all.length + 1
  const lengths = new Uint16Array((kept.length + 1) * width)
  for (let i = kept.length - 1; i >= 0; i--) {
    for (let j = all.length - 1; j >= 0; j--) {
      const skip = Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1])
      const take = kept[i].text === all[j].text ? lengths[(i + 1) * width + j + 1] + 1 : 0
      lengths[i * width + j] = Math.max(skip, take)
    }
  }
  let j = 0
  for (let i = 0; i < kept.length && j < all.length; ) {
    const here = lengths[i * width + j]
    const take = kept[i].text === all[j].text && here === lengths[(i + 1) * width + j + 1] + 1
    if (take && i === index) return j
    if (take) [i, j] = [i + 1, j + 1]
    else if (lengths[i * width + j + 1] === here) j++
    else i++
  }
  return undefined
}

function greedy(kept: readonly Token[], all: readonly Token[], index: number): number | undefined {
  let j = 0
  for (let i = 0; i <= index; i++) {
    while (j < all.length && all[j].text !== kept[i].text) j++
    if (i < index) j++
  }
  return j < all.length ? j : undefined
}
