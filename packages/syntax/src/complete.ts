/** @file Whether a cell can run as it stands, for consoles that decide between running and a new line. */
import { openBrackets } from "./repair.ts"
import { blankComments } from "./rewriter.ts"
import { type ParseFailure, parseStrict } from "./tree.ts"

/** The answer to a front end; `indent` is the beginning of the next line of an incomplete text. */
export interface Completeness {
  status: "complete" | "incomplete" | "invalid"
  indent: string
}

const STEP = "  "
/** Failures that more text can mend although they are reported where the token begins. */
const UNTERMINATED = /^Unterminated(Template|Comment|JsxContent)$/

/** Complete when it parses; incomplete when the parser failed at the end; else invalid. */
export function isComplete(source: string): Completeness {
  const parsed = parseStrict(source)
  if ("tree" in parsed) return { status: "complete", indent: "" }
  if (!parsed.failures.some((f) => needsMore(f, source))) return { status: "invalid", indent: "" }
  return { status: "incomplete", indent: indentAfter(source) }
}

function needsMore({ from, reason }: ParseFailure, source: string): boolean {
  return UNTERMINATED.test(reason) || from >= blankComments(source).trimEnd().length
}

/** As the last line that is not empty, one step deeper after an opening bracket. */
function indentAfter(source: string): string {
  const line = source.trimEnd().split("\n").at(-1)!
  const own = /^\s*/.exec(line)![0]
  const isInTemplate = openBrackets(source).at(-1) === "`"
  if (isInTemplate) return ""
  return /([([{]|=>)\s*$/.test(blankComments(line)) ? own + STEP : own
}
