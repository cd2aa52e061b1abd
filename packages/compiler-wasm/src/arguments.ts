/** @file Arguments of scalar expressions: places where a value that is already computed stands. */
import { type DType, scalarInstructions as s } from "@defnote/core"
import type { Scalar } from "@defnote/lower"

export const argument = (dtype: DType, number: number): Scalar => s.argument(dtype, number)
