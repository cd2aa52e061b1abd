/**
 * @file `defn` where no tool rewrote the source: the text of the function is parsed and the function made anew (D5.6).
 * Its text reaches nothing outside itself but what `captures` hands it.
 */
import {
  currentTrace,
  engine,
  OptionError,
  plainCaptures,
  registerFunction,
  setRewriter,
} from "@defnote/core"
import { $lib, DISPATCH_ABI, setDiagnostics } from "@defnote/core/lang"
import { diagnosticMessage, parseFunction, SyntaxDiagnosticError } from "@defnote/syntax"

type AnyFunction = (...x: never[]) => unknown
type Captures = (() => Record<string, unknown>) | undefined

let serial = 0

function parsed(f: AnyFunction): ReturnType<typeof parseFunction> {
  try {
    return parseFunction(String(f))
  } catch (e) {
    if (!(e instanceof SyntaxDiagnosticError)) throw e
    throw new OptionError(e.message, {
      remedy:
        "Run it in a defnote notebook, or load the file with a tool that rewrites `defn` bodies.",
    })
  }
}

/** The function with its operators dispatched; itself when its text has none. */
function rewritten(f: AnyFunction, captures: Captures): AnyFunction {
  const text = parsed(f)
  if (!dispatches(text)) return f
  const values = captures?.() ?? {}
  const missing = text.free.filter((name) => !(name in values) && !(name in globalThis))
  if (missing.length) throw unreachable(missing)
  const name = `function_${serial++}`
  engine.registerSource(name, { text: String(f) })
  const names = text.free.filter((n) => n in values)
  const make = new Function(text.library, "$captured", bound(names, text.code)) as (
    d: unknown,
    c: Captures,
  ) => AnyFunction
  const made = make($lib.module(name, text.sites, DISPATCH_ABI), captures)
  return registerFunction(made, {
    captures: () => captures?.(),
    name: f.name || text.name,
    module: name,
  })
}
/** Has operators or control flow: calls alone run as they are. */
const dispatches = ({ code, library }: { code: string; library: string }): boolean =>
  new RegExp(`${library.replace("$", "\\$")}\\.(?!site\\b)`).test(code)
/** Captured names are read anew at each use: `captures` may give another value later. */
const bound = (names: readonly string[], code: string): string =>
  names.length
    ? `with (new Proxy({}, { has: (_, k) => ${JSON.stringify(names)}.includes(k), get: (_, k) => k === Symbol.unscopables ? undefined : $captured()[k] })) { ${code} }`
    : code

const unreachable = (missing: readonly string[]): OptionError =>
  new OptionError(
    `defn: the function uses ${missing.join(", ")} from outside, which its text alone does not reach`,
    {
      remedy: `Pass what it uses: defn(f, { captures: () => ({ ${missing.join(", ")} }) }).`,
    },
  )

setRewriter(
  (f, captures) =>
    (currentTrace() ? f : rewritten(f as AnyFunction, captures ?? plainCaptures(f))) as never,
)
setDiagnostics((code, text) => diagnosticMessage(code as never, text && `\`${text}\``))
