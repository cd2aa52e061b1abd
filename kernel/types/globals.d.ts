/** @file What the kernel gives to every cell, beside Node's own globals. */

/** Where and how `display` shows a value. */
interface DisplayOptions {
  /** A name under which the output can be replaced later. */
  id?: string
  /** Replace the outputs of that name in place of adding one. */
  update?: boolean
}

/**
 * Shows a value now: by its `Symbol.for("Jupyter.display")` method, as a picture when it is one,
 * else as text. A plain object whose keys are MIME types is shown as it is.
 */
declare function display(value: unknown, options?: DisplayOptions): void

/** Removes the outputs of the cell; with `wait` only when the next one comes. */
declare function clearOutput(options?: { wait?: boolean }): void

/** Asks the user for a line of text and waits for it. */
declare function input(prompt?: string, options?: { password?: boolean }): string

/** Installs npm packages into the notebook's folder: `await install("d3-array")`. */
declare function install(...packages: string[]): Promise<void>
