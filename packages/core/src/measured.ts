/** @file What the statistics of a tensor hold, by name. Whoever only reads saved ones needs it too, so it imports nothing. */

/** Counts of all elements, then extremes and mean of the finite ones. */
export const FACTS = ["n", "zeros", "nan", "posInf", "negInf", "min", "max", "mean"] as const
/**
 * What a measured row begins with. `m2` is the sum of squared distances to the mean, `squares` that of squares, both of the
 * finite elements; without any `min` is Infinity, `max` -Infinity, `mean` NaN.
 */
export const MEASURED = [...FACTS, "m2", "squares"] as const
export type Measured = (typeof MEASURED)[number]
/** One bin for each sign and exponent of an f32: finite elements by the upper nine bits. Histograms add up. */
export const SIGN_EXPONENT_BINS = 512
