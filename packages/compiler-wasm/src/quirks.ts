/** @file Known differences of this compiler from the reference, each with its reason (D10.2). None. */
export interface Quirk {
  readonly op: string
  readonly dtype?: string
  readonly reason: string
}
export const QUIRKS: readonly Quirk[] = []
