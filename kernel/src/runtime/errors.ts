/** @file From a thrown value to a report the host can show. User code in getters must not hurt. */
import type { ErrorReport } from "../host/ports.ts"
import { plainText } from "./format.ts"

/** How deep causes are followed. */
const CAUSES = 5

/** Describes a thrown value. */
export function reportError(thrown: unknown, depth = 0): ErrorReport {
  try {
    if (!isErrorLike(thrown)) return { name: "Uncaught", message: plainText(thrown), stack: "" }
    return describe(thrown, depth)
  } catch {
    return { name: "Error", message: "an error that cannot be read", stack: "" }
  }
}

/** The report of a cell that was interrupted. */
export function interruption(stack = ""): ErrorReport {
  return { name: "InterruptError", message: "the cell was interrupted", stack }
}

function describe(error: Error & Record<string, unknown>, depth: number): ErrorReport {
  const report: ErrorReport = {
    name: String(error.name ?? "Error"),
    message: String(error.message ?? ""),
    stack: typeof error.stack === "string" ? error.stack : "",
  }
  const { site, code, remedy, cause, errors } = error
  if (isSite(site)) report.site = { module: site.module.name, from: site.from, to: site.to }
  if (typeof code === "string") report.code = code
  if (typeof remedy === "string") report.remedy = remedy
  if (cause !== undefined && depth < CAUSES) report.cause = reportError(cause, depth + 1)
  if (Array.isArray(errors) && depth < CAUSES) {
    report.errors = errors.slice(0, CAUSES).map((item) => reportError(item, depth + 1))
  }
  return report
}

function isErrorLike(value: unknown): value is Error & Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false
  return value instanceof Error || ("message" in value && "stack" in value)
}

interface Site {
  module: { name: string }
  from: number
  to: number
}

function isSite(value: unknown): value is Site {
  if (typeof value !== "object" || value === null) return false
  const { module, from, to } = value as Partial<Site>
  return typeof module?.name === "string" && typeof from === "number" && typeof to === "number"
}
