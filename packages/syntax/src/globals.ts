/** @file The names that every JavaScript environment has: they are never captures of a function. */

const NAMES =
  "Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError Float32Array " +
  "Float64Array Function Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map Math NaN Number Object " +
  "Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol SyntaxError TypeError " +
  "URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet arguments console " +
  "decodeURI decodeURIComponent encodeURI encodeURIComponent eval globalThis isFinite isNaN parseFloat parseInt " +
  "performance process queueMicrotask require setInterval setTimeout clearInterval clearTimeout structuredClone undefined"

const GLOBALS: ReadonlySet<string> = new Set(NAMES.split(" "))

/** Whether a free name is one of JavaScript's own. */
export const isGlobalName = (name: string): boolean => GLOBALS.has(name)
