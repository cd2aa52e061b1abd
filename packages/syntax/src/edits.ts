/** @file Edits of a text that are collected first and applied at once; line breaks stay. It knows no language. */

/** A piece of text that goes, and what stands there instead. */
export interface Edit {
  from: number
  to: number
  text: string
}

/** Collects the edits of one text. */
export class Edits {
  readonly list: Edit[] = []
  readonly text: string
  private names = 0

  constructor(text: string) {
    this.text = text
  }

  insert(at: number, text: string): void {
    this.list.push({ from: at, to: at, text })
  }

  /** Line breaks of what goes stay. */
  replace(from: number, to: number, text: string): void {
    const lines = this.text.slice(from, to).replace(/[^\n]/g, "")
    this.list.push({ from, to, text: text + lines })
  }

  /** A name that the text does not use. */
  fresh(base: string): string {
    let name: string
    do name = `${base}${this.names++}`
    while (this.text.includes(name))
    return name
  }

  /** The text after all edits; those at one place in the order in which they came. */
  apply(): string {
    let [code, at] = ["", 0]
    const sorted = this.list.map((edit, i) => ({ ...edit, i }))
    sorted.sort((a, b) => a.from - b.from || a.i - b.i)
    for (const { from, to, text } of sorted) {
      code += this.text.slice(at, from) + text
      at = Math.max(at, to)
    }
    return code + this.text.slice(at)
  }
}
