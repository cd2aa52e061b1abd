/** @file From a value to its MIME bundle. It knows the display protocol, not who shows the bundle. */
import { inspect } from "node:util"
import type { Bundle } from "../host/ports.ts"

const DISPLAY = Symbol.for("Jupyter.display")
const MIME_TYPE = /^[a-z]+\/[\w.+-]+$/u

const SIGNATURES: readonly (readonly [string, readonly number[]])[] = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
]

/**
 * The bundle of a value: its `Symbol.for("Jupyter.display")` method, else what its shape says
 * (pictures as bytes, SVG elements, canvases), else `util.inspect`. `text/plain` is always there.
 */
export function bundleOf(value: unknown): Bundle | Promise<Bundle> {
  const method = displayMethod(value)
  if (!method) return { ...pictureOf(value), "text/plain": plainText(value) }
  const bundle = method.call(value)
  return isThenable(bundle)
    ? Promise.resolve(bundle).then((done) => withText(done, value))
    : withText(bundle, value)
}

/** Whether a value is itself a bundle: a plain object whose keys are MIME types. */
export function isBundle(value: unknown): value is Bundle {
  if (typeof value !== "object" || value === null || displayMethod(value)) return false
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  const keys = Object.keys(value)
  return keys.length > 0 && keys.every((key) => MIME_TYPE.test(key))
}

/** The text of a value, as Node shows it. A failing custom inspection does not hide the value. */
export function plainText(value: unknown): string {
  try {
    return inspect(value, { colors: false, depth: 3 })
  } catch (error) {
    return `[inspection failed: ${error instanceof Error ? error.message : String(error)}]`
  }
}

function displayMethod(value: unknown): (() => unknown) | undefined {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return undefined
  const method = (value as Record<symbol, unknown>)[DISPLAY]
  return typeof method === "function" ? (method as () => unknown) : undefined
}

function withText(bundle: unknown, value: unknown): Bundle {
  if (typeof bundle !== "object" || bundle === null) {
    throw new TypeError(
      `display: Symbol.for("Jupyter.display") gave ${typeof bundle}; a MIME bundle is needed`,
    )
  }
  const found = bundle as Bundle
  return "text/plain" in found ? found : { ...found, "text/plain": plainText(value) }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null)?.then === "function"
}

function pictureOf(value: unknown): Bundle {
  if (value instanceof Uint8Array) return pictureBytes(value)
  if (typeof value !== "object" || value === null) return {}
  const { outerHTML, toDataURL } = value as { outerHTML?: unknown; toDataURL?: unknown }
  if (typeof outerHTML === "string" && outerHTML.startsWith("<svg")) {
    return { "image/svg+xml": outerHTML }
  }
  if (typeof toDataURL !== "function") return {}
  const match = /^data:(image\/\w+);base64,(.*)$/u.exec(String(toDataURL.call(value)))
  return match ? { [match[1]]: match[2] } : {}
}

function pictureBytes(bytes: Uint8Array): Bundle {
  const found = SIGNATURES.find(([, start]) => start.every((byte, i) => bytes[i] === byte))
  return found ? { [found[0]]: Buffer.from(bytes).toString("base64") } : {}
}
