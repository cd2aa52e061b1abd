/** @file The diagnostics of the language as data; `docs/errors.md` is generated from this table. */

/** A problem at a range of the source (UTF-16 offsets). Warnings concern tensors only: plain values are fine. */
export interface Diagnostic {
  code: DiagnosticCode
  message: string
  from: number
  to: number
  severity: "error" | "warning"
}

/** One row of the table. `message` may hold `{detail}`, which is `detail` where the place is not known. */
export interface DiagnosticEntry {
  title: string
  message: string
  detail?: string
  /** What to write instead. */
  instead: string
  /**
   * `text`: found in the text. `tensor`: thrown by `$d` when the value is a tensor. `both`: a warning, and thrown.
   * `checked`: a warning of the type checker, in notebooks.
   */
  when: "text" | "tensor" | "both" | "checked"
}

/** Every code, in order. D101 to D199 concern expressions, D201 to D299 statements. */
export const DIAGNOSTICS = {
  D101: {
    title: "the text cannot be parsed",
    message: "{detail}",
    detail: "unexpected text",
    instead: "correct the text at the marked place",
    when: "text",
  },
  D102: {
    title: "`return` outside of a function",
    message: "`return` stands outside of a function",
    instead: "write the expression as the last line: its value is the result of the cell",
    when: "text",
  },
  D103: {
    title: "the text of the function cannot be used",
    message: "defn: cannot read the function: {detail}",
    detail: "its text is not JavaScript",
    instead:
      "use the kernel, a bundler plugin or `node --import defnote/register`, which rewrite the source, or pass a function that is not minified",
    when: "text",
  },
  D104: {
    title: "`Math.random` inside of `defn`",
    message:
      "{detail} would be drawn once, when the function is traced, and stay the same after it",
    detail: "`Math.random()`",
    instead: "pass a key as an argument and draw with `random.uniform(key, shape)`",
    when: "both",
  },
  D105: {
    title: "`defn` of a function that is written elsewhere",
    message: 'defn: `{detail}` is not rewritten: it is written elsewhere and has no "use defn"',
    detail: "the function",
    instead: 'write the function inside of `defn(...)`, or begin its body with "use defn"',
    when: "text",
  },
  D106: {
    title: "assignment inside of `?:`, `&&` or `||`",
    message: "an assignment inside of `{detail}` cannot depend on a tensor",
    detail: "?:",
    instead: "use `if` and `else`",
    when: "both",
  },
  D107: {
    title: "assignment in the condition of a loop",
    message: "an assignment in the condition of a loop cannot depend on a tensor",
    instead: "assign in the body, and compare in the condition",
    when: "both",
  },
  D108: {
    title: "a tensor cannot be changed in place",
    message: "tensors are immutable: `x[i] = v` and `delete x[i]` do not exist for them",
    instead: "make a new tensor: `x = x.putSlice([i], v)`, `where(mask, v, x)` or `concatenate`",
    when: "tensor",
  },
  D109: {
    title: "an index that only tensors, or no tensors, understand",
    message: "an index with several keys needs a tensor, and `?.[...]` has one key",
    instead: "write `x[i][j]` for arrays and `x[i, j]` for tensors",
    when: "tensor",
  },
  D110: {
    title: "an operator that tensors do not have",
    message: "`>>>`, `in` and unary `+` do not exist for tensors",
    instead: "`>>` for integers, `asType` for a conversion, `.shape` and `.rank` for questions",
    when: "tensor",
  },
  D111: {
    title: "a function of `Math` that tensors do not have",
    message: "{detail} has no meaning for tensors",
    detail: "`Math.clz32`",
    instead: "compose it of tensor functions, such as the bitwise ones of integers",
    when: "tensor",
  },
  D112: {
    title: "syntax that JavaScript of 2022 does not have",
    message: "{detail} cannot be lowered to JavaScript of 2022",
    detail: "`accessor`, a decorator, `export import`, or `using` outside of a block",
    instead:
      "call the decorator as a function, write `get` and `set`, or put braces around `using`",
    when: "text",
  },
  D201: {
    title: "`await` or `yield` under a tensor condition",
    message: "{detail} cannot stand under a tensor condition",
    detail: "`await` or `yield`",
    instead: "await before the `if` or loop, or make the condition a plain value",
    when: "both",
  },
  D202: {
    title: "a jump out of `switch` or `try` under a tensor condition",
    message: "{detail} cannot depend on a tensor",
    detail: "a jump out of `switch` or `try`",
    instead: "set a variable inside and jump after it, or use `if` and `else`",
    when: "both",
  },
  D203: {
    title: "a labelled jump under a tensor condition",
    message: "a labelled jump cannot depend on a tensor",
    instead: "move the inner loop into a function and `return`, or use a flag",
    when: "both",
  },
  D204: {
    title: "a jump out of JavaScript that is not lowered",
    message: "{detail} cannot depend on a tensor",
    detail: "this jump",
    instead: "remove the bare block, or move it into a function",
    when: "both",
  },
  D205: {
    title: "`try` guards tracing only",
    message: "`try` does not see errors of the compiled graph, only those of tracing",
    instead: "catch around the call of the function",
    when: "text",
  },
  D206: {
    title: "`switch` over a tensor",
    message: "`switch` needs plain values",
    instead: "use `if` and `else`, or `?:`",
    when: "tensor",
  },
  D207: {
    title: "`throw` under a tensor condition",
    message: "`throw` cannot depend on a tensor",
    instead: "return a flag or NaN, and check it where the function is called",
    when: "tensor",
  },
  D208: {
    title: "a change of an object under a tensor condition",
    message: "{detail} cannot depend on a tensor: both branches are traced",
    detail: "a change of an object",
    instead: "assign a variable declared in the function (`let y`) and build the object after it",
    when: "tensor",
  },
  D209: {
    title: "a loop variable that closures capture and the body assigns",
    message: "`{detail}` is assigned in the body, so closures made there share one variable",
    detail: "i",
    instead: "copy it: `const copy = i`, and use the copy in the closure",
    when: "text",
  },
  D210: {
    title: "a declaration that a tensor condition would move",
    message: "{detail} cannot stand under or after a tensor condition that returns",
    detail: "a declaration that earlier code uses",
    instead: "move the declaration to the beginning of the function",
    when: "both",
  },
  D211: {
    title: "`var` or `using` under a tensor condition",
    message: "{detail} cannot stand under or after a tensor condition that returns",
    detail: "`var` or `using`",
    instead: "use `let` before the `if`, or `const` inside",
    when: "both",
  },
  D212: {
    title: "many nested `if` with `return`",
    message: "{detail} nested `if` fall through to the same rest, which is traced once per path",
    detail: "several",
    instead: "compute the conditions first and use `?:`, or return in each branch",
    when: "text",
  },
  D213: {
    title: "a variable that a tensor condition changes is hidden by another one",
    message:
      "{detail} is assigned depending on this condition, but hidden here by another of the same name",
    detail: "a variable",
    instead: "rename one of the two",
    when: "tensor",
  },
  D214: {
    title: "`try` under a tensor condition",
    message:
      "`try` cannot depend on a tensor: both branches are traced, and the graph does not fail",
    instead:
      "write `try` around the call of the function, and choose values here: `ok ? y : other`",
    when: "tensor",
  },
  D215: {
    title: "a tensor as a condition outside of `defn`",
    message: "a tensor is an object and always true here",
    instead:
      "read its only element with `t.item()`, or ask all of them: `t.any().item()`, `t.all().item()`",
    when: "checked",
  },
  D216: {
    title: "`===` of tensors outside of `defn`",
    message:
      "{detail} asks whether these are the same object, not whether their elements are equal",
    detail: "`===`",
    instead: "write `a.equal(b)` for each element, or `allClose(a, b)` within a tolerance",
    when: "checked",
  },
} as const satisfies Record<string, DiagnosticEntry>

export type DiagnosticCode = keyof typeof DIAGNOSTICS

/**
 * The sentence for users: what failed, then what to write instead.
 *
 * @param instead in place of the advice of the table, where more is known
 */
export function diagnosticMessage(code: DiagnosticCode, detail?: string, instead?: string): string {
  const entry: DiagnosticEntry = DIAGNOSTICS[code]
  const message = entry.message.replace("{detail}", () => detail ?? entry.detail ?? "")
  return `${message}; ${instead ?? entry.instead}`
}

/** Text that cannot run. Holds every diagnostic that was found; the message is the first one's. */
export class SyntaxDiagnosticError extends Error {
  override readonly name = "SyntaxDiagnosticError"
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const first = diagnostics[0]
    super(first ? `${first.code}: ${first.message}` : "internal: no diagnostics")
    this.diagnostics = diagnostics
  }
}
