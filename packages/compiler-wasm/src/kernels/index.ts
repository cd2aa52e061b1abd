/** @file The ops that have a kernel written by hand. The only place, with its neighbours, that knows ops by name (D3.4). */
import type { Tensor } from "@defnote/core"
import type { Coded, CodedKernel } from "../coded.ts"
import type { Routine } from "../routine.ts"
import { measure } from "./measure.ts"
import { scatterAdd } from "./scatter.ts"
import { sort } from "./sort.ts"

const ROUTINES: Readonly<Record<string, Routine>> = { scatterAdd, sort }
const CODED: Readonly<Record<string, Coded>> = { measure }

export const routineFor = (n: Tensor): Routine | undefined => ROUTINES[n.op.name]
export const codedFor = (n: Tensor): CodedKernel | undefined => CODED[n.op.name]?.(n)
