/** @file The public surface of the syntax package. */
export * from "./dispatch.ts"
