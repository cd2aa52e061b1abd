/** @file The package's exports. */
export * from "./payload.ts"
