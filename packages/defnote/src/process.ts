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

const NODE_20 = process.versions.node.startsWith("20.")
/**
 * Flags for starting such a process with this Node: vectors get fused multiply-add, which Node 20 has behind a flag and
 * later versions have without one (docs/decisions/008-fused-multiply-add.md).
 */
export const V8_FLAGS: readonly string[] = NODE_20 ? ["--experimental-wasm-relaxed-simd"] : []
