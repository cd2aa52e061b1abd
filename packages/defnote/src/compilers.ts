/** @file Which compilers this process has, in order of choice (D6.2), and how much memory they may take. */

import { totalmem } from "node:os"
import { wasm } from "@defnote/compiler-wasm"
import { budget, preferCompilers, reference, registerCompiler, setGauge } from "@defnote/core"
import { memoryBudget } from "./budget.ts"
import { gauge } from "./gauge.ts"

registerCompiler(reference)
registerCompiler(wasm)
const asked = process.env.DEFNOTE_COMPILER
preferCompilers(asked ? [asked] : ["wasm", "reference"])
budget.bytes = memoryBudget(process.env.DEFNOTE_MEMORY, {
  total: totalmem(),
  constrained: process.constrainedMemory?.(),
})
setGauge(gauge)
