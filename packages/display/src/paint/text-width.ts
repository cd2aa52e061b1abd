/** @file How wide a text is in layout px, known without measuring because the font is monospaced. */

/** Advance of a monospace glyph as a share of the font size; wider than any we met, 0.602. */
export const ADVANCE = 0.605

export const textWidth = (text: string, size: number): number => [...text].length * size * ADVANCE
