/** @file Text in lines, for painters whose font has a known width. */

/** Breaks a text between words into at most four lines. */
export function wrap(content: string, glyphs: number): string[] {
  const lines: string[] = []
  for (const word of content.split(/\s+/).filter(Boolean)) {
    const last = lines[lines.length - 1]
    if (last !== undefined && last.length + word.length < glyphs)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.slice(0, 4)
}
