/** @file Statistics as columns of a table, for those who write it and for those who only read it. */
import { FACTS } from "@defnote/core/measured"

/** Properties of `Statistics` that are numbers, in the order of a table. */
export const STATISTICS = [...FACTS, "std", "rms", "l2"] as const
/** First exponent and number of the histogram bins: |x| below 2^-25 falls into the first, 2^7 and more into the last. */
export const FIRST_EXPONENT = -26
export const BINS = 34
