/** @file The package that people import. */
import "./compilers.ts"
import "./show.ts"
import "./variables.ts"
import "./rewriter.ts"

export * from "./api.ts"
