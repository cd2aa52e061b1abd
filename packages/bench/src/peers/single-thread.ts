/**
 * @file Hides the global `Worker` before jax-js is loaded: it then runs on one thread by its own check
 * (`hasSharedArrayBuffer` in its backend). Node has no such global today; a later one, or Bun, may.
 */
Reflect.deleteProperty(globalThis, "Worker")
