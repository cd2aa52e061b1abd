/** @file Powers of two as text; other numbers are formatted by the display package. */
import { superscript } from "@defnote/display"

/** `2⁻²⁶`. */
export const powerOfTwo = (exponent: number): string => `2${superscript(exponent)}`
