/** @file The version of each kind of payload, and the rule by which it rises (D8.3). */
import type { PayloadKind } from "./head.ts"

/**
 * Minor version of each kind that this package writes; {@link MAJOR} is the same for all. The rule (D8.3): a minor only
 * adds optional fields, so every reader of the major reads it; whoever adds one raises the minor of its kind. What an
 * old reader would misread is a new major, with a MIME type of its own.
 */
export const MINOR = {
  graph: 2,
  gradient: 4,
  tensor: 2,
  trace: 3,
  profile: 2,
  training: 1,
  image: 0,
  table: 0,
  audio: 0,
} as const satisfies Record<PayloadKind, number>
export const MAJOR = 1

/** What a payload of a kind begins with. */
export const versionOf = <K extends PayloadKind>(kind: K) =>
  ({ kind, major: MAJOR, minor: MINOR[kind] }) as const
