/** @file What must have happened before anything is used: tensors have their methods, and there is a compiler. */
import { registerCompiler } from "./compilers.ts"
import { debug } from "./debug.ts"
import { installMethods } from "./ops/methods.ts"
import { reference } from "./reference.ts"

installMethods()
registerCompiler(reference)
registerCompiler(debug)
