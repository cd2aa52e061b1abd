/** @file Which compilers this process has, in order of choice (D6.2). */

import { totalmem } from "node:os"
import { wasm } from "@defnote/compiler-wasm"
import { budget, preferCompilers, reference, registerCompiler, setGauge } from "@defnote/core"
import { gauge } from "./gauge.ts"

/** Three quarters of the machine's memory, unless DEFNOTE_MEMORY says how many bytes (D4.3). */
const SHARE = 0.75

registerCompiler(reference)
registerCompiler(wasm)
const asked = process.env.DEFNOTE_COMPILER
preferCompilers(asked ? [asked] : ["wasm", "reference"])
budget.bytes = Number(process.env.DEFNOTE_MEMORY) || totalmem() * SHARE
setGauge(gauge)
