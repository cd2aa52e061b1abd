/** @file How sentences with places for values are translated; English stands for itself. */

/** Translates a sentence; `%1`, `%2` stand for the arguments, as in gettext for JupyterLab. */
export type Translate = (text: string, ...values: (string | number)[]) => string

/** English, for hosts without translations. */
export const english: Translate = (text, ...values) =>
  text.replace(/%(\d)/g, (_, digit: string) => String(values[Number(digit) - 1] ?? ""))
