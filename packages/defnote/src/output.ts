/** @file Values that show themselves: one MIME bundle, made when it is asked for. */

/** What the kernel looks for on a value. */
export const DISPLAY = Symbol.for("Jupyter.display")
export type MimeBundle = Readonly<Record<string, unknown>>

/** A picture with a text; `toString` is the text. */
export class Output {
  readonly #bundle: () => MimeBundle
  #made: MimeBundle | undefined
  constructor(bundle: () => MimeBundle) {
    this.#bundle = bundle
  }
  /** The MIME bundle of the output. */
  get bundle(): MimeBundle {
    this.#made ??= this.#bundle()
    return this.#made
  }
  [DISPLAY](): MimeBundle {
    return this.bundle
  }
  toString(): string {
    return String(this.bundle["text/plain"])
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString()
  }
}
