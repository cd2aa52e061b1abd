/**
 * @file How a process that computes with large tensors is to be started: settings of the C library's allocator, flags of V8.
 * Knows no kernel.
 */

/**
 * Environment variables for starting such a process: buffers come from a heap that keeps what was freed. By default glibc
 * maps every large buffer anew, and touching fresh pages costs more than the arithmetic: a sum of 4M f32 took 15 ms instead
 * of 5. Read by glibc when the process starts; other systems ignore them. What the user has set stays.
 */
export const ALLOCATOR_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(4 * 2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(2 * 2 ** 30),
}

/** Node 20 has fused multiply-add of vectors behind a flag; later versions need none (decision 008). */
const FUSED = "--experimental-wasm-relaxed-simd"
/** A buffer that the collector finds dead is free at once and not when another thread comes to it (decision 012). */
const FREE_AT_ONCE = "--no-concurrent-array-buffer-sweeping"
/** Node ends at a flag that it does not know, so only versions that were tried get any. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  20: [FUSED, FREE_AT_ONCE],
  22: [FREE_AT_ONCE],
  24: [FREE_AT_ONCE],
}
/** Flags for starting such a process with this Node. Without them everything works, more slowly. */
export const V8_FLAGS: readonly string[] = FLAGS[process.versions.node.split(".")[0]] ?? []
