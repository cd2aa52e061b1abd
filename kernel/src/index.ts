/** @file The protocol core without Node: a host elsewhere (a browser worker) brings its own ports (D7.7). */
export { Kernel, type KernelOptions } from "./host/kernel.ts"
export type * from "./host/ports.ts"
export { readSettings, type Settings } from "./host/settings.ts"
export * from "./wire/message.ts"
